import * as t from 'io-ts'
import { epochMsCodec } from '../../values/index.js'
import { epochCodec } from '../event-parts.js'
import type { MeshDraft } from '../mesh-state.js'

/**
 * The log went back to an older copy of itself and goes on from there: agents may now take a revision below the one they had.
 * Says nothing about what was lost.
 */
export type MeshEpochRaised = t.TypeOf<typeof meshEpochRaisedCodec>

export const meshEpochRaisedCodec = t.type(
  { type: t.literal('MeshEpochRaised'), atEpochMs: epochMsCodec, epoch: epochCodec },
  'MeshEpochRaised',
)

export const evolveMeshEpochRaised = (draft: MeshDraft, event: MeshEpochRaised): void => {
  if (draft.mesh !== null) draft.mesh.epoch = event.epoch
}
