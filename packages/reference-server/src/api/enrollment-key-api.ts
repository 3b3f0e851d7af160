import { type EnrollmentKey, enrollmentKeyIdCodec, epochMsCodec, networkIdCodec } from '@meshfold/core'
import * as t from 'io-ts'
import { body, listOf, maxUses, orNull, title } from './api-codecs.js'

/** An enrolment key without its secret, and without the secret's hash. */
export const enrollmentKeyView = t.readonly(
  t.strict({
    keyId: enrollmentKeyIdCodec,
    name: t.string,
    networkIds: t.readonlyArray(networkIdCodec),
    /** `null`: any number. */
    maxUses: orNull(t.number),
    uses: t.number,
    /** `null`: never. */
    expiresAtEpochMs: orNull(epochMsCodec),
    preApproved: t.boolean,
    ephemeral: t.boolean,
    status: t.keyof({ usable: null, 'used-up': null, expired: null, revoked: null }),
  }),
)
export type EnrollmentKeyView = t.TypeOf<typeof enrollmentKeyView>

export const enrollmentKeyAnswer = t.readonly(t.strict({ enrollmentKey: enrollmentKeyView }))
export const enrollmentKeysAnswer = t.readonly(t.strict({ enrollmentKeys: t.readonlyArray(enrollmentKeyView) }))

/** The one time that the token is shown. */
export const createdEnrollmentKeyAnswer = t.readonly(
  t.strict({ enrollmentKey: enrollmentKeyView, token: t.string, serverUrl: orNull(t.string) }),
)

export const enrollmentKeyParams = t.readonly(t.strict({ keyId: enrollmentKeyIdCodec }))

/** `POST /enrollment-keys`. */
export const createEnrollmentKeyBody = body(
  { name: title(64), networkIds: listOf(networkIdCodec, 100) },
  {
    maxUses: orNull(maxUses),
    expiresAtEpochMs: orNull(epochMsCodec),
    preApproved: t.boolean,
    ephemeral: t.boolean,
  },
)

export const viewEnrollmentKey = (key: EnrollmentKey, nowEpochMs: number): EnrollmentKeyView => {
  const { secretHash: _secretHash, revoked: _revoked, ...facts } = key
  return { ...facts, status: statusOf(key, nowEpochMs) }
}

const statusOf = (key: EnrollmentKey, nowEpochMs: number): EnrollmentKeyView['status'] => {
  if (key.revoked) return 'revoked'
  if (key.maxUses !== null && key.uses >= key.maxUses) return 'used-up'
  return key.expiresAtEpochMs !== null && nowEpochMs >= key.expiresAtEpochMs ? 'expired' : 'usable'
}
