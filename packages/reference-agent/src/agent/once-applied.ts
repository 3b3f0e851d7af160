import type { HostId, PathDatagram, PathStep } from '@meshfold/core'

export interface OnceAppliedOptions {
  /** Whose vector may be told before the host is as it says: others wait for it. */
  readonly own: () => HostId | undefined
  /** Resolves once the host is as it is to be. */
  readonly settled: () => Promise<void>
  readonly send: (datagrams: readonly PathDatagram[]) => void
}

/**
 * What a host says of others' vectors is in effect on it: that it holds one, and what it passes on. Whoever follows a vector to a gateway
 * then finds one that forwards by it.
 */
export class OnceApplied {
  readonly #options: OnceAppliedOptions
  readonly #waiting = new Map<HostId, PathDatagram>()
  #applying = 0

  constructor(options: OnceAppliedOptions) {
    this.#options = options
  }

  take({ hosts, isMemoryChanged, datagrams }: PathStep): void {
    if (hosts.size > 0 || isMemoryChanged) {
      void this.#sendAfterwards(datagrams)
      return
    }
    const waits = (datagram: PathDatagram) => this.#applying > 0 && this.#isOfOthers(datagram)
    for (const datagram of datagrams.filter(waits)) this.#waiting.set(datagram.to, datagram)
    this.#options.send(datagrams.filter((datagram) => !waits(datagram)))
  }

  async #sendAfterwards(datagrams: readonly PathDatagram[]): Promise<void> {
    this.#applying += 1
    // Whoever took a patch wants it applied in the same turn.
    await Promise.resolve()
    await this.#options.settled()
    this.#applying -= 1
    this.#options.send(datagrams)
    if (this.#applying > 0) return
    this.#options.send([...this.#waiting.values()])
    this.#waiting.clear()
  }

  #isOfOthers({ message }: PathDatagram): boolean {
    return message.type === 'vectors' && message.vectors.some(({ hostId }) => hostId !== this.#options.own())
  }
}
