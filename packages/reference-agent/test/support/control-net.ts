/** Control ports in memory: who is alive answers, where nobody listens the system refuses, and the dead say nothing. */
import type { IpAddress, Timers } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import type { ControlPort, ControlPortEvents, OpenControlPort } from '../../src/agent/control-port.js'

export class ControlNet {
  readonly #timers: Timers
  readonly #open = new Map<IpAddress, ControlPortEvents>()
  readonly #dead = new Set<IpAddress>()
  /** How often opening fails first, by address. */
  readonly failing = new Map<IpAddress, number>()
  readonly sent: { readonly from: IpAddress; readonly to: IpAddress; readonly text: string }[] = []

  constructor(timers: Timers) {
    this.#timers = timers
  }

  readonly open: OpenControlPort = async (own, events) => {
    const failures = this.failing.get(own) ?? 0
    this.failing.set(own, failures - 1)
    if (failures > 0) return E.left('EADDRNOTAVAIL')
    this.#open.set(own, events)
    return E.right(this.#port(own, events))
  }

  die(address: IpAddress): void {
    this.#dead.add(address)
  }

  revive(address: IpAddress): void {
    this.#dead.delete(address)
  }

  isOpen(address: IpAddress): boolean {
    return this.#open.has(address)
  }

  /** As if the host there had sent it. */
  inject(from: IpAddress, to: IpAddress, text: string): void {
    this.#open.get(to)?.onMessage(from, text)
  }

  #port(own: IpAddress, events: ControlPortEvents): ControlPort {
    return {
      send: (to, text) => this.#carry(own, to, text, () => {}),
      probe: (to, text) => this.#carry(own, to, text, () => events.onRefused(to)),
      keepProbing: () => {},
      close: () => void this.#open.delete(own),
    }
  }

  #carry(from: IpAddress, to: IpAddress, text: string, onRefused: () => void): void {
    this.sent.push({ from, to, text })
    if (this.#dead.has(from) || this.#dead.has(to)) return
    this.#timers.after(1, () => {
      const there = this.#open.get(to)
      if (there === undefined) onRefused()
      else there.onMessage(from, text)
    })
  }
}
