import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, test } from 'vitest'
import { epochMs, isEpochMs, parseEpochMs } from './epoch-ms.js'
import * as ids from './ids.js'
import { hostName, isHostName, isNetworkName, networkName, parseHostName, parseNetworkName } from './names.js'

const idKinds = [
  { kind: 'mesh', parse: ids.parseMeshId, is: ids.isMeshId, literal: ids.meshId },
  { kind: 'network', parse: ids.parseNetworkId, is: ids.isNetworkId, literal: ids.networkId },
  { kind: 'host', parse: ids.parseHostId, is: ids.isHostId, literal: ids.hostId },
  { kind: 'node', parse: ids.parseNodeId, is: ids.isNodeId, literal: ids.nodeId },
  { kind: 'enrolment key', parse: ids.parseEnrollmentKeyId, is: ids.isEnrollmentKeyId, literal: ids.enrollmentKeyId },
  { kind: 'command', parse: ids.parseCommandId, is: ids.isCommandId, literal: ids.commandId },
  { kind: 'event', parse: ids.parseEventId, is: ids.isEventId, literal: ids.eventId },
]

describe.each(idKinds)('$kind ids', ({ parse, is, literal }) => {
  test.each(['a', '-', '_', '0', 'Az09_-', 'x'.repeat(64), 'constructor', '__proto__'])('%s', (text) => {
    expect(parse(text)).toEqual(E.right(text))
    expect(is(text)).toBe(true)
    expect(literal(text)).toBe(text)
  })

  test.each(['', 'x'.repeat(65), 'a b', 'a\n', '\na', 'a/b', 'a.b', 'ä', 'a\0', '٣'])('not %j', (text) => {
    const reason = "an id has 1 to 64 of the characters A-Z, a-z, 0-9, '_' and '-'"
    expect(parse(text)).toEqual(E.left({ code: 'id-invalid', text: expect.any(String) as string, reason }))
    expect(is(text)).toBe(false)
    expect(() => literal(text)).toThrow(reason)
  })

  test.each([undefined, null, 7, ['a'], { toString: () => 'a' }])('%j is not even a text', (u) =>
    expect(is(u)).toBe(false),
  )
})

describe.each([
  { kind: 'network', longest: 32, parse: parseNetworkName, is: isNetworkName, literal: networkName },
  { kind: 'host', longest: 63, parse: parseHostName, is: isHostName, literal: hostName },
])('$kind names', ({ longest, parse, is, literal }) => {
  test.each(['a', '0', 'a-b', 'a--b', '10', 'x'.repeat(longest)])('%s', (text) => {
    expect(parse(text)).toEqual(E.right(text))
    expect(is(text)).toBe(true)
    expect(literal(text)).toBe(text)
  })

  test.each(['', '-', '-a', 'a-', 'A', 'a_b', 'a.b', 'a b', 'a\n', 'ä', 'x'.repeat(longest + 1), `${'-'.repeat(9)}`])(
    'not %j',
    (text) => {
      expect(parse(text)).toEqual(
        E.left({
          code: 'name-invalid',
          text: expect.any(String) as string,
          reason: expect.stringContaining(`1 to ${longest} of a-z`) as string,
        }),
      )
      expect(is(text)).toBe(false)
      expect(() => literal(text)).toThrow(TypeError)
    },
  )
})

test('a megabyte is refused in linear time and quoted in part', () => {
  const startedAt = performance.now()
  const long = 'a-'.repeat(500_000)
  const quoted = E.left(expect.objectContaining({ text: `${long.slice(0, 64)}…` }) as unknown)
  expect([ids.parseMeshId(long), parseNetworkName(long), parseHostName(long)]).toEqual([quoted, quoted, quoted])
  expect(performance.now() - startedAt).toBeLessThan(500)
})

describe('moments', () => {
  test.each([0, 1, 1_750_000_000_000, Number.MAX_SAFE_INTEGER])('%s', (n) => {
    expect(parseEpochMs(n)).toEqual(E.right(n))
    expect(isEpochMs(n)).toBe(true)
    expect(epochMs(n)).toBe(n)
  })

  test.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, Number.MAX_SAFE_INTEGER + 1])('not %s', (n) => {
    const reason = 'a moment is a whole number of milliseconds since 1970, not negative'
    expect(parseEpochMs(n)).toEqual(E.left({ code: 'epoch-ms-invalid', text: String(n), reason }))
    expect(isEpochMs(n)).toBe(false)
    expect(() => epochMs(n)).toThrow(reason)
  })

  test.each(['1', null, undefined, 1n, [1]])('nor %s', (u) => expect(isEpochMs(u)).toBe(false))
})
