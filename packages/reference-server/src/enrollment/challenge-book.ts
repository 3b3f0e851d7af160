import {
  type EnrollmentAnswer,
  type EnrollmentChallengeState,
  type EnrollmentProof,
  encodeBase64,
} from '@meshfold/core'
import type { Either } from 'fp-ts/lib/Either.js'
import type { ApiError } from '../http/api-error.js'

/** A challenge that was handed out, and what came of it. */
export interface OpenChallenge {
  readonly state: EnrollmentChallengeState
  readonly source: string
  wrongProofs: number
  /** Kept so that a machine whose answer got lost may ask again with the same proof. */
  answer: { readonly proof: EnrollmentProof; readonly given: Promise<Either<ApiError, EnrollmentAnswer>> } | undefined
}

const MOST_OPEN = 50_000
const MOST_OPEN_OF_ONE_SOURCE = 10_000

/**
 * The challenges that may still be answered: bounded in all and for each source, oldest first. A source that asks too often is refused; where
 * many do, the oldest give way, so that nobody keeps others from joining: who joins answers within a second.
 */
export class ChallengeBook {
  readonly #open = new Map<string, OpenChallenge>()
  readonly #openBySource = new Map<string, number>()

  /** Why no more are given out now. */
  whatIsFull(source: string): ApiError | undefined {
    const own = this.#openBySource.get(source) ?? 0
    if (own < MOST_OPEN_OF_ONE_SOURCE) return undefined
    const message = 'Too many machines are joining at once from this address. Try again in a minute.'
    return { status: 429, code: 'too-many-challenges', message }
  }

  add(state: EnrollmentChallengeState, source: string): void {
    const oldest = this.#open.size < MOST_OPEN ? undefined : this.#open.values().next().value
    if (oldest !== undefined) this.forget(oldest)
    this.#open.set(nonceText(state.challenge.nonce), { state, source, wrongProofs: 0, answer: undefined })
    this.#openBySource.set(source, (this.#openBySource.get(source) ?? 0) + 1)
  }

  find(nonce: Uint8Array): OpenChallenge | undefined {
    return this.#open.get(nonceText(nonce))
  }

  forget(challenge: OpenChallenge): void {
    if (!this.#open.delete(nonceText(challenge.state.challenge.nonce))) return
    const left = (this.#openBySource.get(challenge.source) ?? 1) - 1
    if (left <= 0) this.#openBySource.delete(challenge.source)
    else this.#openBySource.set(challenge.source, left)
  }

  /** All live equally long, so the oldest are the first to go. Kept a little longer, to say that they expired. */
  forgetExpired(nowEpochMs: number): void {
    for (const challenge of this.#open.values()) {
      if (challenge.state.challenge.expiresAtEpochMs + KEPT_AFTER_EXPIRY_MS > nowEpochMs) return
      this.forget(challenge)
    }
  }
}

const KEPT_AFTER_EXPIRY_MS = 60_000

const nonceText = (nonce: Uint8Array): string => encodeBase64(nonce, 'url')
