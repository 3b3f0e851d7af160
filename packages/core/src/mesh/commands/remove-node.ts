import type * as t from 'io-ts'
import { nodeIdCodec } from '../../values/index.js'
import { commandCodec } from './command-codec.js'

/** Take a node out of its network; the host stays in the mesh. */
export const removeNodeCodec = commandCodec('RemoveNode', { nodeId: nodeIdCodec })
export type RemoveNode = t.TypeOf<typeof removeNodeCodec>
