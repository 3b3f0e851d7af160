/** WireGuard's peers: hosts that are direct peers, and clients of the own gateways. */
import type { ClientId, HostId } from '../values/index.js'
import type { FragmentOf, SelfFragment } from './fragment.js'
import { hostFragmentId } from './fragment-id.js'
import type { FragmentTable } from './fragment-table.js'
import type { ClientPeer, PeerConfig } from './host-config.js'
import { heldOf } from './leads-to.js'

export const expandPeers = (table: FragmentTable, own: SelfFragment): ReadonlyMap<HostId, PeerConfig> => {
  const peers = new Map<HostId, PeerConfig>()
  for (const hostId of table.nodesByHost.keys()) {
    const peer = expandPeer(table, own, hostId)
    if (peer !== undefined) peers.set(hostId, peer)
  }
  return peers
}

/** One peer; `undefined` when its host isn't held. */
export const expandPeer = (table: FragmentTable, own: SelfFragment, hostId: HostId): PeerConfig | undefined => {
  const host = heldOf(table, hostFragmentId(hostId), 'host')
  if (host === undefined) return undefined
  const known = peersOfHosts.get(host)
  if (known?.keepaliveSeconds === own.keepaliveSeconds) return known
  const { kind: _kind, ...facts } = host
  const peer: PeerConfig = { ...facts, keepaliveSeconds: own.keepaliveSeconds }
  peersOfHosts.set(host, peer)
  return peer
}

/** A host's fragment gives the same peer every time: made once. */
const peersOfHosts = new WeakMap<FragmentOf<'host'>, PeerConfig>()

export const expandClients = (table: FragmentTable): ReadonlyMap<ClientId, ClientPeer> => {
  const clients = new Map<ClientId, ClientPeer>()
  for (const { fragment } of table.fragments.values()) {
    if (fragment.kind !== 'client') continue
    clients.set(fragment.clientId, expandClient(fragment))
  }
  return clients
}

export const expandClient = ({ clientId, name, publicKey, prefixes, sets }: FragmentOf<'client'>): ClientPeer => ({
  clientId,
  name,
  wireguardKey: publicKey,
  prefixes,
  sets,
})
