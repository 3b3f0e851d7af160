import type { ChosenPaths } from '../host-config/chosen-paths.js'
import type { ClientPeer, HostConfig, PeerConfig } from '../host-config/host-config.js'
import {
  compareIpAddresses,
  comparePrefixes,
  type HostId,
  type IpAddress,
  type IpPrefix,
  type WireguardPublicKey,
} from '../values/index.js'
import type { DesiredHost, DesiredPeer } from './desired-host.js'
import { firewallOf } from './firewall-of.js'
import { namesOf } from './names-of.js'
import type { OutsideFlow } from './policy-routing.js'
import { divideRoutes, policyRoutingOf } from './policy-routing-of.js'
import { routesNow } from './routes-now.js'

/** What the operating system shall have, from a config and the paths chosen on it. `servers`: where this host's server is. */
export const desiredHostOf = (
  config: HostConfig,
  chosen: ChosenPaths,
  servers: readonly OutsideFlow[] = [],
): DesiredHost => {
  const peers = new Map<WireguardPublicKey, DesiredPeer>()
  for (const peer of config.peers.values()) peers.set(peer.wireguardKey, desiredPeerOf(peer, chosen))
  for (const client of config.clients.values()) peers.set(client.wireguardKey, desiredClientOf(client))
  const policyRouting = policyRoutingOf(config, chosen, servers)
  return {
    ...desiredOwnOf(config, chosen, servers),
    peers,
    firewall: firewallOf(config, chosen),
    policyRouting,
    names: namesOf(config, { routing: policyRouting, hops: chosen.hops }),
  }
}

/** Interface, addresses and routes among the host's own, and whether anything is passed on. */
export const desiredOwnOf = (
  config: HostConfig,
  chosen: Pick<ChosenPaths, 'hops'>,
  servers: readonly OutsideFlow[],
): Omit<DesiredHost, 'peers' | 'firewall' | 'policyRouting' | 'names'> => {
  const { own } = config
  return {
    publicKey: own.wireguardKey,
    listenPort: own.listenPort,
    mtuBytes: own.mtuBytes,
    addresses: ownAddresses(own),
    routes: divideRoutes({ ...config, routes: routesNow(config, chosen).routes }, servers).common,
    forwards: own.capabilities.includes('forward') && own.memberships.some(passesOn),
  }
}

const passesOn = ({ isGateway, isInternetGateway, routerOf }: HostConfig['own']['memberships'][number]): boolean =>
  isGateway || isInternetGateway || routerOf.length > 0

/** In all its networks, and its control addresses. */
const ownAddresses = ({ memberships, controlAddress4, controlAddress6 }: HostConfig['own']): readonly IpAddress[] =>
  [...memberships.flatMap(({ addresses }) => addresses), controlAddress4, controlAddress6].sort(compareIpAddresses)

/** One peer's part of it: what a patch that touched only this peer needs. */
export const desiredPeerOf = (peer: PeerConfig, chosen: ChosenPaths): DesiredPeer => ({
  publicKey: peer.wireguardKey,
  allowedIps: allowedIpsOf(chosen, peer.hostId),
  endpointCandidates: peer.endpoints.map(({ endpoint }) => endpoint),
  keepaliveSeconds: peer.keepaliveSeconds,
})

/** A client comes by itself: its endpoint is not ours to know, and it keeps its own NAT open. */
export const desiredClientOf = ({ wireguardKey, prefixes }: ClientPeer): DesiredPeer => ({
  publicKey: wireguardKey,
  allowedIps: [...prefixes].sort(comparePrefixes),
  endpointCandidates: [],
  keepaliveSeconds: 0,
})

const allowedIpsOf = (chosen: ChosenPaths, hostId: HostId): readonly IpPrefix[] => chosen.allowedIps.get(hostId) ?? []
