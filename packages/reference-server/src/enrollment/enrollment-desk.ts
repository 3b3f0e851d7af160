/**
 * Where machines join: hands out challenges, checks proofs, and turns a machine that proved both its keys and showed an enrolment
 * key's secret into a host. What it remembers lives for a minute, in memory.
 */
import {
  type Clock,
  type CommandId,
  type Crypto,
  commandId,
  controlAddress6Of,
  decodeHostClaims,
  type EnrollmentAnswer,
  type EnrollmentAnswerBody,
  type EnrollmentChallenge,
  type EnrollmentChallengeState,
  type EnrollmentProof,
  type EnrollmentRequest,
  type EnrollmentSecret,
  encodeBase64,
  epochMs,
  hashEnrollmentSecret,
  type IdentityPublicKey,
  type IpAddress,
  issueEnrollmentChallenge,
  type KeyPair,
  largeMapGet,
  parseIpAddress,
  signEnrollmentAnswer,
  verifyEnrollmentProof,
} from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import type { FreshIds } from '../fresh-ids.js'
import { type ApiError, apiErrorOf } from '../http/api-error.js'
import type { UnstampedCommand } from '../mesh-service/command-answer.js'
import type { MeshService } from '../mesh-service/mesh-service.js'
import { ChallengeBook } from './challenge-book.js'
import { enrollmentError, meshNotReady } from './enrollment-errors.js'

export interface EnrollmentDeskOptions {
  readonly service: MeshService
  readonly crypto: Crypto
  readonly clock: Clock
  readonly ids: FreshIds
  readonly identity: KeyPair
  readonly identityKey: IdentityPublicKey
  /** Path of the agents' WebSocket on this server. */
  readonly agentUrlPath: string
}

/** How long a machine may take from challenge to proof. */
const CHALLENGE_LIFE_MS = 60_000
const WRONG_PROOFS_PER_CHALLENGE = 3

export class EnrollmentDesk {
  readonly #options: EnrollmentDeskOptions
  readonly #book = new ChallengeBook()

  constructor(options: EnrollmentDeskOptions) {
    this.#options = options
  }

  /** Step 1. `source`: where the machine calls from, so that one address can't fill the book. */
  challenge(request: EnrollmentRequest, source: string): E.Either<ApiError, EnrollmentChallenge> {
    const { crypto, clock, service, identity, identityKey } = this.#options
    const { mesh } = service.state
    if (mesh === null) return E.left(meshNotReady)
    const now = clock.nowEpochMs()
    this.#book.forgetExpired(now)
    const full = this.#book.whatIsFull(source)
    if (full !== undefined) return E.left(full)
    const state = issueEnrollmentChallenge(crypto, {
      request,
      meshId: mesh.meshId,
      serverIdentity: identity,
      serverIdentityKey: identityKey,
      expiresAtEpochMs: epochMs(now + CHALLENGE_LIFE_MS),
    })
    this.#book.add(state, source)
    return E.right(state.challenge)
  }

  /** Step 2. The same proof again gets the same answer, as long as the challenge lives. */
  async prove(proof: EnrollmentProof, source: string | null): Promise<E.Either<ApiError, EnrollmentAnswer>> {
    const { crypto, clock } = this.#options
    const open = this.#book.find(proof.nonce)
    if (open?.answer !== undefined && isSameProof(open.answer.proof, proof)) return open.answer.given
    const verified = verifyEnrollmentProof(crypto, open?.state, proof, clock.nowEpochMs())
    if (E.isLeft(verified) || open === undefined) {
      if (open !== undefined && ++open.wrongProofs >= WRONG_PROOFS_PER_CHALLENGE) this.#book.forget(open)
      return E.left(enrollmentError(E.isLeft(verified) ? verified.left.code : 'challenge-unknown'))
    }
    const given = this.#enroll(open.state, proof, verified.right.secret, source)
    open.answer = { proof, given }
    const outcome = await given
    if (E.isLeft(outcome)) this.#book.forget(open)
    return outcome
  }

  async #enroll(
    { request }: EnrollmentChallengeState,
    proof: EnrollmentProof,
    secret: EnrollmentSecret,
    source: string | null,
  ): Promise<E.Either<ApiError, EnrollmentAnswer>> {
    const { service, crypto } = this.#options
    const command = this.#command(request, proof, hashEnrollmentSecret(crypto, secret), source)
    if (E.isLeft(command)) return command
    const context = { commandId: this.#commandIdOf(proof), actor: 'enrollment', reason: null, source }
    const answer = await service.submit(command.right, context)
    if (E.isLeft(answer)) return E.left(apiErrorOf(answer.left))
    return this.#answer(proof)
  }

  #command(
    { keyId, wireguardKey, identityKey }: EnrollmentRequest,
    proof: EnrollmentProof,
    secretHash: string,
    source: string | null,
  ): E.Either<ApiError, UnstampedCommand> {
    const { service, crypto, ids } = this.#options
    const { mesh, enrollmentKeys } = service.state
    if (mesh === null) return E.left(meshNotReady)
    const claims = decodeHostClaims(proof.claims)
    if (E.isLeft(claims))
      return E.left({ status: 400, code: 'claims-invalid', message: `claims: ${claims.left.message}` })
    const networks = largeMapGet(enrollmentKeys, keyId)?.networkIds.length ?? 1
    return E.right({
      type: 'EnrollHost',
      keyId,
      secretHash,
      hostId: ids.host(),
      freshNodeIds: Array.from({ length: networks }, () => ids.node()),
      wireguardKey,
      identityKey,
      controlAddress6: controlAddress6Of(crypto, mesh.settings.controlRange6, identityKey),
      ...claims.right,
      enrolledFrom: addressOf(source),
    })
  }

  #answer(proof: EnrollmentProof): E.Either<ApiError, EnrollmentAnswer> {
    const { service, crypto, identity, identityKey, agentUrlPath } = this.#options
    const { mesh, indexes } = service.state
    const hostId = largeMapGet(indexes.hostIdsByIdentityKey, proof.identityKey)
    if (mesh === null || hostId === undefined) return E.left(enrollmentError('host-gone'))
    const body: EnrollmentAnswerBody = {
      meshId: mesh.meshId,
      hostId,
      serverIdentityKey: identityKey,
      epoch: mesh.epoch,
      agentUrlPath,
    }
    return E.right(signEnrollmentAnswer(crypto, identity.privateKey, proof, JSON.stringify(body)))
  }

  /** Of the proof as a whole: a machine that sends the same one twice gives one command. */
  #commandIdOf(proof: EnrollmentProof): CommandId {
    return commandId(`enroll_${encodeBase64(this.#options.crypto.sha256(proof.signature).subarray(0, 24), 'url')}`)
  }
}

/** `null`: it called by a socket that has no address, or one that means something on this machine only (`fe80::1%eth0`). */
const addressOf = (source: string | null): IpAddress | null => E.getOrElseW(() => null)(parseIpAddress(source ?? ''))

const isSameProof = (one: EnrollmentProof, other: EnrollmentProof): boolean =>
  encodeBase64(one.signature, 'url') === encodeBase64(other.signature, 'url') && one.claims === other.claims
