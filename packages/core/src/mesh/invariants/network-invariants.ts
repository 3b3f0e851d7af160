/** What holds of each network: its nodes' addresses and names, and everything that is derived from them. */
import { emptyHash, hashText, toggleHash } from '../../values/content-hash.js'
import {
  type AddressPool,
  createAddressPool,
  type HostId,
  type HostName,
  type IpAddress,
  type IpPrefix,
  isAddressUsable,
  type NodeId,
  takeAddress,
} from '../../values/index.js'
import { largeMapValues } from '../large-map.js'
import { namedNode, nameEntryText } from '../membership.js'
import type { MeshState, Network, Node } from '../mesh-state.js'
import { takesPart } from '../takes-part.js'
import { breach, duplicates, type InvariantBreach, indexBreaches, sameContent } from './breach.js'

export const networkBreaches = (state: MeshState, network: Network): readonly InvariantBreach[] => {
  const nodes = [...largeMapValues(state.nodes)].filter(({ networkId }) => networkId === network.networkId)
  const members = nodes.filter(takesPart)
  const about = (name: string) => `${name} of ${network.networkId}`
  return [
    ...duplicates(
      about('node-name-unique'),
      nodes.map(({ name, nodeId }) => [name, nodeId]),
    ),
    ...duplicates(
      about('one-node-per-host'),
      nodes.map(({ hostId, nodeId }) => [hostId, nodeId]),
    ),
    ...addressBreaches(network, nodes),
    ...indexBreaches(about('node-ids'), network.nodeIds, hostIdsByNodeId(nodes)),
    ...indexBreaches(
      about('names'),
      network.nodeIdsByName,
      new Map<HostName, NodeId>(nodes.map((n) => [n.name, n.nodeId])),
    ),
    ...indexBreaches(about('members'), network.members, hostIdsByNodeId(members)),
    ...hashBreaches(network, members),
    ...(nodes.length > 0 && !network.everUsed
      ? [breach(about('ever-used'), 'has nodes and says it never had any')]
      : []),
    ...(network.range4 === null && network.range6 === null ? [breach(about('has-range'), 'has no range')] : []),
  ]
}

const hostIdsByNodeId = (nodes: readonly Node[]): ReadonlyMap<NodeId, HostId> =>
  new Map(nodes.map(({ nodeId, hostId }) => [nodeId, hostId]))

const addressBreaches = (network: Network, nodes: readonly Node[]): readonly InvariantBreach[] => {
  const about = (name: string) => `${name} of ${network.networkId}`
  const held = nodes.flatMap(({ nodeId, address4, address6 }) =>
    [address4, address6].flatMap((address) => (address === null ? [] : [[address, nodeId] as const])),
  )
  return [
    ...duplicates(about('address-unique'), held),
    ...nodes.flatMap(({ nodeId, address4, address6 }) => [
      ...usableBreach(about(`address4 ${nodeId}`), network.range4, address4),
      ...usableBreach(about(`address6 ${nodeId}`), network.range6, address6),
    ]),
    ...indexBreaches(about('holders'), network.holders, new Map<IpAddress, NodeId>(held)),
    ...poolBreaches(
      about('pool4'),
      network.range4,
      network.pool4,
      nodes.map(({ address4 }) => address4),
    ),
    ...poolBreaches(
      about('pool6'),
      network.range6,
      network.pool6,
      nodes.map(({ address6 }) => address6),
    ),
  ]
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

/** A pool's form depends on what is taken alone: made anew from the holders it must look the same. */
export const poolBreaches = (
  invariant: string,
  range: IpPrefix | null,
  pool: AddressPool | null,
  taken: readonly (IpAddress | null)[],
): readonly InvariantBreach[] => {
  const expected = range === null ? null : createAddressPool(range)
  if (expected !== null) for (const address of taken) if (address !== null) takeAddress(expected, address)
  return sameContent(pool, expected) ? [] : [breach(invariant, 'is not what its holders have taken')]
}

const hashBreaches = (network: Network, members: readonly Node[]): readonly InvariantBreach[] => {
  const hashOf = (texts: readonly string[]) => texts.map(hashText).reduce(toggleHash, emptyHash)
  const about = (name: string) => `${name} of ${network.networkId}`
  return [
    ...(sameContent(network.membersHash, hashOf(members.map(({ nodeId }) => nodeId)))
      ? []
      : [breach(about('members-hash'), 'is not that of the members')]),
    ...(sameContent(network.namesHash, hashOf(members.map((node) => nameEntryText(namedNode(node)))))
      ? []
      : [breach(about('names-hash'), "is not that of the members' names")]),
  ]
}
