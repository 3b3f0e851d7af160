import * as t from 'io-ts'
import { enrollmentKeyIdCodec, epochMsCodec, hostIdCodec } from '../../values/index.js'
import { largeMapGet } from '../large-map.js'
import type { MeshDraft } from '../mesh-state.js'

/** A host joined with the key: one use. */
export type EnrollmentKeyUsed = t.TypeOf<typeof enrollmentKeyUsedCodec>

export const enrollmentKeyUsedCodec = t.type(
  { type: t.literal('EnrollmentKeyUsed'), atEpochMs: epochMsCodec, keyId: enrollmentKeyIdCodec, hostId: hostIdCodec },
  'EnrollmentKeyUsed',
)

export const evolveEnrollmentKeyUsed = (draft: MeshDraft, event: EnrollmentKeyUsed): void => {
  const key = largeMapGet(draft.enrollmentKeys, event.keyId)
  if (key !== undefined) key.uses += 1
}
