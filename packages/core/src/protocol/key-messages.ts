/** What a host and its server say about the host's WireGuard key, inside a connection (A11). */

import * as t from 'io-ts'
import { shortText } from '../mesh/event-parts.js'
import { type WireguardPublicKey, wireguardPublicKeyCodec } from '../values/index.js'
import { base64UrlText } from './bytes.js'
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

const nonceCodec = base64UrlText('a nonce', 16)

const challengeCodec = t.strict({
  wireguardKey: wireguardPublicKeyCodec,
  nonce: nonceCodec,
  challengeKey: base64UrlText('a key', 32),
})

const proofCodec = t.strict({
  wireguardKey: wireguardPublicKeyCodec,
  nonce: nonceCodec,
  mac: base64UrlText('a MAC', 32),
  signature: base64UrlText('a signature', 64),
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
