import type * as t from 'io-ts'
import { ipPrefixCodec } from '../../values/index.js'
import { commandCodec } from './command-codec.js'
import { domainCodec, graceCodec, titleCodec } from './command-parts.js'

/** Change what holds for the whole mesh. What is left out stays. Control ranges move only while there are no hosts. */
export const updateMeshSettingsCodec = commandCodec(
  'UpdateMeshSettings',
  {},
  {
    name: titleCodec(100),
    domain: domainCodec,
    controlRange4: ipPrefixCodec,
    controlRange6: ipPrefixCodec,
    ephemeralGraceSeconds: graceCodec,
  },
)
export type UpdateMeshSettings = t.TypeOf<typeof updateMeshSettingsCodec>
