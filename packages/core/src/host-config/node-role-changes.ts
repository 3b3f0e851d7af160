/** What a step changed about what nodes are to others: who began, ceased, or is something else now. */
import { largeMapGet } from '../mesh/large-map.js'
import type { ClassKey, MemberSetKey, MeshState } from '../mesh/mesh-state.js'
import type { EgressId, HostId, NetworkId, NodeId } from '../values/index.js'
import { activeExitOf, gatewayAt, membershipOf, viaOf } from './member-roles.js'
import { isSameContent } from './same-content.js'

/** What of a node decides who looks at it. */
export interface NodeRole {
  readonly networkId: NetworkId
  readonly hostId: HostId
  readonly isGateway: boolean
  readonly isInternetGateway: boolean
  /** Where what a gateway gets for the internet leaves: relayed nodes send theirs there. */
  readonly exit: NodeId | null
  readonly via: readonly NodeId[] | null
  readonly egressIds: readonly EgressId[]
  readonly classKey: ClassKey | null
  readonly sets: readonly MemberSetKey[]
}

/** `undefined` when it takes no part. */
const roleOf = (state: MeshState, nodeId: NodeId): NodeRole | undefined => {
  const membership = membershipOf(state, nodeId)
  if (membership === undefined) return undefined
  const { network, node } = membership
  const gateway = gatewayAt(state, membership)
  const record = largeMapGet(network.memberRecords, nodeId)
  return {
    networkId: network.networkId,
    hostId: node.hostId,
    isGateway: gateway !== undefined,
    isInternetGateway: gateway?.internet ?? false,
    exit: gateway === undefined ? null : activeExitOf(state, network, nodeId),
    via: viaOf(state, membership),
    egressIds: node.egressIds,
    classKey: record?.classKey ?? null,
    sets: record?.sets ?? [],
  }
}

export interface RoleChange {
  readonly nodeId: NodeId
  readonly was: NodeRole | undefined
  readonly is: NodeRole | undefined
}

/** `undefined` when the node is to others what it was. */
export const roleChange = (before: MeshState, after: MeshState, nodeId: NodeId): RoleChange | undefined => {
  const [was, is] = [roleOf(before, nodeId), roleOf(after, nodeId)]
  return isSameContent(was, is) ? undefined : { nodeId, was, is }
}

/** Whether the node is reached through others than before, by which alone its host looks at others, and its own parts are others. */
export const isReachedOtherwise = ({ was, is }: RoleChange): boolean =>
  was !== undefined && is !== undefined && was.hostId === is.hostId && !isSameContent(was.via, is.via)
