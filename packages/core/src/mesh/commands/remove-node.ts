import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { nodeIdCodec } from '../../values/index.js'
import { largeMapHas } from '../large-map.js'
import { commandCodec } from './command-codec.js'
import { type Decision, type ExistingMesh, refuse } from './decision.js'
import { leaveAll } from './leave-rules.js'

/** Take a node out of its network; the host stays in the mesh. */
export const removeNodeCodec = commandCodec('RemoveNode', { nodeId: nodeIdCodec })
export type RemoveNode = t.TypeOf<typeof removeNodeCodec>

export const decideRemoveNode = ({ nodeId, atEpochMs }: RemoveNode, state: ExistingMesh): Decision =>
  largeMapHas(state.nodes, nodeId)
    ? E.right(leaveAll(state, [nodeId], 'removed', atEpochMs))
    : refuse({ code: 'node-unknown', nodeId })
