import { type LargeMap, largeMapEntries } from '../large-map.js'

/** Something that must hold of every state and doesn't: a defect of the program, or a log that it didn't write. */
export interface InvariantBreach {
  /** Which one, such as `address-unique`. */
  readonly invariant: string
  /** What breaks it, for whoever has to find out why. */
  readonly detail: string
}

export const breach = (invariant: string, detail: string): InvariantBreach => ({ invariant, detail })

/** Breaches of "the index holds exactly this", which is `expected` computed anew. */
export const indexBreaches = <K extends string, V>(
  invariant: string,
  index: LargeMap<K, V>,
  expected: ReadonlyMap<K, V>,
): readonly InvariantBreach[] => {
  const breaches: InvariantBreach[] = []
  let entries = 0
  for (const [key, value] of largeMapEntries(index)) {
    entries += 1
    const wanted = expected.get(key)
    if (!sameContent(value, wanted))
      breaches.push(breach(invariant, `${key}: ${text(value)} instead of ${text(wanted)}`))
  }
  if (entries !== expected.size) breaches.push(breach(invariant, `${entries} entries instead of ${expected.size}`))
  if (entries !== index.size) breaches.push(breach(invariant, `size says ${index.size}, there are ${entries}`))
  return breaches
}

/** Whether two pieces of plain data say the same, whatever the order of their keys. */
export const sameContent = (a: unknown, b: unknown): boolean => text(a) === text(b)

const text = (value: unknown): string => JSON.stringify(sorted(value)) ?? 'nothing'

const sorted = (value: unknown): unknown => {
  if (value instanceof Map) return sorted(Object.fromEntries(value))
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, item]) => [key, sorted(item)] as const)
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Values that occur more than once under different owners. */
export const duplicates = (
  invariant: string,
  owned: readonly (readonly [value: string, owner: string])[],
): readonly InvariantBreach[] => {
  const owners = new Map<string, string>()
  return owned.flatMap(([value, owner]) => {
    const other = owners.get(value)
    owners.set(value, owner)
    return other === undefined ? [] : [breach(invariant, `${value} is that of ${other} and of ${owner}`)]
  })
}
