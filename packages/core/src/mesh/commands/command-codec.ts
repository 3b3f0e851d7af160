/** How commands are read from outside: every field checked, and none that nobody asked for. */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { fieldsOutline, outlined } from '../../event-format/codec-outline.js'
import { type EpochMs, epochMsCodec } from '../../values/index.js'

/**
 * A command's own fields, besides those that all have. Optional ones mean "as it is" when left out.
 * @inline
 */
export type CommandOf<
  Type extends string,
  Required extends t.Props,
  Optional extends t.Props = Record<never, never>,
> = Flat<
  {
    readonly type: Type
    /** When it was given, by the clock of whoever took it. */
    readonly atEpochMs: EpochMs
  } & t.TypeOfProps<Required> &
    t.TypeOfPartialProps<Optional>
>

/**
 * One object type of several, which is how editors and the API reference show it.
 * @inline
 */
type Flat<T> = { readonly [K in keyof T]: T[K] }

/** The codec of a command. A field it doesn't know is refused: a slip of the pen must not be ignored. */
export const commandCodec = <
  Type extends string,
  Required extends t.Props,
  Optional extends t.Props = Record<never, never>,
>(
  type: Type,
  required: Required,
  optional?: Optional,
): t.Type<CommandOf<Type, Required, Optional>, unknown> => {
  const present = t.type({ type: t.literal(type), atEpochMs: epochMsCodec, ...required })
  const perhaps = t.partial(optional ?? {})
  return onlyFieldsOf(type, [present, perhaps])
}

/** An object with these fields, of which the optional ones may be left out, and no others. */
export const recordCodec = <Required extends t.Props, Optional extends t.Props>(
  name: string,
  required: Required,
  optional: Optional,
): t.Type<Readonly<t.TypeOfProps<Required>> & Readonly<t.TypeOfPartialProps<Optional>>, unknown> =>
  onlyFieldsOf(name, [t.type(required), t.partial(optional)])

/** An object with these fields, each of which may be left out, and no others. */
export const partialCodec = <Fields extends t.Props>(
  name: string,
  fields: Fields,
): t.Type<Readonly<t.TypeOfPartialProps<Fields>>, unknown> => onlyFieldsOf(name, [t.partial(fields)])

/** Not `t.intersection`, which would number its members in the paths of errors. */
const onlyFieldsOf = <A>(
  name: string,
  codecs: readonly (t.Mixed & { readonly _tag: string; readonly props: t.Props })[],
): t.Type<A, unknown> => {
  const known = new Set(codecs.flatMap((codec) => Object.keys(codec.props)))
  const unknownFieldOf = (u: unknown): string | undefined => {
    if (typeof u !== 'object' || u === null) return undefined
    for (const field in u) if (!known.has(field)) return field
    return undefined
  }
  const codec = new t.Type<A, unknown>(
    name,
    (u): u is A => codecs.every((codec) => codec.is(u)) && unknownFieldOf(u) === undefined,
    (u, context) => {
      const field = unknownFieldOf(u)
      if (field !== undefined)
        return t.failure(u, t.appendContext(context, field, t.never, (u as Record<string, unknown>)[field]))
      for (const codec of codecs) {
        const validation = codec.validate(u, context)
        if (E.isLeft(validation)) return validation
      }
      return t.success(u as A)
    },
    t.identity,
  )
  return outlined(codec, () => ({
    kind: 'object',
    fields: codecs.flatMap(({ _tag, props }) =>
      _tag === 'PartialType' ? fieldsOutline({}, props) : fieldsOutline(props),
    ),
  }))
}
