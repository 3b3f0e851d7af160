import type { Clock, HostId, Timers, UdpEndpoint } from '@meshfold/core'

export interface PlaceAnswersOptions {
  readonly timers: Timers
  readonly clock: Clock
  /** Where a peer with a live session is, as the host was last read; `null`: it has none. */
  readonly placeOf: (hostId: HostId) => UdpEndpoint | null
  readonly onLook: () => void
  readonly answer: (to: HostId, id: number, seenAt: UdpEndpoint | null) => void
}

/** The host is read for others no more often. Milliseconds. */
const APART_MS = 1000

/** Tells peers that ask where they are seen. WireGuard knows, and is asked first: what was read before they asked may be of where they were. */
export class PlaceAnswers {
  readonly #options: PlaceAnswersOptions
  /** One for each peer: whoever asks again gives the first one up. */
  readonly #asked = new Map<HostId, { readonly id: number; readonly atEpochMs: number }>()
  #readAtMs = Number.NEGATIVE_INFINITY
  #cancelLook: (() => void) | undefined

  constructor(options: PlaceAnswersOptions) {
    this.#options = options
  }

  ask(from: HostId, id: number): void {
    this.#asked.set(from, { id, atEpochMs: this.#options.clock.nowEpochMs() })
    this.#lookSoon()
  }

  /** The host was read; the reading began then. */
  noteRead(beganAtEpochMs: number): void {
    const { clock, placeOf, answer } = this.#options
    this.#readAtMs = clock.monotonicMs()
    this.#cancelLook?.()
    this.#cancelLook = undefined
    for (const [to, { id, atEpochMs }] of [...this.#asked]) {
      // Asked after the reading began; what was asked later than now, was so before somebody set the clock back.
      if (atEpochMs > beganAtEpochMs && atEpochMs <= clock.nowEpochMs()) continue
      this.#asked.delete(to)
      answer(to, id, placeOf(to))
    }
    if (this.#asked.size > 0) this.#lookSoon()
  }

  #lookSoon(): void {
    const { timers, clock, onLook } = this.#options
    const waitMs = APART_MS - (clock.monotonicMs() - this.#readAtMs)
    this.#cancelLook ??= timers.after(Math.max(0, Math.ceil(waitMs)), onLook)
  }

  close(): void {
    this.#asked.clear()
    this.#cancelLook?.()
  }
}
