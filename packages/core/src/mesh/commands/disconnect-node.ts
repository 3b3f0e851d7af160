import type * as t from 'io-ts'
import { nodeIdCodec } from '../../values/index.js'
import { commandCodec } from './command-codec.js'

/** Put a node aside (A5): it keeps its place and addresses, and nobody peers with it. */
export const disconnectNodeCodec = commandCodec('DisconnectNode', { nodeId: nodeIdCodec })
export type DisconnectNode = t.TypeOf<typeof disconnectNodeCodec>
