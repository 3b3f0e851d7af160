/** What somebody may send who means harm, or whose program is broken. */
import fc from 'fast-check'

/** As deep as a message of a megabyte can be: recursion over it would overflow any stack. */
const deepest = 100_000

const nested = (depth: number, wrap: (inner: unknown) => unknown): unknown => {
  let value: unknown = 1
  for (let level = 0; level < depth; level += 1) value = wrap(value)
  return shownAs(value, `nested ${depth} levels deep`)
}

/** What fast-check prints of it: the whole would be unreadable, or overflow the stack of whoever prints it. */
const shownAs = (value: unknown, text: string): unknown =>
  Object.defineProperty(value, fc.toStringMethod, { value: () => text })

const depth = fc.oneof(fc.integer({ min: 1, max: 3000 }), fc.constant(deepest))
const deep = depth.map((levels) => nested(levels, (inner) => ({ a: inner })))
const deepList = depth.map((levels) => nested(levels, (inner) => [inner]))
const huge = fc.constantFrom<unknown>(
  shownAs(
    Array.from({ length: 50_000 }, (_, i) => i),
    '50,000 numbers',
  ),
  shownAs(
    Array.from({ length: 20_000 }, () => ({})),
    '20,000 empty objects',
  ),
  'x'.repeat(200_000),
  shownAs(Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`k${i}`, i])), 'an object of 5,000 fields'),
)
/** As JSON brings them: own properties with the names of inherited ones. */
const prototypes = fc.constantFrom<unknown>(
  JSON.parse('{"__proto__":{"type":"MeshCreated","kind":"self","op":"forget"}}'),
  JSON.parse('{"constructor":{"prototype":{"polluted":true}},"toString":1,"hasOwnProperty":1}'),
  JSON.parse('{"toString":null,"valueOf":"x","toJSON":1,"then":1,"length":-1}'),
  'constructor',
  '__proto__',
  'toString',
  'hasOwnProperty',
)
const wrongUnits = fc.constantFrom<unknown>(
  -1,
  0.5,
  1e21,
  -0,
  Number.MAX_VALUE,
  Number.MIN_VALUE,
  2 ** 53,
  '0',
  '1420',
  '1.420,5',
  '5m',
  ' 10.0.0.0/8',
  '10.0.0.0/33',
  '10.0.0.1/8',
  '010.0.0.1',
  '[::1]:99999',
  '2026-01-01T00:00:00Z',
  null,
  true,
)
const nasty = fc.constantFrom<unknown>(
  '\u0000',
  '\u001b[31m',
  '\u202e',
  '\ud800',
  '‮',
  "'; drop table events; --",
  'a\nb',
)

/** Any JSON value, the nasty ones more often. */
export const hostileJson: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue(),
  deep,
  deepList,
  huge,
  prototypes,
  wrongUnits,
  nasty,
)

/** `sound` with one thing wrong somewhere: a field replaced, left out, added, or moved under another name. */
export const tamperedJson = (sound: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc
    .tuple(sound, fc.nat(), fc.constantFrom('replace', 'replace', 'delete', 'add', 'wrap', 'repeat'), hostileJson)
    .map(([value, at, how, bad]) => {
      const copy: unknown = JSON.parse(JSON.stringify(value))
      const places = placesIn(copy)
      const place = places[at % places.length]
      if (place === undefined) return bad
      tamper(place, how, bad)
      return copy
    })

/** Where something stands: what holds it, and under which key. */
export type JsonPlace = readonly [holder: Record<string, unknown>, key: string]

const tamper = ([holder, key]: JsonPlace, how: string, bad: unknown): void => {
  if (how === 'replace') holder[key] = bad
  if (how === 'wrap') holder[key] = [holder[key]]
  if (how === 'repeat') holder[key] = [holder[key], holder[key]]
  if (how === 'add') Object.defineProperty(holder, '__proto__', { value: bad, enumerable: true, configurable: true })
  if (how !== 'delete') return
  if (Array.isArray(holder)) holder.splice(Number(key), 1)
  else delete holder[key]
}

/** Every place in a JSON value, its own apart. */
export const placesIn = (value: unknown): readonly JsonPlace[] => {
  if (typeof value !== 'object' || value === null) return []
  const holder = value as Record<string, unknown>
  return Object.keys(holder).flatMap((key) => [[holder, key] as const, ...placesIn(holder[key])])
}
