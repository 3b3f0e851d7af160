import {
  type EnrollmentChallengeState,
  type EnrollmentToken,
  enrollmentAnswerCodec,
  enrollmentChallengeCodec,
  enrollmentKeyId,
  enrollmentProofCodec,
  enrollmentRequestCodec,
  epochMs,
  generateEnrollmentSecret,
  hostName,
  identityKeyFromBytes,
  issueEnrollmentChallenge,
  serverFingerprint,
  signEnrollmentAnswer,
  verifyEnrollmentProof,
} from '@meshfold/core'
import { sampleCreateMesh, sampleRegisterHost, sampleTime } from '@meshfold/core/testing'
import * as E from 'fp-ts/lib/Either.js'
import { expect, test } from 'vitest'
import { nodeCrypto as crypto } from '../../../transport-ws/src/node-crypto.js'
import { sampleKeys } from '../../test/support/sample-world.js'
import { enrollHost, type HttpFailure, type PostJson } from './enroll-host.js'

const { meshId } = sampleCreateMesh()
const lost: E.Either<HttpFailure, never> = E.left({ code: 'server-unreachable', reason: 'connection reset' })
const busy: E.Either<HttpFailure, never> = E.left({ code: 'server-refused', status: 429, refusal: 'busy', message: '' })

/** The server's side of enrolment, and how often a proof convinced it. */
class Desk {
  readonly identity = crypto.generateEd25519()
  readonly secret = generateEnrollmentSecret(crypto)
  readonly enrolled = new Map<string, string>()
  readonly claims: string[] = []
  #challenge: EnrollmentChallengeState | undefined

  get identityKey() {
    const key = identityKeyFromBytes(this.identity.publicKey)
    if (E.isLeft(key)) throw new TypeError(key.left.reason)
    return key.right
  }

  get token(): EnrollmentToken {
    const fingerprint = serverFingerprint(crypto, this.identity.publicKey)
    return { keyId: enrollmentKeyId('key-1'), secret: this.secret, serverFingerprint: fingerprint }
  }

  readonly post: PostJson = async (path, body) => {
    if (path === '/api/v1/enrollment/challenge') return E.right(this.#answerRequest(body))
    if (path === '/api/v1/enrollment/proof') return this.#answerProof(body)
    throw new TypeError(path)
  }

  #answerRequest(body: unknown): unknown {
    const request = enrollmentRequestCodec.decode(wire(body))
    if (E.isLeft(request)) throw new TypeError('no request')
    this.#challenge = issueEnrollmentChallenge(crypto, {
      request: request.right,
      meshId,
      serverIdentity: this.identity,
      serverIdentityKey: this.identityKey,
      expiresAtEpochMs: epochMs(sampleTime + 60_000),
    })
    return wire(enrollmentChallengeCodec.encode(this.#challenge.challenge))
  }

  #answerProof(body: unknown): E.Either<HttpFailure, unknown> {
    const proof = enrollmentProofCodec.decode(wire(body))
    if (E.isLeft(proof)) throw new TypeError('no proof')
    const verified = verifyEnrollmentProof(crypto, this.#challenge, proof.right, sampleTime)
    if (E.isLeft(verified)) return refused(403, verified.left.code)
    if (verified.right.secret !== this.secret) return refused(403, 'enrollment-key-invalid')
    const { wireguardKey, claims } = proof.right
    const hostId = this.enrolled.get(wireguardKey) ?? `host-${this.enrolled.size + 1}`
    this.enrolled.set(wireguardKey, hostId)
    this.claims.push(claims)
    const answer = { meshId, hostId, serverIdentityKey: this.identityKey, epoch: 1, agentUrlPath: '/api/v1/agent' }
    const signed = signEnrollmentAnswer(crypto, this.identity.privateKey, proof.right, JSON.stringify(answer))
    return E.right(wire(enrollmentAnswerCodec.encode(signed)))
  }
}

const refused = (status: number, refusal: string): E.Either<HttpFailure, never> =>
  E.left({ code: 'server-refused', status, refusal, message: refusal })

/** As it is after a journey as JSON. */
const wire = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

const claims = {
  ...{ name: hostName('machine-1'), system: sampleRegisterHost().system, listenPort: 51_821, mtuBytes: null },
  ...{ endpoints: [], localPrefixes: [], capabilities: [] },
}

const enrollAt = (desk: Desk, options: { readonly post?: PostJson; readonly token?: EnrollmentToken } = {}) =>
  enrollHost({
    crypto,
    post: options.post ?? desk.post,
    token: options.token ?? desk.token,
    keys: sampleKeys(),
    claims,
    wait: async () => {},
  })

test('both keys are proven, the claims arrive, and the answer is the one that was signed', async () => {
  const desk = new Desk()
  const enrolled = await enrollAt(desk)
  expect(enrolled).toEqual(
    E.right({ meshId, hostId: 'host-1', serverIdentityKey: desk.identityKey, epoch: 1, agentUrlPath: '/api/v1/agent' }),
  )
  expect(desk.claims).toEqual([JSON.stringify(claims)])
})

test('a lost answer is asked for again, and leads to the same host', async () => {
  const desk = new Desk()
  let losses = 2
  const post: PostJson = async (path, body) => {
    const answer = await desk.post(path, body)
    if (!path.endsWith('/proof') || losses === 0) return answer
    losses--
    return lost
  }
  expect(await enrollAt(desk, { post })).toMatchObject(E.right({ hostId: 'host-1' }))
  expect(desk.enrolled.size).toBe(1)
})

test('a busy server is tried again, one that is not there is not', async () => {
  const desk = new Desk()
  let calls = 0
  const post: PostJson = async (path, body) => (++calls === 1 ? busy : desk.post(path, body))
  expect(E.isRight(await enrollAt(desk, { post }))).toBe(true)
  calls = 0
  const absent: PostJson = async () => {
    calls++
    return lost
  }
  expect(await enrollAt(desk, { post: absent })).toEqual(lost)
  expect(calls).toBe(1)
})

test("a server whose key the token doesn't pin never sees the secret", async () => {
  const [desk, other] = [new Desk(), new Desk()]
  let proofs = 0
  const post: PostJson = (path, body) => {
    if (path.endsWith('/proof')) proofs++
    return other.post(path, body)
  }
  expect(await enrollAt(desk, { post })).toEqual(E.left({ code: 'server-key-not-pinned' }))
  expect(proofs).toBe(0)
})

test('what is changed on the way is not believed', async () => {
  const desk = new Desk()
  const meddle =
    (end: string, change: (answer: Record<string, unknown>) => unknown): PostJson =>
    async (path, body) => {
      const answer = await desk.post(path, body)
      if (E.isLeft(answer) || !path.endsWith(end)) return answer
      return E.right(change(answer.right as Record<string, unknown>))
    }
  const code = async (post: PostJson) => {
    const outcome = await enrollAt(desk, { post })
    return E.isLeft(outcome) ? outcome.left.code : 'enrolled'
  }
  const inBody = ({ body, ...rest }: Record<string, unknown>) => ({ ...rest, body: `${String(body)} ` })
  expect(await code(meddle('/challenge', (a) => ({ ...a, meshId: 'mesh-2' })))).toBe('challenge-signature-invalid')
  expect(await code(meddle('/proof', inBody))).toBe('answer-signature-invalid')
  expect(await code(meddle('/challenge', () => ({})))).toBe('server-answer-unreadable')
  expect(await code(meddle('/proof', () => 'nonsense'))).toBe('server-answer-unreadable')
})

test("the server's refusal comes through as it is", async () => {
  const desk = new Desk()
  const token = { ...desk.token, secret: generateEnrollmentSecret(crypto) }
  expect(await enrollAt(desk, { token })).toEqual(refused(403, 'enrollment-key-invalid'))
})
