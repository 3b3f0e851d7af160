import type { HostId, ObservedHost } from '@meshfold/core'
import type { AgentOptions } from './agent-options.js'
import type { LiveConfig } from './live-config.js'
import { livePeers } from './self-description.js'

/** A handshake costs both ends a fraction of a millisecond. */
const AT_ONCE = 50
const INTERVAL_MS = 100

/** Lets peers know, by a packet through the tunnel, that this host is there and where. */
export class Greeter {
  readonly #options: Pick<AgentOptions, 'greet' | 'clock' | 'timers'>
  readonly #live: LiveConfig
  #cancels: (() => void)[] = []

  constructor(options: Pick<AgentOptions, 'greet' | 'clock' | 'timers'>, live: LiveConfig) {
    this.#options = options
    this.#live = live
  }

  /** This host sends from elsewhere than before: those with whom a session lives send there from then on. */
  greetLive(observed: ObservedHost | undefined): void {
    const { greet, clock } = this.#options
    const addresses = observed === undefined ? [] : livePeers(this.#live, observed, clock)
    if (addresses.length > 0) greet?.(addresses)
  }

  /** These were made anew: a packet makes WireGuard begin. */
  greet(hostIds: readonly HostId[]): void {
    const addresses = hostIds.flatMap((hostId) => this.#live.peers.get(hostId)?.controlAddress4 ?? [])
    if (addresses.length > 0) this.#options.greet?.(addresses)
  }

  /** This host has lost its sessions: by themselves, peers would try the old ones for 15 s more. A few at a time. */
  greetAll(): void {
    const { greet, timers } = this.#options
    this.cancel()
    if (greet === undefined) return
    const addresses = [...this.#live.peers.values()].map(({ controlAddress4 }) => controlAddress4)
    for (let at = 0; at < addresses.length; at += AT_ONCE) {
      const some = addresses.slice(at, at + AT_ONCE)
      this.#cancels.push(timers.after((at / AT_ONCE) * INTERVAL_MS, () => greet(some)))
    }
  }

  cancel(): void {
    for (const cancel of this.#cancels.splice(0)) cancel()
  }
}
