/** Sets of addresses by name: what compiled rules are made of, so that a rule stays as it is while members come and go. */
import { egressesOfNetwork, egressRangesSeen, isInternetEgress } from '../mesh/egress-queries.js'
import { largeMapGet, largeMapHas, largeMapKeys } from '../mesh/large-map.js'
import { memberPrefixes } from '../mesh/members.js'
import type { Egress, MemberSetKey, MeshState, Network } from '../mesh/mesh-state.js'
import {
  type ClientId,
  type EgressId,
  type IpPrefix,
  type MemberId,
  mergePrefixes,
  type NodeId,
  prefixContains,
  subtractPrefixes,
} from '../values/index.js'

export type SetRef =
  /** The network's own ranges, what lies behind its clients, and its egresses that are neither restricted nor of /0. */
  | { readonly kind: 'everyone' }
  /** A set of the network (`tag:`, `user:`, `group:`, `gateway-clients:`), or a single `node:` or `client:`. */
  | { readonly kind: 'set'; readonly key: MemberSetKey }
  /** What `egressPrefixes` says; of one of /0 without what lies behind clients. */
  | { readonly kind: 'egress'; readonly egressId: EgressId }
  /** Literally, whoever has them; sorted and merged. */
  | { readonly kind: 'prefixes'; readonly prefixes: readonly IpPrefix[] }

/** The addresses that are in a set now. Of some it looks at each client: for expanding a config, not for a decision. */
export const expandSetRef = (state: MeshState, network: Network, ref: SetRef): readonly IpPrefix[] => {
  switch (ref.kind) {
    case 'everyone':
      return everyonePrefixes(state, network)
    case 'set':
      return mergePrefixes(memberIdsOf(network, ref.key).flatMap((memberId) => prefixesOf(state, memberId)))
    case 'egress': {
      const egress = largeMapGet(state.egresses, ref.egressId)
      if (egress === undefined) return []
      const prefixes = egressPrefixes(state, network, egress)
      return isInternetEgress(egress) ? subtractPrefixes(prefixes, beyondClients(state, network)) : prefixes
    }
    case 'prefixes':
      return ref.prefixes
  }
}

/** Who is in a set now, by key: in no order. */
export const memberIdsOf = (network: Network, key: MemberSetKey): readonly MemberId[] => {
  const single = /^(?:node|client):(.*)$/s.exec(key)?.[1] as MemberId | undefined
  if (single !== undefined) return largeMapHas(network.memberRecords, single) ? [single] : []
  const set = largeMapGet(network.sets, key)
  return set === undefined ? [] : [...largeMapKeys(set.memberIds)]
}

const prefixesOf = (state: MeshState, memberId: MemberId): readonly IpPrefix[] => {
  const member = largeMapGet(state.nodes, memberId as NodeId) ?? largeMapGet(state.clients, memberId as ClientId)
  return member === undefined ? [] : memberPrefixes(member)
}

const everyonePrefixes = (state: MeshState, network: Network): readonly IpPrefix[] => {
  const open = egressesOfNetwork(state, network.networkId).filter(
    (egress) => !egress.restricted && !isInternetEgress(egress),
  )
  return mergePrefixes([
    ...rangesOf(network),
    ...beyondClients(state, network),
    ...open.flatMap((egress) => egressPrefixes(state, network, egress)),
  ])
}

/** Addresses of clients outside the network's ranges, and what lies behind clients. */
const beyondClients = (state: MeshState, network: Network): readonly IpPrefix[] =>
  [...largeMapKeys(network.clientIds)].flatMap((clientId) => {
    const client = largeMapGet(state.clients, clientId)
    return client === undefined ? [] : [...client.additionalAddresses, ...client.prefixesBehind]
  })

/**
 * What is an egress's alone: its ranges as others use them, without the network's own range and the longer ranges of other egresses
 * inside them (E5).
 */
export const egressPrefixes = (state: MeshState, network: Network, egress: Egress): readonly IpPrefix[] => {
  const ranges = egressRangesSeen(egress)
  const isInside = (inner: IpPrefix) => ranges.some((range) => range !== inner && prefixContains(range, inner))
  const others = egressesOfNetwork(state, network.networkId).filter(({ egressId }) => egressId !== egress.egressId)
  const holes = [...rangesOf(network), ...others.flatMap(egressRangesSeen)].filter(isInside)
  return holes.length === 0 ? mergePrefixes(ranges) : subtractPrefixes(ranges, holes)
}

const rangesOf = ({ range4, range6 }: Pick<Network, 'range4' | 'range6'>): readonly IpPrefix[] =>
  [range4, range6].filter((range) => range !== null)
