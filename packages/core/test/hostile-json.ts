/** What somebody may send who means harm, or whose program is broken. */
import fc from 'fast-check'

const nested = (depth: number, wrap: (inner: string) => string): unknown => {
  let text = '1'
  for (let i = 0; i < depth; i += 1) text = wrap(text)
  return JSON.parse(text)
}

const deep = fc.integer({ min: 1, max: 3000 }).map((depth) => nested(depth, (inner) => `{"a":${inner}}`))
const deepList = fc.integer({ min: 1, max: 3000 }).map((depth) => nested(depth, (inner) => `[${inner}]`))
const huge = fc.constantFrom<unknown>(
  Array.from({ length: 50_000 }, (_, i) => i),
  'x'.repeat(200_000),
  Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`k${i}`, i])),
)
/** As JSON brings them: own properties with the names of inherited ones. */
const prototypes = fc.constantFrom<unknown>(
  JSON.parse('{"__proto__":{"type":"MeshCreated"}}'),
  JSON.parse('{"constructor":{"prototype":{"polluted":true}},"toString":1,"hasOwnProperty":1}'),
  'constructor',
  '__proto__',
)
const wrongUnits = fc.constantFrom<unknown>(
  -1,
  0.5,
  1e21,
  -0,
  Number.MAX_VALUE,
  2 ** 53,
  '0',
  '1420',
  ' 10.0.0.0/8',
  '10.0.0.0/33',
  null,
  true,
)
const nasty = fc.constantFrom<unknown>('\u0000', '\u001b[31m', '\u202e', '\ud800', '‮', "'; drop table events; --")

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
export const tamperedJson = (sound: fc.Arbitrary<object>): fc.Arbitrary<unknown> =>
  fc
    .tuple(sound, fc.nat(), fc.constantFrom('replace', 'delete', 'add', 'wrap'), hostileJson)
    .map(([value, at, how, bad]) => {
      const copy = JSON.parse(JSON.stringify(value))
      const places = placesIn(copy)
      const place = places[at % places.length]
      if (place === undefined) return bad
      const [holder, key] = place
      if (how === 'replace') holder[key] = bad
      if (how === 'delete') delete holder[key]
      if (how === 'add')
        Object.defineProperty(holder, '__proto__', { value: bad, enumerable: true, configurable: true })
      if (how === 'wrap') holder[key] = [holder[key]]
      return JSON.parse(JSON.stringify(copy))
    })

type Holder = Record<string, unknown>

const placesIn = (value: unknown): readonly (readonly [Holder, string])[] => {
  if (typeof value !== 'object' || value === null) return []
  const holder = value as Holder
  return Object.keys(holder).flatMap((key) => [[holder, key] as const, ...placesIn(holder[key])])
}
