import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { nodeIdCodec } from '../../values/index.js'
import { largeMapHas } from '../large-map.js'
import { commandCodec } from './command-codec.js'
import { type Decision, type ExistingMesh, refuse } from './decision.js'
import { leaveAll } from './leave-rules.js'
import { unfoldFrom } from './unfolding.js'

/** Take a node out of its network; the host stays in the mesh. */
export type RemoveNode = t.TypeOf<typeof removeNodeCodec>

export const removeNodeCodec = commandCodec('RemoveNode', { nodeId: nodeIdCodec })

export const decideRemoveNode = ({ nodeId, atEpochMs }: RemoveNode, state: ExistingMesh): Decision => {
  if (!largeMapHas(state.nodes, nodeId)) return refuse({ code: 'node-unknown', nodeId })
  const unfolding = unfoldFrom(state)
  leaveAll(unfolding, [nodeId], 'removed', atEpochMs)
  return E.right(unfolding.events())
}
