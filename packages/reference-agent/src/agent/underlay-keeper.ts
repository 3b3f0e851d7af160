import type { IpAddress, ObservedHost, Timers, UnderlayAddress, UnderlayMtu } from '@meshfold/core'
import { type EndpointRules, isUnderlayInterface, usableUnderlay } from '../report/own-endpoints.js'
import type { AgentLog } from './agent-log.js'
import type { AgentOptions, AgentTiming, WatchUnderlay } from './agent-options.js'

export interface UnderlayKeeperOptions extends Pick<AgentOptions, 'watchUnderlay' | 'clock'> {
  readonly timers: Timers
  readonly log: AgentLog
  readonly timing: Pick<AgentTiming, 'underlayPollMs' | 'underlaySettleMs'>
  /** An address went away: each millisecond counts. */
  readonly onGone: () => void
  /** Something else changed shortly afterwards: this host may send from elsewhere now. */
  readonly onMoving: () => void
  /** The own interface went away, or has another name. */
  readonly onOwnInterfaceGone: () => void
  /** The host is to be looked at. */
  readonly onLook: () => void
}

/** After an address went away, routes and other addresses follow for a while. */
const MOVING_MS = 5000
/** An address, its routes and the default route come as several changes. */
const CHANGES_APART_MS = 20
/** On a machine whose containers come and go, something changes all the time. */
const LOOKS_APART_MS = 1000
/** Whoever tells of changes may have been ended by mistake, or be missing for good: tried again after so long, then less and less often. */
const [WATCHES_AGAIN_MS, WATCHES_AGAIN_AT_MOST_MS] = [10_000, 600_000] as const

/** Notices changes of the host's own network, by being told or by looking. */
export class UnderlayKeeper {
  readonly #options: UnderlayKeeperOptions
  #known: ReadonlySet<IpAddress> | undefined
  #mtu: UnderlayMtu | undefined
  #hadInterface = false
  #hasStopped = false
  #goneAtMs = Number.NEGATIVE_INFINITY
  #lookedAtMs = Number.NEGATIVE_INFINITY
  #watchesAgainMs: number = WATCHES_AGAIN_MS
  #stopWatching: (() => void) | undefined
  #stopPolling: (() => void) | undefined
  #cancelLook: (() => void) | undefined
  #cancelTelling: (() => void) | undefined

  constructor(options: UnderlayKeeperOptions) {
    this.#options = options
  }

  start(): void {
    const { watchUnderlay } = this.#options
    if (watchUnderlay === undefined) this.#stopPolling = this.#poll()
    else this.#watch(watchUnderlay)
  }

  #watch(watchUnderlay: WatchUnderlay): void {
    let hasFailed = false
    const stop = watchUnderlay({
      onAddressGone: (interfaceName) => {
        if (!isUnderlayInterface(interfaceName)) return
        this.#noteGone()
        this.#options.onGone()
        this.#lookSoon()
      },
      onOwnInterfaceGone: this.#options.onOwnInterfaceGone,
      onChanged: () => {
        if (this.isMoving) this.#tellSoon()
        this.#lookSoon()
      },
      onFailed: (reason) => {
        if (hasFailed || this.#hasStopped) return
        hasFailed = true
        this.#lookInstead(reason, watchUnderlay)
      },
    })
    this.#stopWatching = stop
  }

  #lookInstead(reason: string, watchUnderlay: WatchUnderlay): void {
    const { log, timers, onLook } = this.#options
    const againMs = this.#watchesAgainMs
    const again = `tried again in ${againMs / 1_000} s`
    log.warn({ reason }, `changes of the network are not told: looking every now and then instead, ${again}`)
    this.#watchesAgainMs = Math.min(againMs * 2, WATCHES_AGAIN_AT_MOST_MS)
    const stopPolling = this.#poll()
    const cancelAgain = timers.after(againMs, () => {
      stopPolling()
      this.#watch(watchUnderlay)
      onLook()
    })
    this.#stopPolling = () => {
      stopPolling()
      cancelAgain()
    }
  }

  stop(): void {
    this.#hasStopped = true
    this.#stopWatching?.()
    this.#stopPolling?.()
    this.#cancelLook?.()
    this.#cancelTelling?.()
  }

  /** Whether an address went away just now. */
  get isMoving(): boolean {
    return this.#options.clock.monotonicMs() - this.#goneAtMs < MOVING_MS
  }

  /** What became of the addresses that count since the last call. */
  note(
    addresses: readonly UnderlayAddress[],
    rules: Pick<EndpointRules, 'excludedPrefixes' | 'meshPrefixes'>,
  ): 'same' | 'came' | 'gone' {
    const before = this.#known
    const now = new Set(usableUnderlay(addresses, rules).map(({ address }) => address))
    this.#known = now
    if (before === undefined) return 'same'
    if ([...before].some((address) => !now.has(address))) {
      this.#noteGone()
      return 'gone'
    }
    return now.size > before.size ? 'came' : 'same'
  }

  /** The host was read: what is told of the own interface is its end, and not that somebody gave it another name. */
  noteInterface({ interface: own, renamedTo }: Pick<ObservedHost, 'interface' | 'renamedTo'>): void {
    const { log, onOwnInterfaceGone } = this.#options
    const isGone = this.#hadInterface && own === undefined && !this.#hasStopped
    this.#hadInterface = own !== undefined
    if (!isGone) return
    const what = renamedTo === undefined ? 'is gone' : 'was given another name'
    log.warn({ renamedTo }, `the interface ${what}: it is made anew`)
    onOwnInterfaceGone()
  }

  /** Whether the way to peers takes other sizes than at the last call. */
  isOtherWay(mtu: UnderlayMtu | undefined): boolean {
    const before = this.#mtu
    this.#mtu = mtu
    return before?.pathBytes !== mtu?.pathBytes
  }

  #noteGone(): void {
    this.#goneAtMs = this.#options.clock.monotonicMs()
  }

  #poll(): () => void {
    const { timers, timing, onLook } = this.#options
    return timers.every(timing.underlayPollMs, onLook)
  }

  /** Without a look at the host, which takes many times as long. */
  #tellSoon(): void {
    if (this.#cancelTelling !== undefined) return
    const { timers, onMoving } = this.#options
    this.#cancelTelling = timers.after(CHANGES_APART_MS, () => {
      this.#cancelTelling = undefined
      onMoving()
    })
  }

  #lookSoon(): void {
    if (this.#cancelLook !== undefined) return
    const { timers, timing, clock, onLook } = this.#options
    const sinceLastMs = clock.monotonicMs() - this.#lookedAtMs
    const apartMs = this.isMoving ? 0 : LOOKS_APART_MS - sinceLastMs
    this.#cancelLook = timers.after(Math.max(timing.underlaySettleMs, apartMs), () => {
      this.#cancelLook = undefined
      this.#lookedAtMs = clock.monotonicMs()
      onLook()
    })
  }
}
