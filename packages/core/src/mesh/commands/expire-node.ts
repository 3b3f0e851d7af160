import type * as t from 'io-ts'
import { nodeIdCodec } from '../../values/index.js'
import { commandCodec } from './command-codec.js'

/** A node's time ran out (A5); refused before that. From the sweeper. */
export const expireNodeCodec = commandCodec('ExpireNode', { nodeId: nodeIdCodec })
export type ExpireNode = t.TypeOf<typeof expireNodeCodec>
