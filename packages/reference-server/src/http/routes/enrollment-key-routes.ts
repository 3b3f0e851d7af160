import {
  type EnrollmentKeyId,
  formatEnrollmentToken,
  generateEnrollmentSecret,
  hashEnrollmentSecret,
  largeMapGet,
  largeMapValues,
  type ServerFingerprint,
} from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import {
  createdEnrollmentKeyAnswer,
  createEnrollmentKeyBody,
  type EnrollmentKeyView,
  enrollmentKeyAnswer,
  enrollmentKeyParams,
  enrollmentKeysAnswer,
  viewEnrollmentKey,
} from '../../api/enrollment-key-api.js'
import type { CommandDone } from '../../mesh-service/command-answer.js'
import { type ApiError, notFound } from '../api-error.js'
import { changeRoute } from '../change-route.js'
import { jsonRoute, type Route } from '../route.js'
import { eventOf, type ServerContext } from '../server-context.js'

const PATH = '/api/v1/enrollment-keys'

export const enrollmentKeyRoutes = (server: ServerContext): readonly Route[] => [
  jsonRoute({
    method: 'GET',
    path: PATH,
    access: 'admin',
    summary: 'Enrolment keys, without their secrets',
    answer: enrollmentKeysAnswer,
    handle: () => {
      const now = server.clock.nowEpochMs()
      const keys = [...largeMapValues(server.service.state.enrollmentKeys)].map((key) => viewEnrollmentKey(key, now))
      return E.right({ enrollmentKeys: keys.sort((a, b) => (a.name < b.name ? -1 : 1)) })
    },
  }),
  createRoute(server),
  jsonRoute({
    method: 'GET',
    path: `${PATH}/:keyId`,
    access: 'admin',
    summary: 'One enrolment key, without its secret',
    params: enrollmentKeyParams,
    answer: enrollmentKeyAnswer,
    handle: ({ params }) => shownKey(server, params.keyId),
  }),
  changeRoute(server, {
    method: 'POST',
    path: `${PATH}/:keyId/revoke`,
    access: 'admin',
    summary: 'Let nobody join with a key any more; hosts that did stay',
    params: enrollmentKeyParams,
    answer: enrollmentKeyAnswer,
    change: ({ params: { keyId } }) =>
      E.right({ command: { type: 'RevokeEnrollmentKey', keyId }, shown: () => shownKey(server, keyId) }),
  }),
]

const createRoute = (server: ServerContext): Route =>
  changeRoute(server, {
    method: 'POST',
    path: PATH,
    access: 'admin',
    summary: 'Create an enrolment key; its token is shown this once',
    body: createEnrollmentKeyBody,
    status: 201,
    answer: createdEnrollmentKeyAnswer,
    change: ({ body }) => {
      const { crypto, ids, identityFingerprint, publicUrl } = server
      const { name, networkIds, maxUses = null, expiresAtEpochMs = null, preApproved = false, ephemeral = false } = body
      const { gateway = null, tags = [] } = body
      const secret = generateEnrollmentSecret(crypto)
      const secretHash = hashEnrollmentSecret(crypto, secret)
      const terms = { name, networkIds, maxUses, expiresAtEpochMs, preApproved, ephemeral, gateway, tags }
      const command = { type: 'CreateEnrollmentKey', keyId: ids.enrollmentKey(), secretHash, ...terms } as const
      const shown = (done: CommandDone) => {
        const created = eventOf(done, 'EnrollmentKeyCreated')
        if (created?.secretHash !== secretHash) return E.left(tokenLost)
        const key = shownKey(server, created.keyId)
        if (E.isLeft(key)) return key
        const serverFingerprint = identityFingerprint as ServerFingerprint
        const token = formatEnrollmentToken({ keyId: created.keyId, secret, serverFingerprint })
        return E.right({ ...key.right, token, serverUrl: publicUrl() })
      }
      return E.right({ command, shown })
    },
  })

/** The call was made before, and the answer with the token is gone. */
const tokenLost: ApiError = {
  status: 409,
  code: 'token-shown-before',
  message: 'This key was created by an earlier call, and its token is kept nowhere. Revoke it and create another.',
}

const shownKey = (
  { service, clock }: ServerContext,
  keyId: EnrollmentKeyId,
): E.Either<ApiError, { enrollmentKey: EnrollmentKeyView }> => {
  const key = largeMapGet(service.state.enrollmentKeys, keyId)
  if (key === undefined) return E.left(notFound('enrollment-key', keyId))
  return E.right({ enrollmentKey: viewEnrollmentKey(key, clock.nowEpochMs()) })
}
