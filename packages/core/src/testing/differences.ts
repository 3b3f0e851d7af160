const shownDifferences = 20
const shownCharacters = 200

/**
 * Where two pieces of plain data differ, a line each: path, what was expected, what came. Empty when they don't. Maps count as plain
 * data; the order of keys doesn't matter, that of items does.
 */
export const describeDifferences = (expected: unknown, actual: unknown): string => {
  const differences = differencesAt('$', expected, actual)
  const lines = differences.slice(0, shownDifferences)
  if (differences.length > lines.length) lines.push(`  … and ${differences.length - lines.length} more`)
  return lines.join('\n')
}

const differencesAt = (path: string, expected: unknown, actual: unknown): string[] => {
  if (Object.is(expected, actual)) return []
  if (!isContainer(expected) || !isContainer(actual) || kindOf(expected) !== kindOf(actual))
    return [`  ${path}: expected ${shown(expected)}, got ${shown(actual)}`]
  const [wanted, came] = [entriesOf(expected), entriesOf(actual)]
  return [...new Set([...wanted.keys(), ...came.keys()])].flatMap((key) =>
    differencesAt(
      `${path}${step(key)}`,
      wanted.has(key) ? wanted.get(key) : missing,
      came.has(key) ? came.get(key) : missing,
    ),
  )
}

/** Stands for what isn't there, so that it differs from `undefined`. */
const missing = Symbol('nothing')

const isContainer = (value: unknown): value is object => typeof value === 'object' && value !== null

const kindOf = (value: object): string => (Array.isArray(value) ? 'list' : value instanceof Map ? 'map' : 'object')

const entriesOf = (value: object): ReadonlyMap<unknown, unknown> =>
  value instanceof Map ? value : new Map(Object.entries(value))

const step = (key: unknown): string => (/^\d+$/.test(String(key)) ? `[${key}]` : `.${String(key)}`)

const shown = (value: unknown): string => {
  if (value === missing) return 'nothing'
  const text = (value instanceof Map ? JSON.stringify([...value]) : JSON.stringify(value)) ?? String(value)
  return text.length <= shownCharacters ? text : `${text.slice(0, shownCharacters)}…`
}
