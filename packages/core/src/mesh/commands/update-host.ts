import type * as t from 'io-ts'
import { hostIdCodec, hostNameCodec } from '../../values/index.js'
import { hostCapabilitiesCodec, hostSystemCodec, mtuCodec, orNull, portCodec } from '../event-parts.js'
import { commandCodec } from './command-codec.js'

/** Change what is known or wanted of a host (A3). What is left out stays; its nodes keep their names. */
export const updateHostCodec = commandCodec(
  'UpdateHost',
  { hostId: hostIdCodec },
  {
    name: hostNameCodec,
    system: hostSystemCodec,
    listenPort: portCodec,
    mtuBytes: orNull(mtuCodec),
    capabilities: hostCapabilitiesCodec,
  },
)
export type UpdateHost = t.TypeOf<typeof updateHostCodec>
