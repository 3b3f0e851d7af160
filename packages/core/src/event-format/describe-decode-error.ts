/**
 * The one place that knows io-ts errors. Codecs report every failed branch with the whole chain of codecs behind it; a
 * person needs the path, what should be there and what is. The input may be hostile: nothing here takes longer for a
 * bigger value, prints more than a few words of it, or shows what looks like a secret.
 */
import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { unchangedCheck } from '../values/unchanged-check.js'
import { hasNumberedMembers, type KindField, kindFieldOf } from './codec-structure.js'
import { isSecretName, printable, renderPath, renderUntrusted } from './untrusted-text.js'

const SHOWN_PROBLEMS = 5
const SHOWN_ALTERNATIVES = 3
const EXAMINED_ERRORS = 1000
const EXPECTED_CHARACTERS = 80
const REASON_CHARACTERS = 120

/** One thing that is wrong with an input: where (`$.hosts[2].name`), and what in plain English. */
export interface DecodeProblem {
  readonly path: string
  readonly message: string
}

/** The input is not what was asked for. `problems` holds the first five; `message` says them in one line. */
export interface InvalidInput {
  readonly code: 'invalid-input'
  readonly problems: readonly DecodeProblem[]
  readonly message: string
}

/**
 * Decodes input from outside. Never throws: what overflows the stack of a recursive codec, or trips a codec that throws,
 * is invalid input too.
 */
export function decodeWith<A>(codec: t.Decoder<unknown, A>, input: unknown): E.Either<InvalidInput, A> {
  try {
    if (unchangedCheck(codec)(input)) return E.right(input as A)
    const decoded = codec.decode(input)
    return E.isRight(decoded) ? decoded : E.left(invalidInput(decoded.left))
  } catch (thrown) {
    const reason = thrown instanceof RangeError ? 'nested too deeply' : 'could not be checked'
    return E.left({ code: 'invalid-input', problems: [{ path: '$', message: reason }], message: `$: ${reason}` })
  }
}

/** io-ts errors in one line: at most five problems, then how many more. */
export function describeDecodeError(errors: t.Errors): string {
  return invalidInput(errors).message
}

function invalidInput(errors: t.Errors): InvalidInput {
  const { groups, unshown } = groupByPlace(errors)
  const problems = groups.map(problemOf)
  const lines = problems.map(({ path, message }) => `${path}: ${message}`)
  if (unshown > 0) lines.push(`and ${unshown} more`)
  return { code: 'invalid-input', problems, message: lines.join('; ') || 'not valid' }
}

/** What failed at one place: every member of a union reports there. */
interface Failures {
  readonly keys: readonly string[]
  readonly value: unknown
  readonly expected: Set<string>
  /** What the codec itself said; only the first, because members of a union contradict each other. */
  readonly reason: string | undefined
}

function groupByPlace(errors: t.Errors): { readonly groups: readonly Failures[]; readonly unshown: number } {
  const groups = new Map<string, Failures>()
  let shown = 0
  for (const error of errors.slice(0, EXAMINED_ERRORS)) {
    const keys = placeOf(error)
    const place = keys.join('\u0000')
    if (!groups.has(place) && groups.size === SHOWN_PROBLEMS) continue
    const group = groups.get(place) ?? newGroup(keys, error)
    groups.set(place, group)
    group.expected.add(expectationOf(error))
    shown += 1
  }
  return { groups: [...groups.values()], unshown: errors.length - shown }
}

function newGroup(keys: readonly string[], error: t.ValidationError): Failures {
  return { keys, value: rejectedValue(error), expected: new Set(), reason: error.message }
}

/** Where it failed: for an object of an unknown kind, the field that says its kind. */
function placeOf(error: t.ValidationError): readonly string[] {
  const keys = keysOf(error.context)
  const kind = kindAsked(error)
  return kind === undefined ? keys : [...keys, kind.key]
}

function kindAsked({ context, value }: t.ValidationError): KindField | undefined {
  return typeof value === 'object' && value !== null ? kindFieldOf(context[context.length - 1]?.type) : undefined
}

/** The keys of the value, without the indices that io-ts adds for the members of unions and intersections. */
function keysOf(context: t.Context): readonly string[] {
  const keys: string[] = []
  for (let i = 1; i < context.length; i += 1) {
    const entry = context[i]
    const parent = context[i - 1]
    if (entry !== undefined && !hasNumberedMembers(parent?.type)) keys.push(entry.key)
  }
  return keys
}

function rejectedValue(error: t.ValidationError): unknown {
  const kind = kindAsked(error)
  if (kind === undefined) return error.value
  return Object.hasOwn(error.value as object, kind.key) ? (error.value as Record<string, unknown>)[kind.key] : undefined
}

function problemOf({ keys, value, expected, reason }: Failures): DecodeProblem {
  const isSecret = keys.some(isSecretName)
  const alternatives = [...expected].slice(0, SHOWN_ALTERNATIVES)
  if (expected.size > alternatives.length) alternatives.push('…')
  if (expected.size === 1 && expected.has(noField)) return { path: renderPath(keys), message: `there is ${noField}` }
  // What a codec says of nothing at all is of no help.
  const isTold = reason !== undefined && value !== undefined && !isSecret && expected.size === 1
  const why = isTold ? ` (${printable(reason, REASON_CHARACTERS)})` : ''
  return {
    path: renderPath(keys),
    message: `expected ${alternatives.join(' or ')}${why}, ${whatCame(value, isSecret)}`,
  }
}

function whatCame(value: unknown, isSecret: boolean): string {
  if (value === undefined) return 'but it is missing'
  const isScalar = value !== null && typeof value !== 'object'
  return `got ${isSecret && isScalar ? 'something else (hidden)' : renderUntrusted(value)}`
}

function expectationOf(error: t.ValidationError): string {
  const { context } = error
  const kind = kindAsked(error)
  if (kind !== undefined) return printable(kind.values.join(' or '), EXPECTED_CHARACTERS)
  const name = context[context.length - 1]?.type.name ?? 'something else'
  return plainNames.get(name) ?? plainKind(name) ?? printable(name, EXPECTED_CHARACTERS)
}

const noField = 'no such field'

/** What io-ts calls its own codecs, said for people. */
const plainNames: ReadonlyMap<string, string> = new Map([
  ['string', 'a text'],
  ['number', 'a number'],
  ['Int', 'a whole number'],
  ['boolean', 'true or false'],
  ['undefined', 'nothing'],
  ['UnknownRecord', 'an object'],
  ['UnknownArray', 'an array'],
  ['never', noField],
])

/** Codecs without a name of their own are called after their whole structure. */
function plainKind(name: string): string | undefined {
  if (/^(?:\{|Exact<|Partial<|Readonly<|\()/.test(name)) return 'an object'
  if (/^(?:Array<|ReadonlyArray<|\[)/.test(name)) return 'an array'
  return undefined
}
