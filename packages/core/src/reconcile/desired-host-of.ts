import type { ChosenPaths } from '../host-config/choose-paths.js'
import type { HostConfig, PeerConfig } from '../host-config/host-config.js'
import { compareIpAddresses, type HostId, type IpPrefix, type WireguardPublicKey } from '../values/index.js'
import type { DesiredHost, DesiredPeer } from './desired-host.js'

/** What the operating system shall have, from a config and the paths chosen on it. */
export const desiredHostOf = (config: HostConfig, chosen: ChosenPaths): DesiredHost => {
  const { own } = config
  const peers = new Map<WireguardPublicKey, DesiredPeer>()
  for (const peer of config.peers.values()) peers.set(peer.wireguardKey, desiredPeerOf(peer, chosen))
  return {
    publicKey: own.wireguardKey,
    listenPort: own.listenPort,
    mtuBytes: own.mtuBytes,
    addresses: [...own.addresses, own.controlAddress4, own.controlAddress6].sort(compareIpAddresses),
    peers,
    routes: own.routes,
  }
}

/** One peer's part of it: what a patch that touched only this peer needs. */
export const desiredPeerOf = (peer: PeerConfig, chosen: ChosenPaths): DesiredPeer => ({
  publicKey: peer.wireguardKey,
  allowedIps: allowedIpsOf(chosen, peer.hostId),
  endpointCandidates: peer.endpoints,
  keepaliveSeconds: peer.keepaliveSeconds,
})

const allowedIpsOf = (chosen: ChosenPaths, hostId: HostId): readonly IpPrefix[] => chosen.allowedIps.get(hostId) ?? []
