import * as t from 'io-ts'
import { createAddressPool, epochMsCodec, ipPrefixCodec, meshIdCodec } from '../../values/index.js'
import { graceCodec, shortText } from '../event-parts.js'
import type { MeshDraft } from '../mesh-state.js'

/** A mesh begins. Always the first event of its stream. */
export type MeshCreated = t.TypeOf<typeof meshCreatedCodec>

export const meshCreatedCodec = t.type(
  {
    type: t.literal('MeshCreated'),
    atEpochMs: epochMsCodec,
    meshId: meshIdCodec,
    name: shortText(100),
    domain: shortText(200),
    controlRange4: ipPrefixCodec,
    controlRange6: ipPrefixCodec,
    ephemeralGraceSeconds: graceCodec,
  },
  'MeshCreated',
)

export const evolveMeshCreated = (draft: MeshDraft, event: MeshCreated): void => {
  draft.mesh = {
    meshId: event.meshId,
    name: event.name,
    createdAtEpochMs: event.atEpochMs,
    epoch: 1,
    settings: {
      domain: event.domain,
      controlRange4: event.controlRange4,
      controlRange6: event.controlRange6,
      ephemeralGraceSeconds: event.ephemeralGraceSeconds,
    },
  }
  draft.indexes.controlPool4 = createAddressPool(event.controlRange4)
}
