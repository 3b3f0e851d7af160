import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, test } from 'vitest'
import { nodeCrypto } from '../../test/real-crypto.js'
import type { KeyPair } from '../ports/crypto.js'
import {
  enrollmentKeyId,
  epochMs,
  type IdentityPublicKey,
  identityKeyFromBytes,
  meshId,
  wireguardKeyFromBytes,
} from '../values/index.js'
import {
  type EnrollmentChallenge,
  type EnrollmentProof,
  type EnrollmentRequest,
  enrollmentAnswerBodyCodec,
  enrollmentAnswerCodec,
  enrollmentChallengeCodec,
  enrollmentProofCodec,
  enrollmentRequestCodec,
} from './enrollment-messages.js'
import {
  createEnrollmentRequest,
  issueEnrollmentChallenge,
  proveEnrollment,
  signEnrollmentAnswer,
  verifyEnrollmentAnswer,
  verifyEnrollmentProof,
} from './enrollment-proof.js'
import { generateEnrollmentSecret, serverFingerprint } from './enrollment-token.js'

const now = 1_700_000_000_000
const server = makeIdentity()
const host = { ...makeIdentity(), wireguard: nodeCrypto.generateX25519() }
const token = makeToken(server.pair)
const request = makeRequest(host)

describe('enrolment', () => {
  test('an honest host hands over its secret and believes the answer', () => {
    const state = makeChallenge()
    const proof = prove(state.challenge)
    expect(verifyEnrollmentProof(nodeCrypto, state, proof, now)).toEqual(E.right({ secret: token.secret }))
    const answer = signEnrollmentAnswer(nodeCrypto, server.pair.privateKey, proof, '{"welcome":true}')
    expect(verifyEnrollmentAnswer(nodeCrypto, server.key, proof, answer)).toEqual(E.right('{"welcome":true}'))
  })

  test('every message survives the wire', () => {
    const state = makeChallenge()
    const proof = prove(state.challenge)
    const answer = signEnrollmentAnswer(nodeCrypto, server.pair.privateKey, proof, '{}')
    const throughJson = (json: unknown): unknown => JSON.parse(JSON.stringify(json))
    expect(enrollmentRequestCodec.decode(throughJson(enrollmentRequestCodec.encode(request)))).toEqual(E.right(request))
    expect(enrollmentChallengeCodec.decode(throughJson(enrollmentChallengeCodec.encode(state.challenge)))).toEqual(
      E.right(state.challenge),
    )
    expect(enrollmentProofCodec.decode(throughJson(enrollmentProofCodec.encode(proof)))).toEqual(E.right(proof))
    expect(enrollmentAnswerCodec.decode(throughJson(enrollmentAnswerCodec.encode(answer)))).toEqual(E.right(answer))
    expect(JSON.stringify(enrollmentProofCodec.encode(proof))).not.toContain(token.secret)
  })

  test('the secret is nowhere in what the host sends, and sealed anew each time', () => {
    const { challenge } = makeChallenge()
    const [first, second] = [prove(challenge), prove(challenge)]
    expect(first.sealedSecret).not.toEqual(second.sealedSecret)
    expect(first.hostEphemeralKey).not.toEqual(second.hostEphemeralKey)
  })
})

describe('a host refuses', () => {
  test('a server whose key its token does not pin', () => {
    const other = makeIdentity()
    expect(tryProve(makeChallenge({ server: other }).challenge)).toEqual(E.left({ code: 'server-key-not-pinned' }))
  })

  test.each<[string, (challenge: EnrollmentChallenge) => EnrollmentChallenge]>([
    ['mesh', (challenge) => ({ ...challenge, meshId: meshId('another-mesh') })],
    ['challenge key', (challenge) => ({ ...challenge, challengeKey: nodeCrypto.generateX25519().publicKey })],
    ['nonce', (challenge) => ({ ...challenge, nonce: nodeCrypto.randomBytes(16) })],
    ['expiry', (challenge) => ({ ...challenge, expiresAtEpochMs: epochMs(now + 2) })],
    ['signature', (challenge) => ({ ...challenge, signature: flipped(challenge.signature) })],
  ])('a challenge with another %s than was signed', (_, change) => {
    expect(tryProve(change(makeChallenge().challenge))).toEqual(E.left({ code: 'challenge-signature-invalid' }))
  })

  test("a challenge signed for another host, or for this host's earlier request", () => {
    const elsewhere = makeRequest({ ...host, ...makeIdentity() })
    const earlier = makeRequest(host)
    for (const asked of [elsewhere, earlier]) {
      const { challenge } = makeChallenge({ request: asked })
      expect(tryProve(challenge)).toEqual(E.left({ code: 'challenge-signature-invalid' }))
    }
  })

  test('a key of low order, even signed', () => {
    const crypto = { ...nodeCrypto, generateX25519: () => ({ ...host.wireguard, publicKey: new Uint8Array(32) }) }
    const { challenge } = issueEnrollmentChallenge(crypto, challengeOptions({}))
    expect(tryProve(challenge)).toEqual(E.left({ code: 'challenge-key-unusable' }))
  })

  test('an answer that is not the server’s, or was given to another proof', () => {
    const { challenge } = makeChallenge()
    const proof = prove(challenge)
    const answer = signEnrollmentAnswer(nodeCrypto, server.pair.privateKey, proof, '{}')
    const refused = E.left({ code: 'answer-signature-invalid' })
    expect(verifyEnrollmentAnswer(nodeCrypto, makeIdentity().key, proof, answer)).toEqual(refused)
    expect(verifyEnrollmentAnswer(nodeCrypto, server.key, proof, { ...answer, body: '[]' })).toEqual(refused)
    expect(verifyEnrollmentAnswer(nodeCrypto, server.key, prove(makeChallenge().challenge), answer)).toEqual(refused)
  })
})

describe('a server refuses', () => {
  test('a challenge that it does not know or that is over', () => {
    const state = makeChallenge()
    const proof = prove(state.challenge)
    const unknown = E.left({ code: 'challenge-unknown' })
    expect(verifyEnrollmentProof(nodeCrypto, undefined, proof, now)).toEqual(unknown)
    expect(verifyEnrollmentProof(nodeCrypto, makeChallenge(), proof, now)).toEqual(unknown)
    expect(verifyEnrollmentProof(nodeCrypto, state, proof, now + 1)).toEqual(E.left({ code: 'challenge-expired' }))
  })

  test('a WireGuard key whose private half the host does not hold', () => {
    const state = makeChallenge()
    const proof = prove(state.challenge, { wireguardPrivateKey: nodeCrypto.generateX25519().privateKey })
    expect(verifyEnrollmentProof(nodeCrypto, state, proof, now)).toEqual(E.left({ code: 'wireguard-key-not-proven' }))
  })

  test('an identity key whose private half the host does not hold', () => {
    const state = makeChallenge()
    const proof = prove(state.challenge, { identityPrivateKey: makeIdentity().pair.privateKey })
    expect(verifyEnrollmentProof(nodeCrypto, state, proof, now)).toEqual(E.left({ code: 'identity-key-not-proven' }))
  })

  test.each<[string, string, (proof: EnrollmentProof) => EnrollmentProof]>([
    ['claims', 'wireguard-key-not-proven', (proof) => ({ ...proof, claims: '{"name":"other"}' })],
    ['sealed secret', 'wireguard-key-not-proven', (proof) => ({ ...proof, sealedSecret: flipped(proof.sealedSecret) })],
    ['ephemeral key', 'wireguard-key-not-proven', (proof) => ({ ...proof, hostEphemeralKey: new Uint8Array(32) })],
    ['MAC', 'wireguard-key-not-proven', (proof) => ({ ...proof, mac: flipped(proof.mac) })],
    ['WireGuard key', 'wireguard-key-not-proven', (proof) => ({ ...proof, wireguardKey: otherWireguardKey() })],
    ['signature', 'identity-key-not-proven', (proof) => ({ ...proof, signature: flipped(proof.signature) })],
    ['identity key', 'identity-key-not-proven', (proof) => ({ ...proof, identityKey: makeIdentity().key })],
  ])('another %s than was proven: %s', (_, code, change) => {
    const state = makeChallenge()
    const changed = change(prove(state.challenge))
    expect(verifyEnrollmentProof(nodeCrypto, state, changed, now)).toEqual(E.left({ code }))
  })

  test('a secret sealed for nobody', () => {
    const state = makeChallenge()
    const sealedElsewhere = { ...nodeCrypto, seal: () => new Uint8Array(60) }
    const proof = prove(state.challenge, {}, sealedElsewhere)
    expect(verifyEnrollmentProof(nodeCrypto, state, proof, now)).toEqual(E.left({ code: 'secret-unreadable' }))
  })
})

test('an answer body with a path that leads elsewhere is refused', () => {
  const body = { meshId: 'm', hostId: 'h', serverIdentityKey: server.key, epoch: 0, agentUrlPath: '/agent' }
  expect(enrollmentAnswerBodyCodec.is(body)).toBe(true)
  for (const agentUrlPath of [
    'agent',
    'https://elsewhere.example',
    '//elsewhere.example',
    '/a b',
    `/${'a'.repeat(300)}`,
  ]) {
    expect(E.isLeft(enrollmentAnswerBodyCodec.decode({ ...body, agentUrlPath }))).toBe(true)
  }
  expect(E.isLeft(enrollmentAnswerBodyCodec.decode({ ...body, epoch: -1 }))).toBe(true)
})

function makeIdentity(): { readonly pair: KeyPair; readonly key: IdentityPublicKey } {
  const pair = nodeCrypto.generateEd25519()
  return { pair, key: right(identityKeyFromBytes(pair.publicKey)) }
}

function makeToken(identity: KeyPair) {
  return {
    keyId: enrollmentKeyId('key-1'),
    secret: generateEnrollmentSecret(nodeCrypto),
    serverFingerprint: serverFingerprint(nodeCrypto, identity.publicKey),
  }
}

function makeRequest(of: typeof host): EnrollmentRequest {
  const wireguardKey = right(wireguardKeyFromBytes(of.wireguard.publicKey))
  return createEnrollmentRequest(nodeCrypto, { keyId: token.keyId, wireguardKey, identityKey: of.key })
}

function otherWireguardKey() {
  return right(wireguardKeyFromBytes(nodeCrypto.generateX25519().publicKey))
}

type ChallengeParts = { readonly server?: typeof server; readonly request?: EnrollmentRequest }

function challengeOptions(parts: ChallengeParts) {
  return {
    request: parts.request ?? request,
    meshId: meshId('mesh-1'),
    serverIdentity: (parts.server ?? server).pair,
    serverIdentityKey: (parts.server ?? server).key,
    expiresAtEpochMs: epochMs(now + 1),
  }
}

function makeChallenge(parts: ChallengeParts = {}) {
  return issueEnrollmentChallenge(nodeCrypto, challengeOptions(parts))
}

function tryProve(
  challenge: EnrollmentChallenge,
  instead: { readonly wireguardPrivateKey?: Uint8Array; readonly identityPrivateKey?: Uint8Array } = {},
  crypto = nodeCrypto,
) {
  return proveEnrollment(crypto, {
    token,
    request,
    challenge,
    wireguardPrivateKey: instead.wireguardPrivateKey ?? host.wireguard.privateKey,
    identityPrivateKey: instead.identityPrivateKey ?? host.pair.privateKey,
    claims: '{"name":"laptop"}',
  })
}

function prove(...args: Parameters<typeof tryProve>): EnrollmentProof {
  return right(tryProve(...args))
}

function flipped(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte, at) => (at === bytes.length - 1 ? byte ^ 1 : byte))
}

function right<A>(either: E.Either<unknown, A>): A {
  if (E.isLeft(either)) throw new Error(`unexpected: ${JSON.stringify(either.left)}`)
  return either.right
}
