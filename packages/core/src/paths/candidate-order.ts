/** In which order this host tries where a peer may be reached. */
import type { EndpointCandidate } from '../mesh/endpoint-candidate.js'
import { isPublicAddress } from '../mesh/listeners.js'
import {
  endpointAddress,
  type IpAddress,
  type IpPrefix,
  ipFamilyOf,
  prefixContainsAddress,
  prefixFamily,
  type UdpEndpoint,
} from '../values/index.js'

/** Where the host itself is. */
export interface OwnPlace {
  /** Of its interfaces outside the mesh. */
  readonly addresses: readonly IpAddress[]
  readonly prefixes: readonly IpPrefix[]
  /** Where mirrors see it. */
  readonly seenAt: readonly UdpEndpoint[]
  /** What every packet takes the tunnel to, WireGuard's own too (`rangesInMesh`). */
  readonly inMesh: readonly IpPrefix[]
}

/** Nothing is known of it yet. */
export const nowhere: OwnPlace = { addresses: [], prefixes: [], seenAt: [], inMesh: [] }

/**
 * Each endpoint once, best first: what the operator declared; a neighbour's own address, if both are seen at one address or nobody knows;
 * public addresses; where others see it; then private ones that only a route could lead to. The same private range is in many houses: of
 * two hosts that are seen at different addresses, the LAN comes last. What is an own address, of a family that this host lacks, or reached through the tunnel itself, is left out.
 */
export const candidateOrder = (
  candidates: readonly EndpointCandidate[],
  own: OwnPlace = nowhere,
): readonly UdpEndpoint[] => {
  const families = new Set(own.addresses.map(ipFamilyOf))
  const isUsable = ({ endpoint }: EndpointCandidate) => {
    const address = endpointAddress(endpoint)
    return (
      !own.addresses.includes(address) &&
      (families.size === 0 || families.has(ipFamilyOf(address))) &&
      !own.inMesh.some((prefix) => prefixContainsAddress(prefix, address))
    )
  }
  const rank = rankOf(candidates, own)
  const ranked = candidates.filter(isUsable).map((candidate, at) => ({ ...candidate, rank: rank(candidate), at }))
  ranked.sort((one, other) => one.rank - other.rank || one.at - other.at)
  return [...new Set(ranked.map(({ endpoint }) => endpoint))]
}

const rankOf = (candidates: readonly EndpointCandidate[], own: OwnPlace) => {
  const behind = neighbourhoodOf(candidates, own)
  return ({ endpoint, origin }: EndpointCandidate): number => {
    const address = endpointAddress(endpoint)
    if (origin === 'declared') return 0
    if (origin === 'observed') return 3
    if (isPublicAddress(address)) return 2
    const isOnOwnLan = own.prefixes.some(
      (prefix) => prefixFamily(prefix) === ipFamilyOf(address) && prefixContainsAddress(prefix, address),
    )
    if (isOnOwnLan) return behind === 'another' ? 5 : 1
    return behind === 'the same' ? 4 : 6
  }
}

/** Whether both are seen at one address, as two hosts behind one NAT are. */
const neighbourhoodOf = (
  candidates: readonly EndpointCandidate[],
  own: OwnPlace,
): 'the same' | 'another' | 'unknown' => {
  const theirs = candidates
    .filter(({ origin }) => origin === 'observed')
    .map(({ endpoint }) => endpointAddress(endpoint))
  const ours = own.seenAt.map(endpointAddress)
  if (theirs.length === 0 || ours.length === 0) return 'unknown'
  return theirs.some((address) => ours.includes(address)) ? 'the same' : 'another'
}
