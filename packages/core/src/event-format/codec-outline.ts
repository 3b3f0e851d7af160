/**
 * What a codec takes, as data: for help texts and JSON schemas. io-ts keeps the structure of what it combines; codecs made by hand tell
 * theirs with `outlined`, and the others are known by their names.
 */
import * as t from 'io-ts'

/** What a codec takes. */
export type CodecOutline =
  /** One value; the name says which, as in "expected a port". */
  | { readonly kind: 'value'; readonly name: string }
  | { readonly kind: 'constant'; readonly value: string | number | boolean | null }
  | { readonly kind: 'list'; readonly item: CodecOutline; readonly fewest: number; readonly most: number | null }
  /** No other fields are taken. */
  | { readonly kind: 'object'; readonly fields: readonly FieldOutline[] }
  /** Any of these. */
  | { readonly kind: 'choice'; readonly options: readonly CodecOutline[] }

/** One field of an object. */
export interface FieldOutline {
  readonly name: string
  readonly isRequired: boolean
  /** It names something that isn't there yet: whoever gives the command makes an id that nothing else has. */
  readonly isFresh: boolean
  readonly takes: CodecOutline
}

const outlines = new WeakMap<t.Mixed, () => CodecOutline>()
const freshCodecs = new WeakSet<t.Mixed>()

/** Tells what a codec made by hand takes. Returns the codec. */
export const outlined = <C extends t.Mixed>(codec: C, outline: () => CodecOutline): C => {
  outlines.set(codec, outline)
  return codec
}

/** The same codec, for the id of something that a command makes if it isn't there yet. */
export const fresh = <A, O>(codec: t.Type<A, O, unknown>): t.Type<A, O, unknown> => {
  const marked = new t.Type<A, O, unknown>(codec.name, codec.is, codec.validate, codec.encode)
  freshCodecs.add(marked)
  return outlined(marked, () => outlineOf(codec))
}

/** What a codec takes. Never fails: of an unknown kind of codec it tells the name. */
export const outlineOf = (codec: t.Mixed): CodecOutline => {
  const told = outlines.get(codec)
  if (told !== undefined) return told()
  const node = codec as unknown as Walkable
  const walk = Object.hasOwn(walkers, node._tag ?? '') ? walkers[node._tag as keyof typeof walkers] : undefined
  return walk === undefined ? { kind: 'value', name: codec.name } : walk(node as never)
}

/** The fields of an object: those that must be there, and those that may. */
export const fieldsOutline = (required: t.Props, optional: t.Props = {}): readonly FieldOutline[] =>
  [required, optional].flatMap((props) =>
    Object.entries(props).map(([name, codec]) => ({
      name,
      isRequired: props === required,
      isFresh: freshCodecs.has(codec),
      takes: outlineOf(codec),
    })),
  )

interface Walkable {
  readonly _tag?: string
}
interface Inner {
  readonly type: t.Mixed
}
interface Props {
  readonly props: t.Props
}

const listOf = ({ type }: Inner): CodecOutline => ({ kind: 'list', item: outlineOf(type), fewest: 0, most: null })

const walkers = {
  StringType: (): CodecOutline => ({ kind: 'value', name: 'a text' }),
  NumberType: (): CodecOutline => ({ kind: 'value', name: 'a number' }),
  BooleanType: (): CodecOutline => choiceOf([true, false]),
  NullType: (): CodecOutline => ({ kind: 'constant', value: null }),
  LiteralType: ({ value }: { readonly value: string | number | boolean }): CodecOutline => ({
    kind: 'constant',
    value,
  }),
  KeyofType: ({ keys }: { readonly keys: object }): CodecOutline => choiceOf(Object.keys(keys)),
  ArrayType: listOf,
  ReadonlyArrayType: listOf,
  InterfaceType: ({ props }: Props): CodecOutline => ({ kind: 'object', fields: fieldsOutline(props) }),
  PartialType: ({ props }: Props): CodecOutline => ({ kind: 'object', fields: fieldsOutline({}, props) }),
  ReadonlyType: ({ type }: Inner): CodecOutline => outlineOf(type),
  ExactType: ({ type }: Inner): CodecOutline => outlineOf(type),
  UnionType: ({ types }: { readonly types: readonly t.Mixed[] }): CodecOutline => ({
    kind: 'choice',
    options: types.map(outlineOf),
  }),
} satisfies Record<string, (codec: never) => CodecOutline>

const choiceOf = (values: readonly (string | boolean)[]): CodecOutline => ({
  kind: 'choice',
  options: values.map((value) => ({ kind: 'constant', value })),
})
