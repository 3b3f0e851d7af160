import {
  controlAddress6Of,
  decodeWith,
  enrollmentKeyIdCodec,
  epochMs,
  identityPublicKeyCodec,
  largeMapGet,
  type MeshCommand,
  meshCommandCodec,
} from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import type { ApiError } from './api-error.js'
import type { ServerContext } from './server-context.js'

/** A command from outside, with the ids that were left out, and the server's time. */
export const completeCommand = (
  body: Readonly<Record<string, unknown>>,
  server: ServerContext,
): E.Either<ApiError, MeshCommand> => {
  const atEpochMs = epochMs(Math.floor(server.clock.nowEpochMs()))
  const decoded = decodeWith(meshCommandCodec, { ...missingIds(body, server), ...body, atEpochMs })
  if (E.isRight(decoded)) return decoded
  return E.left({ status: 400, code: 'invalid-input', message: `body: ${decoded.left.message}` })
}

const missingIds = (body: Readonly<Record<string, unknown>>, server: ServerContext): object => {
  const { ids } = server
  switch (body.type) {
    case 'CreateNetwork':
      return { networkId: ids.network() }
    case 'JoinNetwork':
      return { nodeId: ids.node() }
    case 'CreateEnrollmentKey':
      return { keyId: ids.enrollmentKey() }
    case 'RegisterHost':
      return { hostId: ids.host(), ...controlAddress(body, server) }
    case 'EnrollHost':
      return { hostId: ids.host(), freshNodeIds: freshNodeIds(body, server), ...controlAddress(body, server) }
    default:
      return {}
  }
}

const controlAddress = (body: Readonly<Record<string, unknown>>, { service, crypto }: ServerContext): object => {
  const range = service.state.mesh?.settings.controlRange6
  const key = body.identityKey
  return range === undefined || !identityPublicKeyCodec.is(key)
    ? {}
    : { controlAddress6: controlAddress6Of(crypto, range, key) }
}

const freshNodeIds = (body: Readonly<Record<string, unknown>>, { service, ids }: ServerContext): readonly string[] => {
  const keyId = body.keyId
  const key = enrollmentKeyIdCodec.is(keyId) ? largeMapGet(service.state.enrollmentKeys, keyId) : undefined
  return (key?.networkIds ?? []).map(() => ids.node())
}
