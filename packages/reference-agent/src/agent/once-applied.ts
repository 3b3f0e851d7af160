import type { HostId, PathDatagram, PathStep, Timers } from '@meshfold/core'

export interface OnceAppliedOptions {
  readonly timers: Timers
  /** Whose vector may be told before the host is as it says: others wait for it. */
  readonly own: () => HostId | undefined
  /** Resolves once the host is as it is to be. */
  readonly settled: () => Promise<void>
  readonly send: (datagrams: readonly PathDatagram[]) => void
}

/** What is passed on waits no longer for a host that takes its time: it may be about others alone. */
const LONGEST_MS = 1000

/**
 * What a host says of others' vectors is in effect on it: that it holds one, and what it passes on. Whoever follows a vector to a gateway
 * then finds one that forwards by it.
 */
export class OnceApplied {
  readonly #options: OnceAppliedOptions
  readonly #waiting = new Map<HostId, PathDatagram>()
  #applying = 0
  #cancel: () => void = () => {}

  constructor(options: OnceAppliedOptions) {
    this.#options = options
  }

  take({ hosts, isMemoryChanged, datagrams }: PathStep): void {
    if (hosts.size > 0 || isMemoryChanged) {
      void this.#sendAfterwards(datagrams)
      return
    }
    const waits = (datagram: PathDatagram) => this.#applying > 0 && this.#isOfOthers(datagram)
    const { timers, send } = this.#options
    const isFirst = this.#waiting.size === 0
    for (const datagram of datagrams.filter(waits)) this.#waiting.set(datagram.to, datagram)
    if (isFirst && this.#waiting.size > 0) this.#cancel = timers.after(LONGEST_MS, () => this.#sendWaiting())
    send(datagrams.filter((datagram) => !waits(datagram)))
  }

  close(): void {
    this.#cancel()
  }

  async #sendAfterwards(datagrams: readonly PathDatagram[]): Promise<void> {
    this.#applying += 1
    // Whoever took a patch wants it applied in the same turn.
    await Promise.resolve()
    await this.#options.settled()
    this.#applying -= 1
    this.#options.send(datagrams)
    if (this.#applying === 0) this.#sendWaiting()
  }

  #sendWaiting(): void {
    this.#cancel()
    const waiting = [...this.#waiting.values()]
    this.#waiting.clear()
    this.#options.send(waiting)
  }

  #isOfOthers({ message }: PathDatagram): boolean {
    return message.type === 'vectors' && message.vectors.some(({ hostId }) => hostId !== this.#options.own())
  }
}
