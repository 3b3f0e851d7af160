/** Commands from outside: what only the server can know is filled in, and refused when somebody else says it. */
import {
  controlAddress6Of,
  decodeWith,
  enrollmentKeyIdCodec,
  epochMs,
  identityPublicKeyCodec,
  isMeshCommandType,
  largeMapGet,
  type MeshCommand,
  type MeshCommandType,
  meshCommandCodec,
  meshCommandFields,
} from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { type FieldKnownToServer, isKnownToServer } from '../api/known-to-server.js'
import type { ApiError } from './api-error.js'
import type { ServerContext } from './server-context.js'

type Fields = Readonly<Record<string, unknown>>

/** A command from outside, with the ids that were left out, and the server's time. */
export const completeCommand = (body: Fields, server: ServerContext): E.Either<ApiError, MeshCommand> => {
  const { type } = body
  const claimed = isMeshCommandType(type) ? claimProblem(body) : undefined
  if (claimed !== undefined) return E.left(malformed(claimed))
  const atEpochMs = epochMs(Math.floor(server.clock.nowEpochMs()))
  const missing = isMeshCommandType(type) ? missingFields(type, body, server) : {}
  const decoded = decodeWith(meshCommandCodec, { ...missing, ...body, atEpochMs })
  return E.isRight(decoded) ? decoded : E.left(malformed(decoded.left.message))
}

const malformed = (what: string): ApiError => ({ status: 400, code: 'invalid-input', message: `body: ${what}` })

/** Whoever calls could backdate a command, or give it in another's name. */
const claimProblem = (body: Fields): string | undefined => {
  if (Object.hasOwn(body, 'atEpochMs')) return '$.atEpochMs: the server sets the time. Leave it out.'
  if ((body.byUserId ?? null) === null) return undefined
  return '$.byUserId: who asks is known by the token, and that of the administrator is no user. Leave it out.'
}

const missingFields = (type: MeshCommandType, body: Fields, server: ServerContext): Fields => {
  const missing: Record<string, unknown> = {}
  for (const { name, isFresh } of meshCommandFields(type)) {
    if (Object.hasOwn(body, name)) continue
    const value = isFresh ? server.ids.of(wordOfId(name)) : knownValue(name, body, server)
    if (value !== undefined) missing[name] = value
  }
  return missing
}

/** `networkId` begins with `net_`, as everywhere. */
const wordOfId = (name: string): string => {
  const word = name.replace(/Id$/, '')
  return words.get(word) ?? word.toLowerCase()
}

const words: ReadonlyMap<string, string> = new Map([['network', 'net']])

const knownValue = (field: string, body: Fields, server: ServerContext): unknown =>
  isKnownToServer(field) ? known[field](body, server) : undefined

const known: { readonly [F in FieldKnownToServer]: (body: Fields, server: ServerContext) => unknown } = {
  byUserId: () => null,
  controlAddress6: ({ identityKey }, { service, crypto }) => {
    const range = service.state.mesh?.settings.controlRange6
    return range === undefined || !identityPublicKeyCodec.is(identityKey)
      ? undefined
      : controlAddress6Of(crypto, range, identityKey)
  },
  freshNodeIds: ({ keyId }, { service, ids }) => {
    const key = enrollmentKeyIdCodec.is(keyId) ? largeMapGet(service.state.enrollmentKeys, keyId) : undefined
    return (key?.networkIds ?? []).map(() => ids.node())
  },
}
