import type * as t from 'io-ts'
import { nodeIdCodec } from '../../values/index.js'
import { commandCodec } from './command-codec.js'

/** An ephemeral node that was away was heard of. `[]` when it was not away. */
export const markNodeReturnedCodec = commandCodec('MarkNodeReturned', { nodeId: nodeIdCodec })
export type MarkNodeReturned = t.TypeOf<typeof markNodeReturnedCodec>
