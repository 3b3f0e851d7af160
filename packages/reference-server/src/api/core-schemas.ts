/** What core's codecs accept. They are made by hand, for good messages, and so have no structure that could be walked. */
import {
  clientIdCodec,
  commandIdCodec,
  enrollmentKeyIdCodec,
  epochMsCodec,
  eventIdCodec,
  hostIdCodec,
  hostNameCodec,
  identityPublicKeyCodec,
  ipAddressCodec,
  ipPrefixCodec,
  ipv4AddressCodec,
  ipv6AddressCodec,
  meshCommandCodec,
  meshIdCodec,
  networkIdCodec,
  networkNameCodec,
  nodeIdCodec,
  policyTestIdCodec,
  tagNameCodec,
  udpEndpointCodec,
  userIdCodec,
  wireguardPublicKeyCodec,
} from '@meshfold/core'
import type * as t from 'io-ts'
import { commandsSchema } from './command-schemas.js'

type Schema = Readonly<Record<string, unknown>>

const id = (what: string): Schema => ({
  type: 'string',
  pattern: '^[A-Za-z0-9_-]{1,64}$',
  description: `Id of ${what}`,
})
const key = (description: string): Schema => ({ type: 'string', minLength: 44, maxLength: 44, description })
const bytes = (length: number): Schema => ({
  type: 'string',
  minLength: Math.ceil((length * 4) / 3),
  maxLength: Math.ceil((length * 4) / 3),
  pattern: '^[A-Za-z0-9_-]*$',
  description: `${length} bytes as base64url`,
})

const byCodec: ReadonlyMap<t.Mixed, Schema> = new Map<t.Mixed, Schema>([
  [clientIdCodec, id('a client')],
  [userIdCodec, id('a user')],
  [commandIdCodec, id('a command')],
  [enrollmentKeyIdCodec, id('an enrolment key')],
  [eventIdCodec, id('an event')],
  [hostIdCodec, id('a host')],
  [meshIdCodec, id('a mesh')],
  [networkIdCodec, id('a network')],
  [nodeIdCodec, id('a node')],
  [policyTestIdCodec, id('a policy test')],
  [epochMsCodec, { type: 'integer', minimum: 0, description: 'Milliseconds since 1970-01-01T00:00Z' }],
  [hostNameCodec, { type: 'string', pattern: '^(?!-)[a-z0-9-]{1,63}(?<!-)$', description: 'A DNS label' }],
  [networkNameCodec, { type: 'string', pattern: '^(?!-)[a-z0-9-]{1,32}(?<!-)$', description: 'A DNS label' }],
  [tagNameCodec, { type: 'string', pattern: '^(?![-.])[a-z0-9.-]{1,63}(?<![-.])$', description: 'A tag' }],
  [identityPublicKeyCodec, key('Ed25519 public key, base64')],
  [wireguardPublicKeyCodec, key('WireGuard public key, base64')],
  [ipAddressCodec, { type: 'string', description: 'IPv4 or IPv6 address' }],
  [ipPrefixCodec, { type: 'string', description: 'IPv4 or IPv6 range, such as 10.66.0.0/24' }],
  [ipv4AddressCodec, { type: 'string', format: 'ipv4' }],
  [ipv6AddressCodec, { type: 'string', format: 'ipv6' }],
  [udpEndpointCodec, { type: 'string', description: 'Such as 203.0.113.5:51821 or [2001:db8::1]:51821' }],
  [meshCommandCodec, commandsSchema()],
])

const byName: ReadonlyMap<string, Schema> = new Map<string, Schema>([
  ['EnrollmentNonce', bytes(16)],
  ['X25519PublicKey', bytes(32)],
  ['Ed25519Signature', bytes(64)],
  ['HmacSha256', bytes(32)],
  ['SealedSecret', bytes(60)],
  [
    'EnrollmentClaims',
    { type: 'string', maxLength: 65_536, description: 'What the host says of itself: JSON, as text' },
  ],
])

/** The schema of a codec from core; `undefined` for others. */
export const coreSchemaOf = (codec: t.Mixed): Schema | undefined =>
  byCodec.get(codec) ?? byName.get(codec.name) ?? fromName(codec.name)

/** Core names texts and numbers after their bounds. */
const fromName = (name: string): Schema | undefined => {
  const text = /^text of at most (\d+) characters$/.exec(name)
  if (text !== null) return { type: 'string', maxLength: Number(text[1]) }
  const whole = /^whole number from (-?\d+) to (-?\d+)$/.exec(name)
  if (whole !== null) return { type: 'integer', minimum: Number(whole[1]), maximum: Number(whole[2]) }
  return undefined
}
