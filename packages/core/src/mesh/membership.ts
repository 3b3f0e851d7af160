/**
 * Who takes part in a network, kept up to date in one place: `members`, and the hashes over members and their names from which
 * fragments get their versions.
 */
import type { Draft } from 'immer'
import { type ContentHash, hashText, toggleHash } from '../values/content-hash.js'
import {
  type HostName,
  hostPrefix,
  type Ipv4Address,
  type Ipv6Address,
  isIpv4Address,
  isIpv6Address,
  type MemberId,
  type NodeId,
  prefixFirst,
} from '../values/index.js'
import { largeMapDelete, largeMapGet, largeMapHas, largeMapRead, largeMapSet } from './large-map.js'
import { refreshMember, removeMember } from './members.js'
import type { Client, MeshState, Network, Node } from './mesh-state.js'
import { takesPart } from './takes-part.js'

/** One member's line in its network's names: what `namesHash` is made of. */
export const nameEntryText = (entry: NamedMember): string =>
  JSON.stringify([entry.memberId, entry.name, entry.address4, entry.address6])

/** A node or client, as its network's names have it. */
export interface NamedMember {
  readonly memberId: MemberId
  readonly name: HostName
  readonly address4: Ipv4Address | null
  readonly address6: Ipv6Address | null
}

export const namedNode = ({ nodeId, name, address4, address6 }: Node): NamedMember => ({
  memberId: nodeId,
  name,
  address4,
  address6,
})

/** With the first single address of each family: what a subnet's name means nobody can say. */
export const namedClient = ({ clientId, name, addresses }: Client): NamedMember => {
  const single = addresses.flatMap((prefix) => {
    const first = prefixFirst(prefix)
    return prefix === hostPrefix(first) ? [first] : []
  })
  return {
    memberId: clientId,
    name,
    address4: single.find(isIpv4Address) ?? null,
    address6: single.find(isIpv6Address) ?? null,
  }
}

/** To be called when an enabled client comes or goes, and before and after what its name says changes. */
export const toggleClientName = (network: Draft<Network>, client: Client): void => {
  network.namesHash = toggleHash(network.namesHash as ContentHash, hashText(nameEntryText(namedClient(client))))
}

/** To be called by each recipe that changes whether a node takes part, after it did. */
export const refreshMembership = (draft: Draft<MeshState>, nodeId: NodeId): void => {
  const node = largeMapRead(draft.nodes, nodeId)
  const network = node === undefined ? undefined : largeMapGet(draft.networks, node.networkId)
  if (node === undefined || network === undefined) return
  refreshMember(draft, nodeId)
  const belongs = takesPart(node)
  if (belongs === largeMapHas(network.members, nodeId)) return
  if (belongs) largeMapSet(network.members, nodeId, node.hostId)
  else largeMapDelete(network.members, nodeId)
  toggleMember(network, node)
}

/** To be called before a node is taken out of the state. */
export const endMembership = (draft: Draft<MeshState>, node: Node): void => {
  removeMember(draft, node.networkId, node.nodeId)
  const network = largeMapGet(draft.networks, node.networkId)
  if (network === undefined || !largeMapHas(network.members, node.nodeId)) return
  largeMapDelete(network.members, node.nodeId)
  toggleMember(network, node)
}

const toggleMember = (network: Draft<Network>, node: Node): void => {
  network.membersHash = toggleHash(network.membersHash as ContentHash, hashText(node.nodeId))
  network.namesHash = toggleHash(network.namesHash as ContentHash, hashText(nameEntryText(namedNode(node))))
}
