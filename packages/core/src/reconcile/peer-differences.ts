import type { IpPrefix, UdpEndpoint, WireguardPublicKey } from '../values/index.js'
import { endpointToWrite } from './choose-endpoint.js'
import type { DesiredHost, DesiredPeer } from './desired-host.js'
import type { ObservedHost, ObservedPeer } from './observed-host.js'

/** How one peer that should be there differs from what is there. */
export interface PeerDifference {
  readonly publicKey: WireguardPublicKey
  readonly isNew: boolean
  readonly desiredAllowedIps: readonly IpPrefix[]
  /** To be had by this peer, now with another or with none. */
  readonly gained: readonly IpPrefix[]
  /** Had by this peer and no longer wanted there. */
  readonly lost: readonly IpPrefix[]
  /** To be written; `undefined`: stays. */
  readonly endpoint: UdpEndpoint | undefined
  /** To be written; `undefined`: stays. */
  readonly keepaliveSeconds: number | undefined
}

/** All that differs about the peers of one interface. */
export interface PeerDifferences {
  /** Sorted by key, so that equal differences make equal plans. */
  readonly differing: readonly PeerDifference[]
  /** Peers that should not be there, sorted. */
  readonly unexpected: readonly WireguardPublicKey[]
}

/** Compares the peers with these keys; others are taken to be as they should. */
export function comparePeers(
  observed: ObservedHost,
  desired: DesiredHost,
  keys: Iterable<WireguardPublicKey>,
  previousDesired: DesiredHost | undefined,
): PeerDifferences {
  const differing: PeerDifference[] = []
  const unexpected: WireguardPublicKey[] = []
  for (const key of new Set(keys)) {
    const wanted = desired.peers.get(key)
    const found = observed.peers.get(key)
    if (wanted === undefined) {
      if (found !== undefined) unexpected.push(key)
      continue
    }
    const previous = previousDesired?.peers.get(key)
    const question = { desired: wanted, observed: found, previous, observedAtEpochMs: observed.observedAtEpochMs }
    const difference = comparePeer(wanted, found, endpointToWrite(question))
    if (difference !== undefined) differing.push(difference)
  }
  differing.sort((a, b) => (a.publicKey < b.publicKey ? -1 : 1))
  return { differing, unexpected: unexpected.sort() }
}

/** Every key that either side knows. */
export function allPeerKeys(observed: ObservedHost, desired: DesiredHost): Iterable<WireguardPublicKey> {
  return [...desired.peers.keys(), ...observed.peers.keys()]
}

function comparePeer(
  desired: DesiredPeer,
  observed: ObservedPeer | undefined,
  endpoint: UdpEndpoint | undefined,
): PeerDifference | undefined {
  const foundIps = observed?.allowedIps ?? []
  const gained = without(desired.allowedIps, foundIps)
  const lost = without(foundIps, desired.allowedIps)
  const keepaliveSeconds =
    desired.keepaliveSeconds === (observed?.keepaliveSeconds ?? 0) ? undefined : desired.keepaliveSeconds
  const isSame = gained.length === 0 && lost.length === 0 && endpoint === undefined && keepaliveSeconds === undefined
  if (isSame && observed !== undefined) return undefined
  const { publicKey, allowedIps: desiredAllowedIps } = desired
  return { publicKey, isNew: observed === undefined, desiredAllowedIps, gained, lost, endpoint, keepaliveSeconds }
}

function without(prefixes: readonly IpPrefix[], taken: readonly IpPrefix[]): readonly IpPrefix[] {
  // Most peers are equal and have one or two prefixes; sets pay off only for gateways with thousands.
  if (taken.length <= 4) return prefixes.filter((prefix) => !taken.includes(prefix))
  const set = new Set(taken)
  return prefixes.filter((prefix) => !set.has(prefix))
}
