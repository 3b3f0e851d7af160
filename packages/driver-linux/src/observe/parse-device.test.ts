import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, test } from 'vitest'
import { readFixture } from '../../test/support/fixtures.js'
import { endpointsInUapiGet, parseUapiGet } from './parse-uapi-get.js'
import { parseWgDump } from './parse-wg-dump.js'
import { createValueParsers, parseObservedEndpoint } from './value-parsers.js'

const uapi = (readFixture('ordinary-userspace', 'uapi-get.txt') ?? '').split('\n')
const dump = readFixture('ordinary-kernel', 'wg-dump.txt') ?? ''

test('the socket and wg say the same of the same host', () => {
  const [fromSocket, fromWg] = [parseUapiGet(uapi), parseWgDump(dump)]
  expect(E.isRight(fromSocket) && new Map([...fromSocket.right.peers].sort())).toEqual(
    E.isRight(fromWg) && new Map([...fromWg.right.peers].sort()),
  )
})

test('newer keys of the socket are passed over', () => {
  expect(parseUapiGet(['brand_new=1', ...uapi, 'another=2'])).toEqual(parseUapiGet(uapi))
})

test('endpoints are handed back as they were written', () => {
  const lines = ['public_key=aa', 'endpoint=[fe80::1%eth0]:5', 'public_key=bb', 'public_key=cc', 'endpoint=192.0.2.1:6']
  expect(endpointsInUapiGet(lines)).toEqual([
    { publicKeyHex: 'aa', endpoint: '[fe80::1%eth0]:5' },
    { publicKeyHex: 'cc', endpoint: '192.0.2.1:6' },
  ])
})

test.each([
  ['192.0.2.1:5', '192.0.2.1:5'],
  ['[2001:db8::1]:5', '[2001:db8::1]:5'],
  ['[fe80::1%eth0]:5', '[fe80::1]:5'],
  ['[::ffff:192.0.2.1]:5', '192.0.2.1:5'],
  ['host.example:5', undefined],
  ['192.0.2.1:0', undefined],
])('endpoint %s is %s', (printed, endpoint) => {
  expect(parseObservedEndpoint(printed)).toBe(endpoint)
})

describe('an answer that can not be right names the place', () => {
  const replacing = (from: RegExp, to: string) => parseUapiGet(uapi.map((line) => line.replace(from, to)))
  test.each([
    ['no key=value', /^listen_port=.*/, 'listen_port', 'line 2 is not of the form key=value'],
    ['a port that is none', /^listen_port=.*/, 'listen_port=65536', 'listen_port is no port'],
    ['half a private key', /^(private_key=.{30}).*/, '$1', 'private_key is no key'],
    ['half a public key', /^(public_key=.{30}).*/, '$1', "the peer in line 3: the public key can't be read"],
    [
      'a range that is none',
      /^allowed_ip=.*/,
      'allowed_ip=10.0.0.1/8',
      "the peer in line 3: the list of allowed IPs can't be read",
    ],
    ['negative counters', /^rx_bytes=.*/, 'rx_bytes=-1', "the peer in line 3: the byte counters can't be read"],
    [
      'a time beyond all times',
      /^(last_handshake_time_sec)=.*/,
      '$1=9999999999999999',
      "the peer in line 3: the handshake's time can't be read",
    ],
    [
      'a long keepalive',
      /^(persistent_keepalive_interval)=.*/,
      '$1=65536',
      "the peer in line 3: the keepalive can't be read",
    ],
  ])('%s', (_, from, to, reason) => {
    expect(replacing(from, to)).toEqual(E.left({ reason }))
  })

  test.each([
    ['nothing at all', '', 'line 1 has not 4 columns'],
    ['a line too short', `${dump}abc\tdef\n`, 'line 5 has not 8 columns'],
    ['an empty line', `${dump}\n`, 'line 5 has not 8 columns'],
  ])('%s of wg', (_, text, reason) => {
    expect(parseWgDump(text)).toEqual(E.left({ reason }))
  })
})

test('what was parsed once is remembered for one more observation', () => {
  const parsers = createValueParsers()
  const texts = ['10.0.0.0/8', 'not a prefix']
  for (let observation = 0; observation < 3; observation++) {
    parsers.nextObservation()
    expect(texts.map(parsers.prefix)).toEqual(['10.0.0.0/8', undefined])
  }
})
