import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { epochMs, epochMsCodec, nodeIdCodec } from '../../values/index.js'
import { largeMapGet } from '../large-map.js'
import { commandCodec } from './command-codec.js'
import { alreadySo, type Decision, type ExistingMesh, refuse } from './decision.js'

/** An ephemeral node is not heard of any more (A5). `[]` when that is known. From the sweeper. */
export type MarkNodeAway = t.TypeOf<typeof markNodeAwayCodec>

export const markNodeAwayCodec = commandCodec('MarkNodeAway', {
  nodeId: nodeIdCodec,
  /** Its absence counts from here, but never from before it joined. */
  lastContactAtEpochMs: epochMsCodec,
})

export const decideMarkNodeAway = (command: MarkNodeAway, state: ExistingMesh): Decision => {
  const { nodeId, atEpochMs } = command
  const node = largeMapGet(state.nodes, nodeId)
  if (node === undefined) return refuse({ code: 'node-unknown', nodeId })
  if (!node.ephemeral) return refuse({ code: 'node-not-ephemeral', nodeId, name: node.name })
  if (node.awaySinceEpochMs !== null) return alreadySo
  // Not from before it joined: a node whose agent is still starting has its whole grace. Not from times to come either.
  const heardOf = Math.min(Math.max(command.lastContactAtEpochMs, node.joinedAtEpochMs), atEpochMs)
  return E.right([{ type: 'NodeWentAway', atEpochMs, nodeId, lastContactAtEpochMs: epochMs(heardOf) }])
}
