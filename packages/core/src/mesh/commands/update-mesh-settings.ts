import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { ipPrefixCodec } from '../../values/index.js'
import { graceCodec } from '../event-parts.js'
import { meshContentEq } from '../mesh-equality.js'
import { commandCodec } from './command-codec.js'
import { domainCodec, titleCodec } from './command-parts.js'
import { alreadySo, type Decision, type ExistingMesh, refuse } from './decision.js'
import { domainProblem } from './dns-rules.js'
import { controlRangesProblem } from './range-rules.js'

/** Change what holds for the whole mesh. What is left out stays. Control ranges move only while there are no hosts. */
export type UpdateMeshSettings = t.TypeOf<typeof updateMeshSettingsCodec>

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

export const decideUpdateMeshSettings = (command: UpdateMeshSettings, state: ExistingMesh): Decision => {
  const { name: presentName, settings: present } = state.mesh
  const name = command.name ?? presentName
  const settings = {
    domain: command.domain ?? present.domain,
    controlRange4: command.controlRange4 ?? present.controlRange4,
    controlRange6: command.controlRange6 ?? present.controlRange6,
    ephemeralGraceSeconds: command.ephemeralGraceSeconds ?? present.ephemeralGraceSeconds,
  }
  if (meshContentEq.equals(state.mesh, { name, settings })) return alreadySo
  if (settings.controlRange4 !== present.controlRange4 || settings.controlRange6 !== present.controlRange6) {
    if (state.hosts.size > 0) return refuse({ code: 'control-range-in-use', hosts: state.hosts.size })
    const problem = controlRangesProblem(state, settings)
    if (problem !== undefined) return refuse(problem)
  }
  const collision = settings.domain === present.domain ? undefined : domainProblem(state, settings.domain)
  if (collision !== undefined) return refuse(collision)
  return E.right([{ type: 'MeshSettingsUpdated', atEpochMs: command.atEpochMs, name, ...settings }])
}
