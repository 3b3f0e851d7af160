/** What a step changed about what nodes are to others: who began, ceased, or is something else now. */
import { largeMapGet } from '../mesh/large-map.js'
import type { MeshState } from '../mesh/mesh-state.js'
import type { HostId, NetworkId, NodeId } from '../values/index.js'
import { activeExitOf, gatewayAt, membershipOf, viaOf } from './member-roles.js'

/** What of a node decides who looks at it. */
export interface NodeRole {
  readonly networkId: NetworkId
  readonly hostId: HostId
  readonly isGateway: boolean
  readonly isInternetGateway: boolean
  readonly text: string
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
    text: JSON.stringify([
      network.networkId,
      node.hostId,
      gateway !== undefined,
      // Relayed nodes send what they have for the internet where their gateway does.
      gateway === undefined ? null : [gateway.internet, activeExitOf(state, network, nodeId)],
      viaOf(state, membership),
      node.egressIds,
      record?.classKey,
      record?.sets,
    ]),
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
  return was?.text === is?.text ? undefined : { nodeId, was, is }
}
