import * as t from 'io-ts'

/** Finds the codec by a tag, so that a refusal speaks of one shape and not of all. */
export const tagged = <A>(
  name: string,
  tag: string,
  codecs: ReadonlyMap<string, t.Type<A, unknown>>,
): t.Type<A, unknown> => {
  const find = (u: unknown): t.Type<A, unknown> | undefined => {
    const found = typeof u === 'object' && u !== null ? (u as Record<string, unknown>)[tag] : undefined
    // Never made a text of: an object with a `toString` of its own would throw, a deep list overflow the stack.
    return typeof found === 'string' ? codecs.get(found) : undefined
  }
  const known = [...codecs.keys()].join(', ')
  return new t.Type<A, unknown>(
    name,
    (u): u is A => find(u)?.is(u) ?? false,
    (u, c) => find(u)?.validate(u, c) ?? t.failure(u, c, `must be an object whose '${tag}' is one of: ${known}`),
    t.identity,
  )
}

/** Used by every message with a `type`. */
export const messageByType = <A>(name: string, codecs: ReadonlyMap<string, t.Type<A, unknown>>): t.Type<A, unknown> =>
  tagged(name, 'type', codecs)
