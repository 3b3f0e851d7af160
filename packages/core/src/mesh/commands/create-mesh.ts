import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { fresh } from '../../event-format/codec-outline.js'
import { ipPrefixCodec, meshIdCodec } from '../../values/index.js'
import { graceCodec } from '../event-parts.js'
import { meshContentEq } from '../mesh-equality.js'
import type { MeshState } from '../mesh-state.js'
import { commandCodec } from './command-codec.js'
import { domainCodec, titleCodec } from './command-parts.js'
import { alreadySo, type Decision, refuse } from './decision.js'
import { controlRangesProblem } from './range-rules.js'

/** Begin a mesh. `[]` when it is there with the same name and settings. */
export type CreateMesh = t.TypeOf<typeof createMeshCodec>

export const createMeshCodec = commandCodec('CreateMesh', {
  /** Fresh. */
  meshId: fresh(meshIdCodec),
  name: titleCodec(100),
  domain: domainCodec,
  controlRange4: ipPrefixCodec,
  controlRange6: ipPrefixCodec,
  ephemeralGraceSeconds: graceCodec,
})

export const decideCreateMesh = (command: CreateMesh, state: MeshState): Decision => {
  const { meshId, name, domain, controlRange4, controlRange6, ephemeralGraceSeconds, atEpochMs } = command
  const settings = { domain, controlRange4, controlRange6, ephemeralGraceSeconds }
  if (state.mesh !== null) {
    const same = state.mesh.meshId === meshId && meshContentEq.equals(state.mesh, { name, settings })
    return same ? alreadySo : refuse({ code: 'mesh-exists', meshId: state.mesh.meshId, name: state.mesh.name })
  }
  const problem = controlRangesProblem(state, settings)
  if (problem !== undefined) return refuse(problem)
  return E.right([{ type: 'MeshCreated', atEpochMs, meshId, name, ...settings }])
}
