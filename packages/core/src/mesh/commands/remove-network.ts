import * as t from 'io-ts'
import { networkIdCodec } from '../../values/index.js'
import { commandCodec } from './command-codec.js'

/** End a network. Enrolment keys that lead nowhere else are revoked; hosts stay in the mesh. */
export const removeNetworkCodec = commandCodec('RemoveNetwork', {
  networkId: networkIdCodec,
  /** Otherwise refused while it has nodes. */
  evenWithNodes: t.boolean,
})
export type RemoveNetwork = t.TypeOf<typeof removeNetworkCodec>
