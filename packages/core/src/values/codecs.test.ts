import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { describe, expect, test } from 'vitest'
import * as arbitrary from '../testing/arbitraries/values.js'
import * as codecs from './codecs.js'

const key = 'hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo='
const idReason = "an id has 1 to 64 of the characters A-Z, a-z, 0-9, '_' and '-'"

interface Case {
  readonly name: string
  readonly codec: t.Type<unknown, unknown>
  readonly values: fc.Arbitrary<unknown>
  readonly refused: unknown
  readonly message: string
}

function kase<A>(
  name: string,
  codec: t.Type<A, unknown>,
  values: fc.Arbitrary<A>,
  refused: unknown,
  message: string,
): Case {
  return { name, codec: codec as t.Type<unknown, unknown>, values, refused, message }
}

const cases: readonly Case[] = [
  kase('IpAddress', codecs.ipAddressCodec, arbitrary.arbitraryIpAddress, 'fe80::1%eth0', 'zone id'),
  kase('IpPrefix', codecs.ipPrefixCodec, arbitrary.arbitraryIpPrefix, '10.0.0.1/8', 'the range is 10.0.0.0/8'),
  kase(
    'InterfaceAddress',
    codecs.interfaceAddressCodec,
    arbitrary.arbitraryInterfaceAddress,
    '10.0.0.1',
    'prefix length is missing',
  ),
  kase('UdpEndpoint', codecs.udpEndpointCodec, arbitrary.arbitraryUdpEndpoint, '10.0.0.1:0', 'is not a port'),
  kase('WireguardPublicKey', codecs.wireguardPublicKeyCodec, arbitrary.arbitraryWireguardPublicKey, ` ${key}`, '44'),
  kase('IdentityPublicKey', codecs.identityPublicKeyCodec, arbitrary.arbitraryIdentityPublicKey, ` ${key}`, '44'),
  kase('MeshId', codecs.meshIdCodec, arbitrary.arbitraryMeshId, 'a b', idReason),
  kase('NetworkId', codecs.networkIdCodec, arbitrary.arbitraryNetworkId, '', idReason),
  kase('HostId', codecs.hostIdCodec, arbitrary.arbitraryHostId, 'ä', idReason),
  kase('NodeId', codecs.nodeIdCodec, arbitrary.arbitraryNodeId, 'a\n', idReason),
  kase('EnrollmentKeyId', codecs.enrollmentKeyIdCodec, arbitrary.arbitraryEnrollmentKeyId, 'a/b', idReason),
  kase('CommandId', codecs.commandIdCodec, arbitrary.arbitraryCommandId, '../a', idReason),
  kase('EventId', codecs.eventIdCodec, arbitrary.arbitraryEventId, 'x'.repeat(65), idReason),
  kase('NetworkName', codecs.networkNameCodec, arbitrary.arbitraryNetworkName, 'Office', '1 to 32'),
  kase('HostName', codecs.hostNameCodec, arbitrary.arbitraryHostName, 'web.example', '1 to 63'),
  kase('EpochMs', codecs.epochMsCodec, arbitrary.arbitraryEpochMs, -1, 'a whole number of milliseconds'),
]

const messageOf = (decoded: t.Validation<unknown>) => (E.isLeft(decoded) ? decoded.left.map((e) => e.message) : [])

describe.each(cases)('$name', ({ name, codec, values, refused, message }) => {
  test('bears its name, which errors show', () => expect(codec.name).toBe(name))

  test('decodes every value to itself, encodes it to itself and recognises it', () => {
    fc.assert(
      fc.property(values, (value) => {
        expect(codec.decode(value)).toEqual(E.right(value))
        expect(codec.encode(value)).toBe(value)
        expect(codec.is(value)).toBe(true)
      }),
    )
  })

  test('refuses with the reason as the message', () => {
    expect(messageOf(codec.decode(refused))).toEqual([expect.stringContaining(message)])
    expect(codec.is(refused)).toBe(false)
  })

  test('recognises exactly what it decodes, a character away from a value too', () => {
    const near = fc
      .tuple(
        values.map(String),
        fc.nat(),
        fc.constantFrom('', '0', '1', '9', '.', ':', '-', '=', 'A', 'f', '[', '\u0660'),
      )
      .map(
        ([text, at, other]) => text.slice(0, at % (text.length + 1)) + other + text.slice((at % (text.length + 1)) + 1),
      )
    fc.assert(
      fc.property(fc.oneof(near, fc.string(), fc.anything()), (u) => {
        expect(codec.is(u)).toBe(E.isRight(codec.decode(u)))
      }),
    )
  })

  test.each([undefined, null, true, {}, [], ['a'], Symbol('a'), () => 'a'])('refuses %s', (u) => {
    expect(messageOf(codec.decode(u))).toEqual([expect.stringMatching(/^not a (string|number)$/)])
    expect(codec.is(u)).toBe(false)
  })
})

test.each([
  [codecs.ipAddressCodec, '2001:DB8::1', '2001:db8::1'],
  [codecs.ipPrefixCodec, '2001:db8:0::/48', '2001:db8::/48'],
  [codecs.interfaceAddressCodec, 'FD00::1/64', 'fd00::1/64'],
  [codecs.udpEndpointCodec, '[::0]:1', '[::]:1'],
])('$name refuses another spelling and names the canonical form', (codec, spelling, canonical) => {
  expect(messageOf(codec.decode(spelling))).toEqual([`not in canonical form, which is ${canonical}`])
  expect(codec.is(spelling)).toBe(false)
  expect(codec.decode(canonical)).toEqual(E.right(canonical))
})
