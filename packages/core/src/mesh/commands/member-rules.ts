import type { ClientId, MemberId, NodeId } from '../../values/index.js'
import { largeMapGet } from '../large-map.js'
import type { Client, MeshState, Node } from '../mesh-state.js'

/** The node or client with this id. */
export const memberOf = (state: MeshState, memberId: MemberId): Node | Client | undefined =>
  largeMapGet(state.nodes, memberId as NodeId) ?? largeMapGet(state.clients, memberId as ClientId)
