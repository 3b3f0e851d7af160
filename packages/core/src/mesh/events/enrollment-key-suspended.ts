import * as t from 'io-ts'
import { enrollmentKeyIdCodec, epochMsCodec } from '../../values/index.js'
import { largeMapGet } from '../large-map.js'
import type { MeshDraft } from '../mesh-state.js'

/** A key's gateway goes away: the key lets nobody in until it has another or none (B3). Hosts that joined with it stay. */
export type EnrollmentKeySuspended = t.TypeOf<typeof enrollmentKeySuspendedCodec>

export const enrollmentKeySuspendedCodec = t.type(
  { type: t.literal('EnrollmentKeySuspended'), atEpochMs: epochMsCodec, keyId: enrollmentKeyIdCodec },
  'EnrollmentKeySuspended',
)

export const evolveEnrollmentKeySuspended = (draft: MeshDraft, event: EnrollmentKeySuspended): void => {
  const key = largeMapGet(draft.enrollmentKeys, event.keyId)
  if (key !== undefined) key.suspended = true
}
