import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { fieldsOutline, outlined } from '../event-format/codec-outline.js'
import { checkedByIs } from '../values/unchanged-check.js'
import { checked } from './event-parts.js'

/**
 * Objects of several kinds told by one field, each with fields of its own. A field that the kind doesn't have is refused: what was
 * meant by it would be lost.
 */
export const kindCodec = <A extends object, Tag extends keyof A & string>(
  name: string,
  tag: Tag,
  kinds: Readonly<Record<A[Tag] & string, t.Props>>,
): t.Type<A, unknown> => {
  const isKind = (u: unknown): u is A[Tag] & string => typeof u === 'string' && Object.hasOwn(kinds, u)
  const kindOf = checked(`one of ${Object.keys(kinds).join(', ')}`, isKind)
  const fieldsOf = (u: object): t.Props | undefined => {
    const kind = (u as Record<string, unknown>)[tag]
    return isKind(kind) ? { [tag]: kindOf, ...kinds[kind] } : undefined
  }
  const codec = new t.Type<A, unknown>(
    name,
    (u): u is A => {
      const fields = isObject(u) ? fieldsOf(u) : undefined
      return fields !== undefined && hasExactly(fields, u as Record<string, unknown>)
    },
    (u, context) => {
      if (!isObject(u)) return t.failure(u, context)
      const fields = fieldsOf(u)
      if (fields === undefined) return t.failure(u[tag], t.appendContext(context, tag, kindOf, u[tag]))
      for (const [field, codec] of Object.entries(fields)) {
        const validation = codec.validate(u[field], t.appendContext(context, field, codec, u[field]))
        if (E.isLeft(validation)) return validation
      }
      const stranger = strangerIn(u, fields)
      if (stranger === undefined) return t.success(u as A)
      return t.failure(u[stranger], t.appendContext(context, stranger, t.never, u[stranger]))
    },
    t.identity,
  )
  return outlined(checkedByIs(codec), () => ({
    kind: 'choice',
    options: Object.entries<t.Props>(kinds).map(([kind, fields]) => ({
      kind: 'object',
      fields: fieldsOutline({ [tag]: t.literal(kind), ...fields }),
    })),
  }))
}

const isObject = (u: unknown): u is Record<string, unknown> => typeof u === 'object' && u !== null

const hasExactly = (fields: t.Props, u: Record<string, unknown>): boolean =>
  Object.entries(fields).every(([field, codec]) => codec.is(u[field])) && strangerIn(u, fields) === undefined

const strangerIn = (u: Record<string, unknown>, fields: t.Props): string | undefined => {
  for (const field in u) if (!Object.hasOwn(fields, field)) return field
  return undefined
}
