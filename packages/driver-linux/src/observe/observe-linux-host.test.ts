import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, test } from 'vitest'
import { fixtureNames, observationAsJson, readFixture, replayHost } from '../../test/support/fixtures.js'
import { observeLinuxHost } from './observe-linux-host.js'

describe('recorded hosts', () => {
  test.each(fixtureNames)('%s', async (name) => {
    const observed = await observeLinuxHost(replayHost(name))
    if (E.isLeft(observed)) throw new Error(JSON.stringify(observed.left))
    expect(observationAsJson(observed.right)).toEqual(JSON.parse(readFixture(name, 'expected.json') ?? 'null'))
  })
})

describe('hostile answers', () => {
  const secrets = fixtureNames.flatMap((name) => {
    const answer = `${readFixture(name, 'uapi-get.txt')}\n${readFixture(name, 'wg-dump.txt')}`
    return [...answer.matchAll(/private_key=([0-9a-f]{64})|^([A-Za-z0-9+/]{43}=)\t/gm)].flatMap(
      ([, a, b]) => a ?? b ?? [],
    )
  })

  test('are errors that keep secrets, never throws', async () => {
    expect(secrets.length).toBeGreaterThan(2)
    const damage = fc.record({
      name: fc.constantFrom(...fixtureNames),
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      cut: fc.nat({ max: 40 }),
      put: fc.oneof(fc.string(), fc.constantFrom('"', '{}', '[', '\t', '\n', '=', '-1', '1e9', 'null', '::', '/129')),
    })
    const check = fc.asyncProperty(damage, async ({ name, at, cut, put }) => {
      const host = replayHost(name, (_, text) => {
        const from = Math.floor(at * text.length)
        return text.slice(0, from) + put + text.slice(from + cut)
      })
      const observed = await observeLinuxHost(host)
      if (E.isRight(observed)) return
      for (const secret of secrets) expect(JSON.stringify(observed.left)).not.toContain(secret)
    })
    await fc.assert(check, { numRuns: 500 })
  })
})
