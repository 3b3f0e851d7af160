import { type Crypto, commandId, encodeBase64 } from '@meshfold/core'
import type { FastifyRequest } from 'fastify'
import * as E from 'fp-ts/lib/Either.js'
import type { FreshIds } from '../fresh-ids.js'
import type { CommandContext } from '../mesh-service/command-answer.js'
import type { ApiError } from './api-error.js'

/** Who calls, why, from where; with the command's id, which an `Idempotency-Key` decides. */
export const contextOf = (
  request: FastifyRequest,
  actor: string,
  ids: FreshIds,
  crypto: Crypto,
): E.Either<ApiError, CommandContext> => {
  const reason = reasonOf(request)
  if (E.isLeft(reason)) return reason
  const key = idempotencyKeyOf(request)
  if (E.isLeft(key)) return key
  const source = request.socket.remoteAddress?.replace(/^::ffff:(?=\d+\.)/i, '') ?? 'unix'
  if (key.right === null) return E.right({ commandId: ids.command(), actor, reason: reason.right, source })
  // The same key for another call is another command.
  const call = [actor, request.method, request.url, JSON.stringify(request.body ?? null), key.right].join('\n')
  const hash = encodeBase64(crypto.sha256(new TextEncoder().encode(call)).subarray(0, 24), 'url')
  return E.right({ commandId: commandId(`retry_${hash}`), actor, reason: reason.right, source })
}

/** `null`: none was given. */
export const idempotencyKeyOf = (request: FastifyRequest): E.Either<ApiError, string | null> => {
  const key = request.headers['idempotency-key']
  if (key === undefined) return E.right(null)
  if (typeof key === 'string' && /^[\w.:-]{1,200}$/.test(key)) return E.right(key)
  const message = 'An Idempotency-Key has 1 to 200 of A-Z, a-z, 0-9, _ . : and -'
  return E.left({ status: 400, code: 'idempotency-key-invalid', message })
}

/** Percent-encoded, because headers hold ASCII only. */
const reasonOf = (request: FastifyRequest): E.Either<ApiError, string | null> => {
  const header = request.headers['meshfold-reason']
  if (header === undefined) return E.right(null)
  const text = E.tryCatch(
    () => decodeURIComponent(String(header)),
    () => '',
  )
  if (E.isRight(text) && text.right.length >= 1 && text.right.length <= 500 && !/\p{Cc}/u.test(text.right)) return text
  const message = 'Meshfold-Reason is a percent-encoded text of 1 to 500 characters.'
  return E.left({ status: 400, code: 'reason-invalid', message })
}
