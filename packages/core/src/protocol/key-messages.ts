/** What a host and its server say about the host's WireGuard key, inside a connection (A11). */
import * as t from 'io-ts'
import { checked, shortText } from '../mesh/event-parts.js'
import { type WireguardPublicKey, wireguardPublicKeyCodec } from '../values/index.js'
import type { KeyChallenge, KeyProof } from './key-proof.js'

/** From a server. */
export type KeyMessageOfServer =
  /** An administrator wants the host to have another key. Asked again before it has one: nothing more. */
  | { readonly type: 'rotate-key' }
  /** Answers `offer-key`; made anew for each. */
  | { readonly type: 'key-challenge'; readonly challenge: KeyChallenge }
  | KeyRefused

/** The host keeps the key that it has. */
export interface KeyRefused {
  readonly type: 'key-refused'
  readonly wireguardKey: WireguardPublicKey
  readonly code: string
  readonly message: string
  /** It won't be taken later either. */
  readonly isFinal: boolean
}

/**
 * From an agent. That a key was taken says the config: the host's own fragment names it. An agent that misses the answer offers the key
 * again, which costs nothing when it is the host's already.
 */
export type KeyMessageOfAgent =
  | { readonly type: 'offer-key'; readonly wireguardKey: WireguardPublicKey }
  | { readonly type: 'prove-key'; readonly proof: KeyProof }

/** The length says how many bytes, but for what the last character could hold too much: that the bytes' reader finds. */
const base64url = (name: string, length: number): t.Type<string, unknown> =>
  checked(
    name,
    (u): u is string => typeof u === 'string' && u.length === Math.ceil((length * 4) / 3) && /^[A-Za-z0-9_-]*$/.test(u),
  )

const nonceCodec = base64url('a nonce: 16 bytes of base64url', 16)

const challengeCodec = t.strict({
  wireguardKey: wireguardPublicKeyCodec,
  nonce: nonceCodec,
  challengeKey: base64url('a key: 32 bytes of base64url', 32),
})

const proofCodec = t.strict({
  wireguardKey: wireguardPublicKeyCodec,
  nonce: nonceCodec,
  mac: base64url('a MAC: 32 bytes of base64url', 32),
  signature: base64url('a signature: 64 bytes of base64url', 64),
})

/** By type. */
export const keyMessageOfServerCodecs: readonly (readonly [KeyMessageOfServer['type'], t.Any])[] = [
  ['rotate-key', t.strict({ type: t.literal('rotate-key') })],
  ['key-challenge', t.strict({ type: t.literal('key-challenge'), challenge: challengeCodec })],
  [
    'key-refused',
    t.strict({
      type: t.literal('key-refused'),
      wireguardKey: wireguardPublicKeyCodec,
      code: shortText(100),
      message: shortText(1000),
      isFinal: t.boolean,
    }),
  ],
]

/** By type. */
export const keyMessageOfAgentCodecs: readonly (readonly [KeyMessageOfAgent['type'], t.Any])[] = [
  ['offer-key', t.strict({ type: t.literal('offer-key'), wireguardKey: wireguardPublicKeyCodec })],
  ['prove-key', t.strict({ type: t.literal('prove-key'), proof: proofCodec })],
]
