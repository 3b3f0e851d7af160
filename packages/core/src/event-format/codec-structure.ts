/** What can be seen of an io-ts codec from outside; only for telling where and why it failed. */

/** The field by which a tagged union tells its members apart, and the values that it knows, as JSON. */
export interface KindField {
  readonly key: string
  readonly values: readonly string[]
}

interface Structure {
  readonly _tag?: string
  /** Of wrappers: what they wrap. */
  readonly type?: Structure
  /** Of unions and intersections. */
  readonly types?: readonly Structure[]
  readonly props?: Readonly<Record<string, Structure>>
  /** Of literals. */
  readonly value?: unknown
}

/** Whether the codec numbers its members in a context: those numbers are no keys of the value. */
export function hasNumberedMembers(codec: unknown): boolean {
  const tag = unwrapped(codec as Structure | undefined)?._tag
  return tag === 'UnionType' || tag === 'IntersectionType'
}

/** The field that a tagged union looks at first; `undefined` for any other codec. */
export function kindFieldOf(codec: unknown): KindField | undefined {
  const union = unwrapped(codec as Structure | undefined)
  if (union?._tag !== 'UnionType') return undefined
  const members = (union.types ?? []).map((member) => unwrapped(member)?.props ?? {})
  const [first = {}] = members
  const key = Object.keys(first).find((name) => members.every((props) => props[name]?._tag === 'LiteralType'))
  return key === undefined ? undefined : { key, values: members.map((props) => JSON.stringify(props[key]?.value)) }
}

/** `t.readonly`, `t.exact` and refinements hand their context to what they wrap, so look inside them. */
function unwrapped(codec: Structure | undefined): Structure | undefined {
  let inner = codec
  for (let wrappers = 0; wrappers < 8; wrappers += 1) {
    const isWrapper = inner?._tag === 'ReadonlyType' || inner?._tag === 'ExactType' || inner?._tag === 'RefinementType'
    if (!isWrapper) return inner
    inner = inner?.type
  }
  return inner
}
