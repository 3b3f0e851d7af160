/**
 * From a config to who gets which prefixes: the hop that each path takes now, and with it every peer's AllowedIPs. Pure and the
 * same on every host, so that both ends of a path come to the same answer.
 */
import { comparePrefixes, type HostId, hostPrefix, type IpPrefix, type NodeId } from '../values/index.js'
import type { HostConfig, Path } from './host-config.js'
import type { PathVector } from './path-vector.js'

/** What this host knows of a peer's health; a peer that isn't there is not known to be down. */
export type HealthView = ReadonlyMap<HostId, 'up' | 'down'>

export interface ChosenPaths {
  /** The hop of each path. */
  readonly hops: ReadonlyMap<NodeId, HostId>
  /** Sorted, no prefix twice over all peers; every peer has its control addresses. */
  readonly allowedIps: ReadonlyMap<HostId, readonly IpPrefix[]>
}

export const choosePaths = (
  config: HostConfig,
  health: HealthView,
  vectors: ReadonlyMap<HostId, PathVector>,
  current: ChosenPaths | undefined,
): ChosenPaths => {
  const hops = new Map<NodeId, HostId>()
  const allowedIps = new Map<HostId, IpPrefix[]>()
  for (const peer of config.peers.values())
    allowedIps.set(peer.hostId, [hostPrefix(peer.controlAddress4), hostPrefix(peer.controlAddress6)])
  for (const path of config.paths.values()) {
    const hop = chooseHop(path, config, health, vectors.get(path.owner), current?.hops.get(path.nodeId))
    if (hop === undefined) continue
    hops.set(path.nodeId, hop)
    allowedIps.get(hop)?.push(...path.prefixes)
  }
  for (const prefixes of allowedIps.values()) prefixes.sort(comparePrefixes)
  return { hops, allowedIps }
}

/**
 * A node that tells through whom it is reached (its vector) is followed, within the configured order. Otherwise the path stays where
 * it is while that hop is not known to be down, and moves to the first of the list that isn't. All down: the first.
 */
const chooseHop = (
  path: Path,
  config: HostConfig,
  health: HealthView,
  vector: PathVector | undefined,
  current: HostId | undefined,
): HostId | undefined => {
  const hops = path.hops.filter((hop) => config.peers.has(hop))
  const told = vector?.gateways.find((gateway) => hops.includes(gateway))
  if (told !== undefined) return told
  const isUsable = (hop: HostId) => health.get(hop) !== 'down'
  if (current !== undefined && hops.includes(current) && isUsable(current)) return current
  return hops.find(isUsable) ?? hops[0]
}
