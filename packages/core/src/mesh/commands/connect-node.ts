import type * as t from 'io-ts'
import { nodeIdCodec } from '../../values/index.js'
import { commandCodec } from './command-codec.js'

/** Let a disconnected node take part again, with its addresses (A5). */
export const connectNodeCodec = commandCodec('ConnectNode', { nodeId: nodeIdCodec })
export type ConnectNode = t.TypeOf<typeof connectNodeCodec>
