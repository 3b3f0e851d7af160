/** What holds of each network: its nodes' addresses and names, and everything that is derived from them. */
import { emptyHash, hashText, toggleHash } from '../../values/content-hash.js'
import {
  type AddressPool,
  comparePrefixes,
  createAddressPool,
  type HostId,
  type HostName,
  type IpAddress,
  type IpFamily,
  type IpPrefix,
  isAddressUsable,
  type MemberId,
  type NodeId,
  prefixesOverlap,
  prefixFamily,
  prefixFirst,
  takePrefix,
} from '../../values/index.js'
import { isSingleAddress } from '../client-ties.js'
import { largeMapValues } from '../large-map.js'
import { memberPrefixes } from '../members.js'
import { namedClient, namedNode, nameEntryText } from '../membership.js'
import type { Client, MeshState, Network, Node } from '../mesh-state.js'
import { takesPart } from '../takes-part.js'
import { breach, duplicates, type InvariantBreach, indexBreaches, sameContent } from './breach.js'

export const networkBreaches = (state: MeshState, network: Network): readonly InvariantBreach[] => {
  const nodes = [...largeMapValues(state.nodes)].filter(({ networkId }) => networkId === network.networkId)
  const clients = [...largeMapValues(state.clients)].filter(({ networkId }) => networkId === network.networkId)
  const members = nodes.filter(takesPart)
  const about = (name: string) => `${name} of ${network.networkId}`
  return [
    ...duplicates(about('name-unique'), [
      ...nodes.map(({ name, nodeId }) => [name, nodeId] as const),
      ...clients.map(({ name, clientId }) => [name, clientId] as const),
    ]),
    ...duplicates(
      about('one-node-per-host'),
      nodes.map(({ hostId, nodeId }) => [hostId, nodeId]),
    ),
    ...addressBreaches(network, nodes, clients),
    ...indexBreaches(about('node-ids'), network.nodeIds, hostIdsByNodeId(nodes)),
    ...indexBreaches(
      about('names'),
      network.nodeIdsByName,
      new Map<HostName, NodeId>(nodes.map((n) => [n.name, n.nodeId])),
    ),
    ...indexBreaches(about('members'), network.members, hostIdsByNodeId(members)),
    ...hashBreaches(network, members, clients),
    ...(nodes.length > 0 && !network.everUsed
      ? [breach(about('ever-used'), 'has nodes and says it never had any')]
      : []),
    ...(network.range4 === null && network.range6 === null ? [breach(about('has-range'), 'has no range')] : []),
  ]
}

const hostIdsByNodeId = (nodes: readonly Node[]): ReadonlyMap<NodeId, HostId> =>
  new Map(nodes.map(({ nodeId, hostId }) => [nodeId, hostId]))

const addressBreaches = (
  network: Network,
  nodes: readonly Node[],
  clients: readonly Client[],
): readonly InvariantBreach[] => {
  const about = (name: string) => `${name} of ${network.networkId}`
  const held = [
    ...nodes.flatMap(({ nodeId, address4, address6 }) =>
      [address4, address6].flatMap((address) => (address === null ? [] : [[address, nodeId as MemberId] as const])),
    ),
    ...clients.flatMap(({ clientId, addresses }) =>
      addresses.filter(isSingleAddress).map((prefix) => [prefixFirst(prefix), clientId as MemberId] as const),
    ),
  ]
  const taken = [...nodes.flatMap(memberPrefixes), ...clients.flatMap(({ addresses }) => addresses)]
  return [
    ...overlaps(about('address-unique'), taken),
    ...nodes.flatMap(({ nodeId, address4, address6 }) => [
      ...usableBreach(about(`address4 ${nodeId}`), network.range4, address4),
      ...usableBreach(about(`address6 ${nodeId}`), network.range6, address6),
    ]),
    ...indexBreaches(about('holders'), network.holders, new Map<IpAddress, MemberId>(held)),
    ...poolBreaches(about('pool4'), network.range4, network.pool4, ofFamily(taken, 4)),
    ...poolBreaches(about('pool6'), network.range6, network.pool6, ofFamily(taken, 6)),
  ]
}

const ofFamily = (prefixes: readonly IpPrefix[], family: IpFamily): readonly IpPrefix[] =>
  prefixes.filter((prefix) => prefixFamily(prefix) === family)

/** Sorted, whatever overlaps at all overlaps its neighbour: prefixes are nested or disjoint. */
export const overlaps = (invariant: string, prefixes: readonly IpPrefix[]): readonly InvariantBreach[] => {
  const sorted = [...prefixes].sort(comparePrefixes)
  return sorted.flatMap((prefix, at) => {
    const next = sorted[at + 1]
    return next !== undefined && prefixesOverlap(prefix, next) ? [breach(invariant, `${prefix} and ${next}`)] : []
  })
}

const usableBreach = (
  invariant: string,
  range: IpPrefix | null,
  address: IpAddress | null,
): readonly InvariantBreach[] => {
  if (range === null && address === null) return []
  if (range !== null && address !== null && isAddressUsable(range, address)) return []
  return [breach(invariant, `${address} in the range ${range}`)]
}

/** A pool's form depends on what is taken alone: made anew from what is held it must look the same. */
export const poolBreaches = (
  invariant: string,
  range: IpPrefix | null,
  pool: AddressPool | null,
  taken: readonly IpPrefix[],
): readonly InvariantBreach[] => {
  const expected = range === null ? null : createAddressPool(range)
  if (expected !== null) for (const prefix of taken) takePrefix(expected, prefix)
  return sameContent(pool, expected) ? [] : [breach(invariant, 'is not what its holders have taken')]
}

const hashBreaches = (
  network: Network,
  members: readonly Node[],
  clients: readonly Client[],
): readonly InvariantBreach[] => {
  const named = [...members.map(namedNode), ...clients.filter(({ enabled }) => enabled).map(namedClient)]
  const hashOf = (texts: readonly string[]) => texts.map(hashText).reduce(toggleHash, emptyHash)
  const about = (name: string) => `${name} of ${network.networkId}`
  return [
    ...(sameContent(network.membersHash, hashOf(members.map(({ nodeId }) => nodeId)))
      ? []
      : [breach(about('members-hash'), 'is not that of the members')]),
    ...(sameContent(network.namesHash, hashOf(named.map(nameEntryText)))
      ? []
      : [breach(about('names-hash'), "is not that of the members' and clients' names")]),
  ]
}
