import type { StatementSync } from 'node:sqlite'
import * as E from 'fp-ts/lib/Either.js'
import { attempt } from './sqlite-failure.js'

/**
 * Tells subscriptions when there may be something new. Own commits are known at once; commits of other connections and
 * processes show in `PRAGMA data_version`, which costs a microsecond to ask.
 */
export interface ChangeSignal {
  /** Rises with every change noticed. Note it before reading, then wait for more. */
  readonly count: () => number
  /** Resolves as soon as the count differs from `seen`. Polls while anybody waits. */
  readonly changedSince: (seen: number) => Promise<void>
  /** Something changed: own commit, or the end of a subscription. */
  readonly notify: () => void
}

/** A signal that asks every `pollIntervalMs` while somebody waits; `dataVersion` is the prepared PRAGMA. */
export function createChangeSignal(dataVersion: StatementSync, pollIntervalMs: number): ChangeSignal {
  const waiting = new Set<() => void>()
  let count = 0
  let lastVersion: unknown
  let poll: NodeJS.Timeout | undefined

  const notify = () => {
    count += 1
    clearInterval(poll)
    poll = undefined
    for (const resume of waiting) resume()
    waiting.clear()
  }

  const look = () => {
    const version = attempt(() => (dataVersion.get() as unknown as readonly unknown[])[0])
    // Where asking fails, let the subscription read: it tells a busy file from a lost one.
    const isChanged = E.isLeft(version) || version.right !== lastVersion
    if (E.isRight(version)) lastVersion = version.right
    if (isChanged) notify()
  }

  const changedSince = (seen: number) =>
    new Promise<void>((resolve) => {
      if (seen !== count) return resolve()
      waiting.add(resolve)
      poll ??= setInterval(look, pollIntervalMs)
    })

  return { count: () => count, changedSince, notify }
}
