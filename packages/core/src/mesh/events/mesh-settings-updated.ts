import * as t from 'io-ts'
import { createAddressPool, epochMsCodec, ipPrefixCodec } from '../../values/index.js'
import { graceCodec, shortText } from '../event-parts.js'
import type { MeshDraft } from '../mesh-state.js'

/** What holds for the whole mesh changed; carries every setting as it is from now on. Control ranges move only before any host is there. */
export type MeshSettingsUpdated = t.TypeOf<typeof meshSettingsUpdatedCodec>

export const meshSettingsUpdatedCodec = t.type(
  {
    type: t.literal('MeshSettingsUpdated'),
    atEpochMs: epochMsCodec,
    name: shortText(100),
    domain: shortText(200),
    controlRange4: ipPrefixCodec,
    controlRange6: ipPrefixCodec,
    ephemeralGraceSeconds: graceCodec,
  },
  'MeshSettingsUpdated',
)

export const evolveMeshSettingsUpdated = (draft: MeshDraft, event: MeshSettingsUpdated): void => {
  if (draft.mesh === null) return
  const rangeMoved = draft.mesh.settings.controlRange4 !== event.controlRange4
  draft.mesh.name = event.name
  draft.mesh.settings = {
    domain: event.domain,
    controlRange4: event.controlRange4,
    controlRange6: event.controlRange6,
    ephemeralGraceSeconds: event.ephemeralGraceSeconds,
  }
  if (rangeMoved) draft.indexes.controlPool4 = createAddressPool(event.controlRange4)
}
