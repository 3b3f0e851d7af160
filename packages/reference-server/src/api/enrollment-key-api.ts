import {
  type EnrollmentKey,
  enrollmentKeyIdCodec,
  epochMsCodec,
  networkIdCodec,
  nodeIdCodec,
  tagNameCodec,
} from '@meshfold/core'
import * as t from 'io-ts'
import { body, listOf, maxUses, orNull, title } from './api-codecs.js'

/** Who joins by a key is relayed: by this gateway, or by whichever the mesh chooses (C2). */
const keyGateway = t.union([
  t.strict({ mode: t.literal('manual'), nodeId: nodeIdCodec }),
  t.strict({ mode: t.literal('auto') }),
])

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
    /** `null`: its nodes come in without one. */
    gateway: orNull(keyGateway),
    tags: t.readonlyArray(tagNameCodec),
    /** `suspended`: its gateway went away (B3). */
    status: t.keyof({ usable: null, 'used-up': null, expired: null, suspended: null, revoked: null }),
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
    gateway: orNull(keyGateway),
    tags: listOf(tagNameCodec, 100),
  },
)

export const viewEnrollmentKey = (key: EnrollmentKey, nowEpochMs: number): EnrollmentKeyView => {
  const { secretHash: _secretHash, revoked: _revoked, suspended: _suspended, ...facts } = key
  return { ...facts, status: statusOf(key, nowEpochMs) }
}

const statusOf = (key: EnrollmentKey, nowEpochMs: number): EnrollmentKeyView['status'] => {
  if (key.revoked) return 'revoked'
  if (key.suspended) return 'suspended'
  if (key.maxUses !== null && key.uses >= key.maxUses) return 'used-up'
  return key.expiresAtEpochMs !== null && nowEpochMs >= key.expiresAtEpochMs ? 'expired' : 'usable'
}
