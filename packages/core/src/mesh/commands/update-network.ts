import type * as t from 'io-ts'
import { networkIdCodec, networkNameCodec } from '../../values/index.js'
import { commandCodec } from './command-codec.js'
import { networkSettingsChangeCodec, rangeCodec } from './command-parts.js'

/** Change a network. What is left out stays; name and ranges stay for ever once it had a node (A1). */
export const updateNetworkCodec = commandCodec(
  'UpdateNetwork',
  { networkId: networkIdCodec },
  { name: networkNameCodec, range4: rangeCodec, range6: rangeCodec, settings: networkSettingsChangeCodec },
)
export type UpdateNetwork = t.TypeOf<typeof updateNetworkCodec>
