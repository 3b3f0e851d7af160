import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { nodeIdCodec } from '../../values/index.js'
import { largeMapGet } from '../large-map.js'
import { commandCodec } from './command-codec.js'
import { alreadySo, type Decision, type ExistingMesh, refuse } from './decision.js'

/** Let a waiting node take part (A4). `[]` when it was let in. */
export type ApproveNode = t.TypeOf<typeof approveNodeCodec>

export const approveNodeCodec = commandCodec('ApproveNode', { nodeId: nodeIdCodec })

export const decideApproveNode = ({ nodeId, atEpochMs }: ApproveNode, state: ExistingMesh): Decision => {
  const node = largeMapGet(state.nodes, nodeId)
  if (node === undefined) return refuse({ code: 'node-unknown', nodeId })
  if (node.approval === 'approved') return alreadySo
  return E.right([{ type: 'NodeApproved', atEpochMs, nodeId }])
}
