import type * as t from 'io-ts'
import { nodeIdCodec } from '../../values/index.js'
import { commandCodec } from './command-codec.js'

/** Let a waiting node take part (A4). `[]` when it was let in. */
export const approveNodeCodec = commandCodec('ApproveNode', { nodeId: nodeIdCodec })
export type ApproveNode = t.TypeOf<typeof approveNodeCodec>
