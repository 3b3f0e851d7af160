/**
 * Joins a mesh, in two round trips. The same keys again are the same host, so whatever gets lost on the way, or in a crash, costs
 * another call and nothing else.
 */
import {
  type Crypto,
  createEnrollmentRequest,
  decodeWith,
  type EnrollmentAnswerBody,
  type EnrollmentAnswerError,
  type EnrollmentChallenge,
  type EnrollmentChallengeError,
  type EnrollmentProof,
  type EnrollmentToken,
  encodeHostClaims,
  enrollmentAnswerBodyCodec,
  enrollmentAnswerCodec,
  enrollmentChallengeCodec,
  enrollmentProofCodec,
  enrollmentRequestCodec,
  type HostClaims,
  proveEnrollment,
  verifyEnrollmentAnswer,
} from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import type { HostKeys } from './host-keys.js'

/** Posts JSON to a path of one server and gives back the JSON of a successful answer. */
export type PostJson = (path: string, body: unknown) => Promise<E.Either<HttpFailure, unknown>>

export type HttpFailure =
  /** No answer: nothing listens, no way there, a certificate that isn't trusted, or the answer got lost. */
  | { readonly code: 'server-unreachable'; readonly reason: string }
  /** The server's own words. */
  | { readonly code: 'server-refused'; readonly status: number; readonly refusal: string; readonly message: string }
  /** Whoever answered is no Meshfold server, or a newer one. */
  | { readonly code: 'server-answer-unreadable'; readonly reason: string }

export type EnrollHostError =
  | HttpFailure
  | EnrollmentChallengeError
  | EnrollmentAnswerError
  /** Signed by the server, but about another mesh or key than its challenge. */
  | { readonly code: 'answer-contradicts-challenge' }

export interface EnrollHostOptions {
  readonly crypto: Crypto
  readonly post: PostJson
  readonly token: EnrollmentToken
  readonly keys: HostKeys
  readonly claims: HostClaims
  readonly wait: (ms: number) => Promise<void>
}

const CHALLENGE_PATH = '/api/v1/enrollment/challenge'
const PROOF_PATH = '/api/v1/enrollment/proof'
const ATTEMPTS = 4
const FIRST_WAIT_MS = 500

/** Enrols, trying again where the server was busy or an answer to the proof got lost. */
export async function enrollHost(options: EnrollHostOptions): Promise<E.Either<EnrollHostError, EnrollmentAnswerBody>> {
  for (let attempt = 1; ; attempt++) {
    const { outcome, mayTryAgain } = await attemptOnce(options)
    if (E.isRight(outcome) || !mayTryAgain || attempt === ATTEMPTS) return outcome
    await options.wait(FIRST_WAIT_MS * 2 ** (attempt - 1))
  }
}

interface Attempt {
  readonly outcome: E.Either<EnrollHostError, EnrollmentAnswerBody>
  readonly mayTryAgain: boolean
}

async function attemptOnce(options: EnrollHostOptions): Promise<Attempt> {
  const { crypto, post, keys, token, claims } = options
  const { wireguardKey, identityKey } = keys
  const request = createEnrollmentRequest(crypto, { keyId: token.keyId, wireguardKey, identityKey })
  const challenged = await post(CHALLENGE_PATH, enrollmentRequestCodec.encode(request))
  if (E.isLeft(challenged)) return { outcome: challenged, mayTryAgain: isBusy(challenged.left) }
  const challenge = decodeAnswer(enrollmentChallengeCodec, challenged.right)
  if (E.isLeft(challenge)) return failed(challenge)
  const { wireguardPrivateKey, identityPrivateKey } = keys
  const proof = proveEnrollment(crypto, {
    token,
    request,
    challenge: challenge.right,
    wireguardPrivateKey,
    identityPrivateKey,
    claims: encodeHostClaims(claims),
  })
  if (E.isLeft(proof)) return failed(proof)
  const answered = await post(PROOF_PATH, enrollmentProofCodec.encode(proof.right))
  if (E.isLeft(answered)) {
    return { outcome: answered, mayTryAgain: isBusy(answered.left) || isForgotten(answered.left) }
  }
  return failed(readAnswer(crypto, challenge.right, proof.right, answered.right))
}

const failed = (outcome: Attempt['outcome']): Attempt => ({ outcome, mayTryAgain: false })

function readAnswer(
  crypto: Crypto,
  challenge: EnrollmentChallenge,
  proof: EnrollmentProof,
  answered: unknown,
): E.Either<EnrollHostError, EnrollmentAnswerBody> {
  const answer = decodeAnswer(enrollmentAnswerCodec, answered)
  if (E.isLeft(answer)) return answer
  const text = verifyEnrollmentAnswer(crypto, challenge.serverIdentityKey, proof, answer.right)
  if (E.isLeft(text)) return text
  const body = decodeAnswer(enrollmentAnswerBodyCodec, parseJson(text.right))
  if (E.isLeft(body)) return body
  const { meshId, serverIdentityKey } = body.right
  const fits = meshId === challenge.meshId && serverIdentityKey === challenge.serverIdentityKey
  return fits ? body : E.left({ code: 'answer-contradicts-challenge' })
}

/** A server that is starting, stopping or flooded may take the same request in a moment. */
const isBusy = (failure: HttpFailure): boolean =>
  failure.code === 'server-refused' && [429, 502, 503, 504].includes(failure.status)

/** The proof may have been taken although no answer came; or the server forgot its challenge. A new challenge tells. */
const isForgotten = (failure: HttpFailure): boolean =>
  failure.code === 'server-unreachable' ||
  (failure.code === 'server-refused' && ['challenge-unknown', 'challenge-expired'].includes(failure.refusal))

function decodeAnswer<A>(codec: Parameters<typeof decodeWith<A>>[0], answer: unknown): E.Either<EnrollHostError, A> {
  const decoded = decodeWith(codec, answer)
  return E.isRight(decoded) ? decoded : E.left({ code: 'server-answer-unreadable', reason: decoded.left.message })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
