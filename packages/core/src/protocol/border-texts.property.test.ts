/** What comes as text: parsers of values, tokens, claims, handshakes, frames. None throws, quotes much, or works more than once per character. */
import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, test } from 'vitest'
import { lawRuns } from '../../test/law-runs.js'
import { nodeCrypto } from '../../test/real-crypto.js'
import * as core from '../index.js'
import { agentHelloCodec, decodeHandshakeMessage } from './connect-handshake-messages.js'
import { formatEnrollmentToken } from './enrollment-token.js'
import { createFrameReader, createFrameWriter } from './secure-frames.js'

/** What a reader made of a text; `undefined`: it says only that it is nothing. */
type Outcome = E.Either<unknown, unknown> | undefined

const frameKey = { direction: 'agent-to-server' as const, secret: new Uint8Array(32) }

const textReaders: { readonly [name: string]: (text: string) => Outcome } = {
  ...(Object.fromEntries(
    Object.entries(core).filter(([name]) => /^(parse|normalise)[A-Z]/.test(name) && name !== 'parseFragmentId'),
  ) as Record<string, (text: string) => Outcome>),
  'decodeBase64, standard': (text) => core.decodeBase64(text, 'standard'),
  'decodeBase64, url': (text) => core.decodeBase64(text, 'url'),
  decodeHex: (text) => core.decodeHex(text),
  decodeHostClaims: (text) => core.decodeHostClaims(text),
  parseFragmentId: (text) => {
    core.parseFragmentId(text)
    return undefined
  },
  decodeHandshakeMessage: (text) => {
    decodeHandshakeMessage(agentHelloCodec, text)
    return undefined
  },
  'a frame': (text) => createFrameReader(nodeCrypto, frameKey).read(text),
}

/** The beginnings of what readers take: what is repeated is something that they go on with. */
const seeds: readonly string[] = [
  ...[
    'a',
    'A',
    '0',
    '1.',
    ':',
    '::',
    '1:',
    'ff:',
    '/',
    '-',
    '.',
    '=',
    ' ',
    '[',
    '[::1]:',
    '10.0.0.0/',
    '{"a":',
    '["x",',
  ],
  ...['set:n/', 'host:', 'node+', '\u0000', '\ud800', 'é', '%', '\n'],
]
const claims = JSON.stringify({ name: 'web-1', listenPort: 51_821, endpoints: [] })
const soundTexts: readonly string[] = [
  ...['10.1.2.3', '10.0.0.0/8', 'fd00::/8', '::1', '[fd00::1]:51821', '203.0.113.7:51821', '10.1.0.7/24', 'web-1'],
  ...['host:a', 'set:net-1/tag:web', '2026', 'c2FsdA==', 'deadbeef', claims],
  createFrameWriter(nodeCrypto, frameKey).write('payload'),
  formatEnrollmentToken({
    keyId: core.enrollmentKeyId('office'),
    secret: core.encodeBase64(new Uint8Array(32), 'url') as core.EnrollmentSecret,
    serverFingerprint: core.encodeBase64(new Uint8Array(32).fill(7), 'url') as core.ServerFingerprint,
  }),
]

const spoilt = fc
  .tuple(fc.constantFrom(...soundTexts), fc.nat(), fc.nat(4), fc.oneof(fc.constantFrom(...seeds), fc.string()))
  .map(([text, at, gone, instead]) => {
    const cut = at % (text.length + 1)
    return text.slice(0, cut) + instead + text.slice(cut + gone)
  })
const long = fc
  .tuple(fc.constantFrom(...seeds), fc.constantFrom(1, 60, 5000, 100_000), fc.constantFrom(...seeds))
  .map(([seed, times, end]) => seed.repeat(times) + end)
const hostileText = fc.oneof(fc.string({ unit: 'binary' }), fc.json(), spoilt, long)

describe.each(Object.entries(textReaders))('%s', (_name, read) => {
  test('takes a text or describes it, in short', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const outcome = read(text)
        if (outcome === undefined || E.isRight(outcome)) return
        expect(outcome.left).toHaveProperty('code')
        // Control characters count six times once they are escaped.
        expect(JSON.stringify(outcome.left).length).toBeLessThan(1500)
      }),
      lawRuns(2),
    )
  })

  test('eight times as long a text takes about eight times as long, or hardly any time', () => {
    for (const seed of seeds) {
      const few = seed.repeat(Math.ceil(20_000 / seed.length))
      const many = few.repeat(8)
      // What grows with the square takes 64 times as long; a machine that is busy disturbs the fastest of many tries little.
      const isLinear = () =>
        fastest(() => read(many)) <
        32 *
          Math.max(
            fastest(() => read(few)),
            2,
          )
      if (!isLinear() && !isLinear() && !isLinear()) expect(seed).toBe('read in linear time')
    }
  })
})

/** Milliseconds of the fastest of five tries. */
const fastest = (work: () => unknown): number =>
  Math.min(
    ...Array.from({ length: 5 }, () => {
      const before = performance.now()
      work()
      return performance.now() - before
    }),
  )
