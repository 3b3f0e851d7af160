import type * as t from 'io-ts'
import { epochMsCodec, nodeIdCodec } from '../../values/index.js'
import { commandCodec } from './command-codec.js'

/** An ephemeral node is not heard of any more (A5). `[]` when that is known. From the sweeper. */
export const markNodeAwayCodec = commandCodec('MarkNodeAway', {
  nodeId: nodeIdCodec,
  /** Its absence counts from here, but never from before it joined. */
  lastContactAtEpochMs: epochMsCodec,
})
export type MarkNodeAway = t.TypeOf<typeof markNodeAwayCodec>
