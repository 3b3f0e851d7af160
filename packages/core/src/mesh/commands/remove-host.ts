import type * as t from 'io-ts'
import { hostIdCodec } from '../../values/index.js'
import { commandCodec } from './command-codec.js'

/** Take a machine out of the mesh, its nodes first. Its keys never come back (A5). */
export const removeHostCodec = commandCodec('RemoveHost', { hostId: hostIdCodec })
export type RemoveHost = t.TypeOf<typeof removeHostCodec>
