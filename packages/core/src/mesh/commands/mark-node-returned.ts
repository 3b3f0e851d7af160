import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { nodeIdCodec } from '../../values/index.js'
import { largeMapGet } from '../large-map.js'
import { commandCodec } from './command-codec.js'
import { alreadySo, type Decision, type ExistingMesh, refuse } from './decision.js'

/** An ephemeral node that was away was heard of. `[]` when it was not away. */
export type MarkNodeReturned = t.TypeOf<typeof markNodeReturnedCodec>

export const markNodeReturnedCodec = commandCodec('MarkNodeReturned', { nodeId: nodeIdCodec })

export const decideMarkNodeReturned = ({ nodeId, atEpochMs }: MarkNodeReturned, state: ExistingMesh): Decision => {
  const node = largeMapGet(state.nodes, nodeId)
  if (node === undefined) return refuse({ code: 'node-unknown', nodeId })
  if (!node.ephemeral) return refuse({ code: 'node-not-ephemeral', nodeId, name: node.name })
  if (node.awaySinceEpochMs === null) return alreadySo
  return E.right([{ type: 'NodeReturned', atEpochMs, nodeId }])
}
