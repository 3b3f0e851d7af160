import * as t from 'io-ts'
import { enrollmentKeyIdCodec, epochMsCodec } from '../../values/index.js'
import { largeMapGet } from '../large-map.js'
import type { MeshDraft } from '../mesh-state.js'

/** Nobody joins with the key any more, for good. Hosts that joined with it stay. */
export type EnrollmentKeyRevoked = t.TypeOf<typeof enrollmentKeyRevokedCodec>

export const enrollmentKeyRevokedCodec = t.type(
  { type: t.literal('EnrollmentKeyRevoked'), atEpochMs: epochMsCodec, keyId: enrollmentKeyIdCodec },
  'EnrollmentKeyRevoked',
)

export const evolveEnrollmentKeyRevoked = (draft: MeshDraft, event: EnrollmentKeyRevoked): void => {
  const key = largeMapGet(draft.enrollmentKeys, event.keyId)
  if (key === undefined) return
  key.revoked = true
  // A key that lets nobody in any more may have lost its name to a newer one.
  const names = draft.indexes.enrollmentKeyIdsByName
  if (names.get(key.name) === event.keyId) names.delete(key.name)
}
