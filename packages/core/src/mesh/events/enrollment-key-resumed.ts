import * as t from 'io-ts'
import { enrollmentKeyIdCodec, epochMsCodec } from '../../values/index.js'
import { largeMapGet } from '../large-map.js'
import type { MeshDraft } from '../mesh-state.js'

/** A suspended key lets hosts in again, as far as its uses and its expiry allow. */
export type EnrollmentKeyResumed = t.TypeOf<typeof enrollmentKeyResumedCodec>

export const enrollmentKeyResumedCodec = t.type(
  { type: t.literal('EnrollmentKeyResumed'), atEpochMs: epochMsCodec, keyId: enrollmentKeyIdCodec },
  'EnrollmentKeyResumed',
)

export const evolveEnrollmentKeyResumed = (draft: MeshDraft, event: EnrollmentKeyResumed): void => {
  const key = largeMapGet(draft.enrollmentKeys, event.keyId)
  if (key !== undefined) key.suspended = false
}
