import type { HostId, Timers } from '@meshfold/core'

export interface WithheldMovesOptions {
  readonly timers: Timers
  /** Whether these may keep the AllowedIPs that they have, as things are now. */
  readonly mayWait: (hosts: Iterable<HostId>) => boolean
  /** These waited long enough. */
  readonly onMoved: (hosts: ReadonlySet<HostId>) => void
}

/** How long at most. */
const LONGEST_MS = 1000

/**
 * F3: a host that moves to another gateway though its own is well goes on sending through that one until the other is ready for it. What it
 * sent to the other before would be dropped there, and nobody else sends to it by that way yet.
 */
export class WithheldMoves {
  readonly #options: WithheldMovesOptions
  #hosts: ReadonlySet<HostId> = new Set()
  #cancel: () => void = () => {}

  constructor(options: WithheldMovesOptions) {
    this.#options = options
  }

  /**
   * These have other AllowedIPs. Answers who gets theirs now, those that waited included. All move together, since no prefix is on two
   * peers; and none waits of which a config says something else as well (`touched`).
   */
  take(hosts: Iterable<HostId>, touched: ReadonlySet<HostId> = new Set()): ReadonlySet<HostId> {
    const { timers, mayWait, onMoved } = this.#options
    const moved = new Set([...this.#hosts, ...hosts])
    const isFirst = this.#hosts.size === 0
    if (moved.size === 0 || [...moved].some((hostId) => touched.has(hostId)) || !mayWait(moved)) {
      this.end()
      return moved
    }
    this.#hosts = moved
    if (isFirst)
      this.#cancel = timers.after(LONGEST_MS, () => {
        const waited = this.#hosts
        this.end()
        onMoved(waited)
      })
    return new Set()
  }

  /** Nobody waits any more. */
  end(): void {
    this.#hosts = new Set()
    this.#cancel()
  }
}
