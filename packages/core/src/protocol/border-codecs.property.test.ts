/** Law 8 at every border: what is written is read back, whatever else comes gets a described error, and work grows with input alone. */
import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, test } from 'vitest'
import { borderCodecs } from '../../test/border-codecs.js'
import { countedJson } from '../../test/counted-json.js'
import { hostileJson, type JsonPlace, placesIn, tamperedJson } from '../../test/hostile-json.js'
import { lawRuns } from '../../test/law-runs.js'
import { decodeWith } from '../event-format/describe-decode-error.js'
import * as core from '../index.js'
import * as values from '../values/index.js'

const longestMessage = 4000
const borders = Object.entries(borderCodecs)
const throughJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value))
const codecsIn = (exports: object) => Object.entries(exports).filter(([name]) => name.endsWith('Codec'))

/** What `decodeWith` says when a codec threw, or overflowed the stack. */
const thrown = /could not be checked|nested too deeply/

const expectDescribed = (decoded: E.Either<string, unknown>): void => {
  if (E.isRight(decoded)) return
  expect(decoded.left.length).toBeLessThan(longestMessage)
  expect(decoded.left).toMatch(/^[\x20-\x7e…’]{5,}$/u)
  expect(decoded.left).not.toMatch(thrown)
}

test('every codec of the public interface is held to these laws', () => {
  const ofValues = codecsIn(values).map(([name]) => name)
  const covered = [...borders.flatMap(([name]) => name.split(/[ ,]+/)), ...ofValues]
  expect(codecsIn(core).filter(([name]) => !covered.includes(name))).toEqual([])
  expect(ofValues.length).toBeGreaterThan(25)
})

describe.each(borders)('%s', (_name, { decode, sound }) => {
  test('takes what is written', () => {
    fc.assert(
      fc.property(sound, (input) => {
        expectDescribed(decode(throughJson(input)))
        expect(E.isRight(decode(throughJson(input)))).toBe(true)
      }),
      lawRuns(0.3),
    )
  })

  test('describes anything else', () => {
    fc.assert(
      fc.property(hostileJson, (input) => {
        const decoded = decode(input)
        expect(E.isLeft(decoded)).toBe(true)
        expectDescribed(decoded)
      }),
      lawRuns(),
    )
  })

  test('with one thing wrong somewhere it is taken or described', () => {
    fc.assert(
      fc.property(tamperedJson(sound), (input) => {
        expectDescribed(decode(input))
        expect(({} as Record<string, unknown>).polluted).toBeUndefined()
      }),
      lawRuns(2),
    )
  })

  test('reads four times as much when something is four times as long', () => {
    const few = 300
    fc.assert(
      fc.property(sound, fc.nat(), fc.constantFrom(...fillings), (input, at, filling) => {
        const readsOf = (count: number) => {
          const stretched = countedJson(stretchedAt(throughJson(input), at, count, filling))
          decode(stretched.value)
          return stretched.reads()
        }
        const base = countedJson(throughJson(input))
        decode(base.value)
        expect(readsOf(4 * few) - base.reads()).toBeLessThan(5 * readsOf(few) + 1000)
      }),
      lawRuns(0.3),
    )
  })
})

/** What something is made long with: more of what it has, or what doesn't belong there. */
const fillings: readonly (undefined | string | object)[] = [undefined, 'x', {}, []]

/** One place of `value` made long: a list with its items again and again, an object with more fields. */
const stretchedAt = (value: unknown, at: number, count: number, filling: unknown): unknown => {
  const places = placesIn(value).filter(([holder, key]) => typeof holder[key] === 'object' && holder[key] !== null)
  const place = places[at % Math.max(1, places.length)]
  if (place === undefined) return longer(value, count, filling)
  const [holder, key]: JsonPlace = place
  holder[key] = longer(holder[key], count, filling)
  return value
}

const longer = (value: unknown, count: number, filling: unknown): unknown => {
  if (Array.isArray(value))
    return Array.from({ length: count }, (_, i) => filling ?? value[i % Math.max(1, value.length)])
  const more = Object.fromEntries(Array.from({ length: count }, (_, i) => [`more${i}`, filling ?? i]))
  return { ...(value as object), ...more }
}

describe.each(codecsIn(values))('%s', (_name, codec) => {
  test('describes whatever is none', () => {
    fc.assert(
      fc.property(hostileJson, (input) => {
        const decoded = decodeWith(codec as Parameters<typeof decodeWith>[0], input)
        expectDescribed(E.mapLeft(({ message }: { readonly message: string }) => message)(decoded))
      }),
      lawRuns(),
    )
  })
})
