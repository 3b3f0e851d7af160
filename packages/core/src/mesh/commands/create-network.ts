import type * as t from 'io-ts'
import { networkIdCodec, networkNameCodec } from '../../values/index.js'
import { networkSettingsCodec } from '../event-parts.js'
import { commandCodec } from './command-codec.js'
import { rangeCodec } from './command-parts.js'

/** Begin a network (A1). At least one of the two ranges. `[]` when it is there with the same content. */
export const createNetworkCodec = commandCodec('CreateNetwork', {
  networkId: networkIdCodec,
  name: networkNameCodec,
  range4: rangeCodec,
  range6: rangeCodec,
  settings: networkSettingsCodec,
})
export type CreateNetwork = t.TypeOf<typeof createNetworkCodec>
