import { epochMs, type HostDriver, type ObservedPeer, type WireguardPublicKey } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'

/** What a wall clock is held against. */
export interface SteadyClock {
  readonly nowEpochMs: () => number
  /** Nobody sets it, and it goes on while the machine sleeps. */
  readonly sinceBootMs: () => number
}

/** A clock that is kept right by the network goes faster or slower, by less than that between two looks. */
const SET_BY_MS = 1000

type Peers = ReadonlyMap<WireguardPublicKey, ObservedPeer>

/**
 * The same driver, with handshakes as long ago as they were. WireGuard tells their time by the wall clock of that moment: when somebody sets
 * that, live peers would seem to have been silent for as long, and be sent to where they were configured, not to where they are.
 */
export function steadyHandshakes(driver: HostDriver, clock: SteadyClock): HostDriver {
  const times = new HandshakeTimes(clock)
  const all = driver.executeAll?.bind(driver)
  const tunnel = driver.observeTunnel?.bind(driver)
  return {
    capabilities: driver.capabilities,
    observe: async (wish) =>
      E.map((observed: ObservedOf<'observe'>) => ({ ...observed, peers: times.correct(observed.peers) }))(
        await driver.observe(wish),
      ),
    execute: (change) => driver.execute(change),
    ...(tunnel !== undefined && {
      observeTunnel: async () =>
        E.map((seen: ObservedOf<'observeTunnel'>) => seen && { ...seen, peers: times.correct(seen.peers) })(
          await tunnel(),
        ),
    }),
    ...(all !== undefined && { executeAll: all }),
    close: () => driver.close(),
  }
}

type ObservedOf<Method extends 'observe' | 'observeTunnel'> =
  Awaited<ReturnType<NonNullable<HostDriver[Method]>>> extends E.Either<unknown, infer A> ? A : never

class HandshakeTimes {
  readonly #clock: SteadyClock
  #apartMs: number | undefined
  /** As WireGuard told them last. */
  #told: Peers = new Map()
  /** Told by a clock that was set since. */
  readonly #moved = new Map<WireguardPublicKey, { readonly toldMs: number; readonly byMs: number }>()

  constructor(clock: SteadyClock) {
    this.#clock = clock
  }

  correct(peers: Peers): Peers {
    this.#noteClock()
    this.#told = peers
    if (this.#moved.size === 0) return peers
    const corrected = new Map(peers)
    for (const [key, { toldMs, byMs }] of this.#moved) {
      const peer = peers.get(key)
      const isSame = peer?.latestHandshakeAtEpochMs === toldMs
      if (isSame) corrected.set(key, { ...peer, latestHandshakeAtEpochMs: epochMs(Math.max(0, toldMs + byMs)) })
      else this.#moved.delete(key)
    }
    return corrected
  }

  #noteClock(): void {
    const { nowEpochMs, sinceBootMs } = this.#clock
    const apartMs = Math.round(nowEpochMs() - sinceBootMs())
    const setByMs = apartMs - (this.#apartMs ?? apartMs)
    this.#apartMs = apartMs
    if (Math.abs(setByMs) <= SET_BY_MS) return
    for (const [key, { latestHandshakeAtEpochMs: toldMs }] of this.#told) {
      const before = this.#moved.get(key)
      const movedMs = before?.toldMs === toldMs ? before?.byMs : 0
      if (toldMs !== undefined) this.#moved.set(key, { toldMs, byMs: (movedMs ?? 0) + setByMs })
    }
  }
}
