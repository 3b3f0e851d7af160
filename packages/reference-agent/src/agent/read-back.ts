import type { Clock, HostChange, Timers } from '@meshfold/core'
import { isOfPeer } from './awaited-peers.js'
import { PutOff } from './put-off.js'

const BOUND_MS = 5000

/** What was done to a host is looked at once more, when things are calm again. */
export class ReadBack {
  readonly #putOff: PutOff
  #isWhole = false

  constructor(options: {
    readonly timers: Timers
    readonly clock: Pick<Clock, 'monotonicMs'>
    /** Of the whole host, or of WireGuard alone where nothing else was touched. */
    readonly deed: (deed: 'put-right' | 'put-peers-right') => void
  }) {
    const { deed, ...rest } = options
    this.#putOff = new PutOff({
      ...rest,
      boundMs: BOUND_MS,
      deed: () => {
        deed(this.#isWhole ? 'put-right' : 'put-peers-right')
        this.#isWhole = false
      },
    })
  }

  /** In `delayMs`, and later if more is done until then. */
  want(executed: readonly HostChange[], delayMs: number): void {
    this.#note(executed)
    this.#putOff.want(delayMs)
  }

  /** In `delayMs` at the latest. */
  wantBy(executed: readonly HostChange[], delayMs: number): void {
    this.#note(executed)
    this.#putOff.wantBy(delayMs)
  }

  cancel(): void {
    this.#putOff.cancel()
  }

  #note(executed: readonly HostChange[]): void {
    this.#isWhole ||= !executed.every(isOfPeer)
  }
}
