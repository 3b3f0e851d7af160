/**
 * JSON Schema from io-ts codecs, so that the OpenAPI document says what the server really checks. io-ts keeps the structure of
 * what it combines, but not the rules of refinements and of codecs made by hand: those are told by `describe`. A codec that
 * neither has a known structure nor was described is an error: a document with holes would be worse than none.
 */
import type * as t from 'io-ts'
import { coreSchemaOf } from './core-schemas.js'

/** A JSON Schema (draft 2020-12, as in OpenAPI 3.1). */
export type JsonSchema = Readonly<Record<string, unknown>>

const described = new WeakMap<t.Mixed, JsonSchema>()

/** Tells what a codec accepts, for codecs whose structure doesn't. Returns the codec. */
export const describe = <C extends t.Mixed>(codec: C, schema: JsonSchema): C => {
  described.set(codec, schema)
  return codec
}

/** What a codec accepts. Throws a `TypeError` that names the codec when nobody can tell. */
export const schemaOf = (codec: t.Mixed): JsonSchema => {
  const known = described.get(codec) ?? coreSchemaOf(codec)
  if (known !== undefined) return known
  const node = codec as unknown as Walkable
  const walk = Object.hasOwn(walkers, node._tag ?? '') ? walkers[node._tag as keyof typeof walkers] : undefined
  if (walk === undefined) throw new TypeError(`no schema for codec "${codec.name}": describe it`)
  return walk(node as never)
}

interface Walkable {
  readonly _tag?: string
}
interface Inner {
  readonly type: t.Mixed
}
interface Props {
  readonly props: t.Props
}
interface Members {
  readonly types: readonly t.Mixed[]
}

const walkers = {
  StringType: () => ({ type: 'string' }),
  NumberType: () => ({ type: 'number' }),
  BooleanType: () => ({ type: 'boolean' }),
  NullType: () => ({ type: 'null' }),
  UnknownType: () => ({}),
  AnyDictionaryType: () => ({ type: 'object' }),
  LiteralType: ({ value }: { readonly value: unknown }) => ({ const: value }),
  KeyofType: ({ keys }: { readonly keys: object }) => ({ type: 'string', enum: Object.keys(keys) }),
  ArrayType: ({ type }: Inner) => ({ type: 'array', items: schemaOf(type) }),
  ReadonlyArrayType: ({ type }: Inner) => ({ type: 'array', items: schemaOf(type) }),
  TupleType: ({ types }: Members) => ({ type: 'array', prefixItems: types.map(schemaOf), items: false }),
  DictionaryType: ({ codomain }: { readonly codomain: t.Mixed }) => ({
    type: 'object',
    additionalProperties: schemaOf(codomain),
  }),
  InterfaceType: ({ props }: Props) => ({ ...objectOf(props), required: Object.keys(props) }),
  PartialType: ({ props }: Props) => objectOf(props),
  ReadonlyType: ({ type }: Inner) => schemaOf(type),
  ExactType: ({ type }: Inner) => schemaOf(type),
  IntersectionType: ({ types }: Members) => joinObjects(types.map(schemaOf)),
  UnionType: ({ types }: Members) => ({ anyOf: types.map(schemaOf) }),
} satisfies Record<string, (codec: never) => JsonSchema>

const objectOf = (props: t.Props): JsonSchema => ({
  type: 'object',
  properties: Object.fromEntries(Object.entries(props).map(([name, codec]) => [name, schemaOf(codec)])),
})

/** Parts of one object become one object: easier to read than `allOf`. */
const joinObjects = (parts: readonly JsonSchema[]): JsonSchema => {
  if (parts.some((part) => part.type !== 'object')) return { allOf: parts }
  const required = parts.flatMap((part) => (part.required as readonly string[] | undefined) ?? [])
  const properties = Object.assign({}, ...parts.map((part) => part.properties ?? {})) as object
  return { type: 'object', properties, ...(required.length === 0 ? {} : { required }) }
}
