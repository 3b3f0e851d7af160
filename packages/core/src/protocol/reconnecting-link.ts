/**
 * Keeps one connection to a server, over any medium: dials, and after each end dials again. It waits a random time below a
 * bound that doubles with every failure (full jitter), so that agents cut off together don't come back together.
 */
import type { AgentLink, AgentLinkStatus, ConnectionEnd } from '../ports/agent-transport.js'
import type { CancelTimer, Timers } from '../ports/timers.js'

/** One attempt to connect, and the connection if it succeeds. */
export interface DialledConnection {
  /** Ends it, at whatever stage it is; `ended` isn't called any more. Resolves when nothing of it is left. */
  readonly close: (end: ConnectionEnd) => Promise<void>
}

/** What an attempt tells: `connected` at most once, `ended` once, never before `dial` has returned. */
export interface DialEvents {
  /** Both ends have proved who they are. */
  readonly connected: () => unknown
  /** The attempt failed, or the connection is over. */
  readonly ended: (end: ConnectionEnd) => unknown
}

/** How long a link waits between attempts. */
export interface ReconnectDelays {
  /** Bound of the first wait; it doubles up to `maxMs`. */
  readonly baseMs: number
  readonly maxMs: number
  /** A connection that lasted so long makes the count of failures begin anew. */
  readonly stableAfterMs: number
}

/** What a link needs: somewhere to dial, time and chance. */
export interface ReconnectingLinkOptions {
  readonly serverUrl: string
  /** Begins one attempt. */
  readonly dial: (events: DialEvents) => DialledConnection
  readonly timers: Timers
  readonly delays: ReconnectDelays
  /** Uniform from 0 (included) to 1 (excluded). */
  readonly random: () => number
  /** Each change of the status. */
  readonly onStatus: ((status: AgentLinkStatus) => void) | undefined
}

/** A second at first, five at most; ten seconds of connection make the count begin anew. */
export const DEFAULT_RECONNECT_DELAYS: ReconnectDelays = { baseMs: 1000, maxMs: 5000, stableAfterMs: 10_000 }

const GIVE_UP_ATTEMPT: ConnectionEnd = { code: 'closed-here', detail: 'another attempt takes over' }
const LINK_CLOSED: ConnectionEnd = { code: 'closed-here', detail: 'the agent closed its link' }
/** An attempt that has taken so long may hang on a network that is gone. */
const FRESH_ATTEMPT_MS = 1000

/** Dials at once. */
export function createReconnectingLink(options: ReconnectingLinkOptions): AgentLink {
  return new ReconnectingLink(options)
}

class ReconnectingLink implements AgentLink {
  readonly #options: ReconnectingLinkOptions
  #status: AgentLinkStatus = { state: 'connecting', attempt: 1, lastEnd: null }
  #failures = 0
  #dialled: DialledConnection | undefined
  #isAttemptFresh = false
  #cancelTimer: CancelTimer = () => {}
  #givenUp: Promise<unknown> = Promise.resolve()
  #closing: Promise<void> | undefined

  constructor(options: ReconnectingLinkOptions) {
    this.#options = options
    this.#dial()
  }

  readonly status = (): AgentLinkStatus => this.#status

  readonly reconnectNow = (): void => {
    if (this.#status.state !== 'connecting' || this.#isAttemptFresh) return
    const stale = this.#dialled
    this.#cancelTimer()
    this.#dial()
    if (stale !== undefined) this.#givenUp = Promise.all([this.#givenUp, stale.close(GIVE_UP_ATTEMPT)])
  }

  readonly close = (): Promise<void> => {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#cancelTimer()
    const dialled = this.#dialled
    this.#dialled = undefined
    const gone = dialled?.close(LINK_CLOSED)
    this.#setStatus({ state: 'closed' })
    await Promise.all([gone, this.#givenUp])
  }

  #dial(): void {
    this.#isAttemptFresh = true
    this.#cancelTimer = this.#options.timers.after(FRESH_ATTEMPT_MS, () => {
      this.#isAttemptFresh = false
    })
    // Events of an attempt that was given up concern nobody.
    const isCurrent = () => this.#dialled === dialled
    const dialled: DialledConnection = this.#options.dial({
      connected: () => isCurrent() && this.#onConnected(),
      ended: (end) => isCurrent() && this.#onEnded(end),
    })
    this.#dialled = dialled
  }

  #onConnected(): void {
    const { timers, delays, serverUrl } = this.#options
    this.#isAttemptFresh = false
    this.#cancelTimer()
    this.#cancelTimer = timers.after(delays.stableAfterMs, () => {
      this.#failures = 0
    })
    this.#setStatus({ state: 'connected', serverUrl })
  }

  #onEnded(lastEnd: ConnectionEnd): void {
    const { timers, delays, random } = this.#options
    this.#dialled = undefined
    this.#isAttemptFresh = false
    this.#cancelTimer()
    const bound = Math.min(delays.maxMs, delays.baseMs * 2 ** this.#failures)
    this.#failures++
    this.#cancelTimer = timers.after(random() * bound, () => this.#dial())
    this.#setStatus({ state: 'connecting', attempt: this.#failures + 1, lastEnd })
  }

  #setStatus(status: AgentLinkStatus): void {
    this.#status = status
    this.#options.onStatus?.(status)
  }
}
