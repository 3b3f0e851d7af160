import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, test } from 'vitest'
import { nodeCrypto } from '../../test/real-crypto.js'
import { hostId, identityKeyFromBytes, meshId, wireguardKeyFromBytes } from '../values/index.js'
import { issueKeyChallenge, type KeyProof, type ProvenKey, proveKey, verifyKeyProof } from './key-proof.js'

const right = <A>(either: E.Either<unknown, A>): A => {
  if (E.isRight(either)) return either.right
  throw new TypeError(JSON.stringify(either.left))
}
const identity = nodeCrypto.generateEd25519()
const identityKey = right(identityKeyFromBytes(identity.publicKey))
const wireguard = nodeCrypto.generateX25519()
const other = nodeCrypto.generateX25519()
const publicKey = (pair = wireguard) => right(wireguardKeyFromBytes(pair.publicKey))
const about: ProvenKey = { meshId: meshId('mesh-1'), hostId: hostId('host-1'), wireguardKey: publicKey() }

const held = { wireguardPrivateKey: wireguard.privateKey, identityPrivateKey: identity.privateKey }
const provenFor = (state = issueKeyChallenge(nodeCrypto, about), change: Partial<typeof held> = {}) =>
  right(proveKey(nodeCrypto, { about: state.about, challenge: state.challenge, ...held, ...change }))

test('A11 who holds the private key, and the identity, is believed', () => {
  const state = issueKeyChallenge(nodeCrypto, about)
  expect(verifyKeyProof(nodeCrypto, state, provenFor(state), identityKey)).toEqual(E.right(about))
})

describe('A11 a server does not believe', () => {
  const state = issueKeyChallenge(nodeCrypto, about)
  const verdict = (proof: KeyProof, of: typeof state | undefined = state) =>
    verifyKeyProof(nodeCrypto, of, proof, identityKey)
  const unproven = E.left({ code: 'wireguard-key-not-proven' })

  test('a proof made with another key, such as the old one', () => {
    expect(verdict(provenFor(state, { wireguardPrivateKey: other.privateKey }))).toEqual(unproven)
  })

  test('a proof signed by another identity', () => {
    const { privateKey } = nodeCrypto.generateEd25519()
    expect(verdict(provenFor(state, { identityPrivateKey: privateKey }))).toEqual(
      E.left({ code: 'identity-key-not-proven' }),
    )
  })

  test('an old proof again: its challenge is no more', () => {
    const old = provenFor(issueKeyChallenge(nodeCrypto, about))
    expect(verdict(old)).toEqual(E.left({ code: 'key-challenge-unknown' }))
    expect(verifyKeyProof(nodeCrypto, undefined, old, identityKey)).toEqual(E.left({ code: 'key-challenge-unknown' }))
    expect(verdict({ ...old, nonce: state.challenge.nonce })).toEqual(unproven)
  })

  test("a proof of the same key for another host, another mesh, or a key that wasn't asked for", () => {
    const of = (change: Partial<ProvenKey>) =>
      right(proveKey(nodeCrypto, { about: { ...about, ...change }, challenge: state.challenge, ...held }))
    expect(verdict(of({ hostId: hostId('host-2') }))).toEqual(unproven)
    expect(verdict(of({ meshId: meshId('mesh-2') }))).toEqual(unproven)
    expect(verdict(of({ wireguardKey: publicKey(other) }))).toEqual(E.left({ code: 'key-challenge-unknown' }))
  })

  test('texts that hold no bytes', () => {
    const proof = provenFor(state)
    expect(verdict({ ...proof, mac: '_'.repeat(43) })).toEqual(unproven)
    expect(verdict({ ...proof, mac: '' })).toEqual(unproven)
    expect(verdict({ ...proof, signature: '_'.repeat(86) })).toEqual(E.left({ code: 'identity-key-not-proven' }))
  })
})

test('A11 a host answers no challenge whose shared secret anybody would know', () => {
  const { challenge } = issueKeyChallenge(nodeCrypto, about)
  const zero = 'A'.repeat(43)
  expect(proveKey(nodeCrypto, { about, challenge: { ...challenge, challengeKey: zero }, ...held })).toEqual(
    E.left({ code: 'challenge-key-unusable' }),
  )
})
