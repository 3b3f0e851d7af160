import type { HostId, Timers, UdpEndpoint } from '@meshfold/core'

export interface PlaceAnswersOptions {
  readonly timers: Timers
  readonly monotonicMs: () => number
  /** Where a peer with a live session is, as the host was last read; `null`: it has none. */
  readonly placeOf: (hostId: HostId) => UdpEndpoint | null
  readonly onLook: () => void
  readonly answer: (to: HostId, id: number, seenAt: UdpEndpoint | null) => void
}

/** What was read so lately is told as it is; and the host is read for others no more often. Milliseconds. */
const FRESH_MS = 1000

/** Tells peers that ask where they are seen. WireGuard knows, and is asked first: what was read before they came is of another session. */
export class PlaceAnswers {
  readonly #options: PlaceAnswersOptions
  /** One for each peer: whoever asks again gives the first one up. */
  readonly #asked = new Map<HostId, number>()
  #readAtMs = Number.NEGATIVE_INFINITY
  #cancelLook: (() => void) | undefined

  constructor(options: PlaceAnswersOptions) {
    this.#options = options
  }

  ask(from: HostId, id: number): void {
    const { timers, monotonicMs, placeOf, onLook, answer } = this.#options
    const ageMs = monotonicMs() - this.#readAtMs
    const known = ageMs < FRESH_MS ? placeOf(from) : null
    if (known !== null) {
      answer(from, id, known)
      return
    }
    this.#asked.set(from, id)
    this.#cancelLook ??= timers.after(Math.max(0, Math.ceil(FRESH_MS - ageMs)), onLook)
  }

  /** The host was read. */
  noteRead(): void {
    const { monotonicMs, placeOf, answer } = this.#options
    this.#readAtMs = monotonicMs()
    this.#cancelLook?.()
    this.#cancelLook = undefined
    const asked = [...this.#asked]
    this.#asked.clear()
    for (const [to, id] of asked) answer(to, id, placeOf(to))
  }

  close(): void {
    this.#asked.clear()
    this.#cancelLook?.()
  }
}
