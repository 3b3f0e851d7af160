import type { Clock, Crypto, EventLog } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import type { DecidedBatch } from './decide-batch.js'
import type { RebuildError } from './rebuild-history.js'
import { envelopesOf } from './recorded-events.js'

/** Where batches are appended, and who wants to know. */
export interface AppendTarget {
  readonly log: EventLog
  readonly stream: string
  readonly crypto: Crypto
  readonly clock: Clock
  readonly onAppend?: ((appended: AppendedBatch) => void) | undefined
}

export interface AppendedBatch {
  readonly commands: number
  readonly events: number
  readonly seconds: number
}

const ATTEMPTS = 3
const RETRY_MS = 250

/** Appends what was decided, all or nothing. While the log is away for a moment, the same append is tried again. */
export const appendBatch = async (
  { log, stream, crypto, clock, onAppend }: AppendTarget,
  { steps }: DecidedBatch,
  expectedRevision: number,
): Promise<E.Either<RebuildError, unknown>> => {
  if (steps.length === 0) return E.right(undefined)
  const envelopes = steps.flatMap(({ context, events }) => envelopesOf(crypto, context, events))
  const startedMs = clock.monotonicMs()
  for (let attempt = 1; ; attempt += 1) {
    const appended = await log.append(stream, expectedRevision, envelopes)
    if (E.isRight(appended)) {
      const seconds = (clock.monotonicMs() - startedMs) / 1000
      onAppend?.({ commands: steps.length, events: envelopes.length, seconds })
      return appended
    }
    // The same append again is safe: the log knows the events' ids.
    if (appended.left.code !== 'event-log-unavailable' || attempt === ATTEMPTS) return appended
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS * attempt))
  }
}
