import type { Clock, HostId } from '@meshfold/core'

/** What a gateway of a thousand relayed nodes passes on at once stays below it, and each of a peer's messages may cost 64 signatures. */
const BURST = 1000
const PER_SECOND = 200

interface Budget {
  readonly left: number
  readonly atMs: number
  /** It was said that there is too much. */
  readonly isLoud: boolean
}

/** How much each peer may say on the control port: a burst, then so much a second. What is beyond that may get lost, as any datagram may. */
export class PeerBudgets {
  readonly #clock: Pick<Clock, 'monotonicMs'>
  readonly #onFlood: (from: HostId) => void
  readonly #budgets = new Map<HostId, Budget>()

  /** `onFlood` is told once, until a peer has been quiet for a while. */
  constructor(clock: Pick<Clock, 'monotonicMs'>, onFlood: (from: HostId) => void) {
    this.#clock = clock
    this.#onFlood = onFlood
  }

  take(from: HostId): boolean {
    const nowMs = this.#clock.monotonicMs()
    const { left, atMs, isLoud } = this.#budgets.get(from) ?? { left: BURST, atMs: nowMs, isLoud: false }
    const filled = Math.min(BURST, left + ((nowMs - atMs) / 1000) * PER_SECOND)
    const isTooMuch = filled < 1
    if (isTooMuch && !isLoud) this.#onFlood(from)
    const isStillLoud = isTooMuch || (isLoud && filled < BURST)
    this.#budgets.set(from, { left: isTooMuch ? filled : filled - 1, atMs: nowMs, isLoud: isStillLoud })
    return !isTooMuch
  }

  forget(hostId: HostId): void {
    this.#budgets.delete(hostId)
  }

  clear(): void {
    this.#budgets.clear()
  }
}
