import type * as t from 'io-ts'
import { ipPrefixCodec, meshIdCodec } from '../../values/index.js'
import { commandCodec } from './command-codec.js'
import { domainCodec, graceCodec, titleCodec } from './command-parts.js'

/** Begin a mesh. `[]` when it is there with the same name and settings. */
export const createMeshCodec = commandCodec('CreateMesh', {
  meshId: meshIdCodec,
  name: titleCodec(100),
  domain: domainCodec,
  controlRange4: ipPrefixCodec,
  controlRange6: ipPrefixCodec,
  ephemeralGraceSeconds: graceCodec,
})
export type CreateMesh = t.TypeOf<typeof createMeshCodec>
