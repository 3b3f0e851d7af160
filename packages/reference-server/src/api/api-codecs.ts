/** Pieces that several requests and answers share. */
import {
  type IpPrefix,
  ipPrefixCodec,
  LEAST_TUNNEL_MTU_BYTES,
  meshCommandCodec,
  normaliseIpPrefix,
} from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { describe, schemaOf } from './json-schema.js'

/** Null or what the codec takes. */
export const orNull = <A, O>(codec: t.Type<A, O, unknown>): t.Type<A | null, O | null, unknown> => {
  const nullable = new t.Type<A | null, O | null, unknown>(
    `${codec.name} or null`,
    (u): u is A | null => u === null || codec.is(u),
    (u, c) => (u === null ? t.success(null) : codec.validate(u, c)),
    (value) => (value === null ? null : codec.encode(value)),
  )
  return describe(nullable, { anyOf: [schemaOf(codec), { type: 'null' }] })
}

/** A whole number within bounds, both included. */
export const wholeNumber = (lowest: number, highest: number): t.Type<number, number, unknown> => {
  const is = (u: unknown): u is number => Number.isSafeInteger(u) && (u as number) >= lowest && (u as number) <= highest
  const name = `a whole number from ${lowest} to ${highest}`
  const codec = new t.Type<number, number, unknown>(
    name,
    is,
    (u, c) => (is(u) ? t.success(u) : t.failure(u, c)),
    t.identity,
  )
  return describe(codec, { type: 'integer', minimum: lowest, maximum: highest })
}

export const listenPort = wholeNumber(1, 65_535)
export const mtuBytes = wholeNumber(LEAST_TUNNEL_MTU_BYTES, 9000)
export const keepaliveSeconds = wholeNumber(0, 1000)
export const ephemeralGraceSeconds = wholeNumber(1, 31_536_000)
export const maxUses = wholeNumber(1, 1_000_000)

/** A DNS domain. The rule is that of the command that it ends up in. */
export const domain: t.Type<string, string, unknown> = describe(
  new t.Type<string, string, unknown>(
    'a DNS domain in lower case, such as mesh.example.org',
    (u): u is string => meshCommandCodec.is({ type: 'UpdateMeshSettings', atEpochMs: 0, domain: u }),
    (u, c) => (domain.is(u) ? t.success(u) : t.failure(u, c)),
    t.identity,
  ),
  { type: 'string', minLength: 1, maxLength: 150 },
)

/** A text for people, of 1 to so many characters. */
export const title = (maxLength: number): t.Type<string, string, unknown> => {
  const is = (u: unknown): u is string =>
    typeof u === 'string' && u.length >= 1 && u.length <= maxLength && u.trim() === u && !/\p{Cc}/u.test(u)
  const name = `a text of 1 to ${maxLength} characters, without blanks at its ends`
  const codec = new t.Type<string, string, unknown>(
    name,
    is,
    (u, c) => (is(u) ? t.success(u) : t.failure(u, c)),
    t.identity,
  )
  return describe(codec, { type: 'string', minLength: 1, maxLength })
}

/** A list of at most so many items. */
export const listOf = <C extends t.Mixed>(
  item: C,
  maxLength: number,
): t.Type<readonly t.TypeOf<C>[], readonly t.OutputOf<C>[], unknown> => {
  const list = t.readonlyArray(item)
  const codec = new t.Type<readonly t.TypeOf<C>[], readonly t.OutputOf<C>[], unknown>(
    `a list of at most ${maxLength}`,
    (u): u is readonly t.TypeOf<C>[] => list.is(u) && u.length <= maxLength,
    (u, c) =>
      Array.isArray(u) && u.length > maxLength ? t.failure(u, c, `has ${u.length} items`) : list.validate(u, c),
    list.encode,
  )
  return describe(codec, { type: 'array', items: schemaOf(item), maxItems: maxLength })
}

/** A range as people write it: `10.66.0.7/24` is taken for `10.66.0.0/24` (A1). */
export const range: t.Type<IpPrefix, string, unknown> = describe(
  new t.Type<IpPrefix, string, unknown>(
    'a range such as 10.66.0.0/24 or fd66::/64',
    ipPrefixCodec.is,
    (u, c) => {
      if (typeof u !== 'string') return t.failure(u, c)
      const prefix = normaliseIpPrefix(u)
      return E.isLeft(prefix) ? t.failure(u, c, prefix.left.reason) : t.success(prefix.right)
    },
    t.identity,
  ),
  schemaOf(ipPrefixCodec),
)

/** A number in a URL's query. */
export const queryNumber = (lowest: number, highest: number): t.Type<number, string, unknown> => {
  const whole = wholeNumber(lowest, highest)
  return describe(
    new t.Type<number, string, unknown>(
      whole.name,
      whole.is,
      (u, c) => (typeof u === 'string' && /^\d{1,16}$/.test(u) ? whole.validate(Number(u), c) : t.failure(u, c)),
      String,
    ),
    schemaOf(whole),
  )
}

/** `true` or `false` in a URL's query. */
export const queryFlag: t.Type<boolean, string, unknown> = describe(
  new t.Type<boolean, string, unknown>(
    'true or false',
    t.boolean.is,
    (u, c) => (u === 'true' ? t.success(true) : u === 'false' ? t.success(false) : t.failure(u, c)),
    String,
  ),
  { type: 'boolean' },
)

/** An object with these fields, some of which may be left out. Others are refused: a slip of the pen must not be ignored. */
export const body = <R extends t.Props, O extends t.Props>(
  required: R,
  optional: O,
): t.Type<Readonly<t.TypeOfProps<R>> & Readonly<t.TypeOfPartialProps<O>>, unknown, unknown> => {
  const [musts, mays] = [t.type(required), t.partial(optional)]
  const known = new Set([...Object.keys(required), ...Object.keys(optional)])
  type A = Readonly<t.TypeOfProps<R>> & Readonly<t.TypeOfPartialProps<O>>
  const codec = new t.Type<A, unknown, unknown>(
    'an object',
    (u): u is A => musts.is(u) && mays.is(u) && Object.keys(u).every((name) => known.has(name)),
    (u, c) => {
      if (typeof u !== 'object' || u === null || Array.isArray(u)) return t.failure(u, c)
      const strangers = Object.keys(u).filter((name) => !known.has(name))
      const unknown = strangers.map((name) => {
        const value = (u as Record<string, unknown>)[name]
        return { value, context: t.appendContext(c, name, t.never, value) }
      })
      const [must, may] = [musts.validate(u, c), mays.validate(u, c)]
      const errors = [...unknown, ...(E.isLeft(must) ? must.left : []), ...(E.isLeft(may) ? may.left : [])]
      if (E.isLeft(must) || E.isLeft(may) || errors.length > 0) return t.failures(errors)
      // Each decoded its own fields only, and left the other's as they came.
      return t.success({ ...only(must.right, required), ...only(may.right, optional) } as A)
    },
    (value) => ({ ...musts.encode(value as never), ...mays.encode(value as never) }),
  )
  const [one, other] = [schemaOf(musts), schemaOf(mays)]
  const properties = Object.assign({}, one.properties, other.properties) as object
  return describe(codec, { ...one, properties, additionalProperties: false })
}

const only = (value: object, props: t.Props): object =>
  Object.fromEntries(Object.entries(value).filter(([name]) => Object.hasOwn(props, name)))
