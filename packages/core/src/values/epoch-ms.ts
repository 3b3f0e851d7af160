import * as E from 'fp-ts/lib/Either.js'
import type { Brand } from './brand.js'
import { literal, type ParseError, refuse } from './parse-error.js'

/** A moment as milliseconds since 1970-01-01T00:00Z, a non-negative safe integer. The domain never asks a clock for it. */
export type EpochMs = number & Brand<'EpochMs'>

/** Why a number is no moment. */
export type EpochMsParseError = ParseError<'epoch-ms-invalid'>

/** Reads a moment; `epoch-ms-invalid` on negative, fractional and unsafe numbers, so on `NaN` too. */
export function parseEpochMs(n: number): E.Either<EpochMsParseError, EpochMs> {
  if (isEpochMs(n)) return E.right(n)
  return refuse('epoch-ms-invalid', String(n), 'a moment is a whole number of milliseconds since 1970, not negative')
}

/** Whether `u` is a moment. */
export function isEpochMs(u: unknown): u is EpochMs {
  return Number.isSafeInteger(u) && (u as number) >= 0
}

/** A moment from a literal, or from a clock that keeps the rule; throws a `TypeError` when it does not. */
export function epochMs(n: number): EpochMs {
  return literal(parseEpochMs(n))
}
