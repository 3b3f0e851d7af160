import type * as t from 'io-ts'
import { epochMsCodec, nodeIdCodec } from '../../values/index.js'
import { orNull } from '../event-parts.js'
import { commandCodec } from './command-codec.js'

/** Change when a node expires (A5); a time ahead brings an expired one back. */
export const updateNodeCodec = commandCodec('UpdateNode', {
  nodeId: nodeIdCodec,
  /** `null`: never. */
  expiresAtEpochMs: orNull(epochMsCodec),
})
export type UpdateNode = t.TypeOf<typeof updateNodeCodec>
