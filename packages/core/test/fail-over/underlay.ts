/** What is beneath the tunnels: which hosts live, which links carry, since when. */
import type { HostId } from '../../src/values/index.js'

export class Underlay {
  readonly #dead = new Map<HostId, number>()
  readonly #aliveSince = new Map<HostId, number>()
  /** One-way links that carry nothing, as `from>to`. */
  readonly #broken = new Set<string>()
  /** Since when a link carries both ways, or doesn't. */
  readonly #linkSince = new Map<string, number>()

  isAlive(hostId: HostId): boolean {
    return !this.#dead.has(hostId)
  }

  carries(from: HostId, to: HostId): boolean {
    return this.isAlive(from) && this.isAlive(to) && !this.#broken.has(`${from}>${to}`)
  }

  carriesBoth(a: HostId, b: HostId): boolean {
    return this.carries(a, b) && this.carries(b, a)
  }

  /** Since when both live and the link carries both ways; never while it doesn't. */
  carriesSinceMs(a: HostId, b: HostId): number {
    if (!this.carriesBoth(a, b)) return Number.POSITIVE_INFINITY
    return Math.max(this.#linkSince.get(linkName(a, b)) ?? 0, this.aliveSinceMs(a), this.aliveSinceMs(b))
  }

  /** Since when both live and the link doesn't carry both ways; never while it does. */
  brokenSinceMs(a: HostId, b: HostId): number {
    if (!this.isAlive(a) || !this.isAlive(b) || this.carriesBoth(a, b)) return Number.POSITIVE_INFINITY
    return Math.max(this.#linkSince.get(linkName(a, b)) ?? 0, this.aliveSinceMs(a), this.aliveSinceMs(b))
  }

  aliveSinceMs(hostId: HostId): number {
    return this.#dead.has(hostId) ? Number.POSITIVE_INFINITY : (this.#aliveSince.get(hostId) ?? 0)
  }

  kill(hostId: HostId, nowMs: number): void {
    if (!this.#dead.has(hostId)) this.#dead.set(hostId, nowMs)
  }

  revive(hostId: HostId, nowMs: number): void {
    if (this.#dead.delete(hostId)) this.#aliveSince.set(hostId, nowMs)
  }

  /** Which directions of the link carry from now on. */
  setLink(a: HostId, b: HostId, carries: { readonly there: boolean; readonly back: boolean }, nowMs: number): void {
    const was = this.#carriesLink(a, b)
    for (const [way, is] of [
      [`${a}>${b}`, carries.there],
      [`${b}>${a}`, carries.back],
    ] as const)
      if (is) this.#broken.delete(way)
      else this.#broken.add(way)
    if (was !== this.#carriesLink(a, b)) this.#linkSince.set(linkName(a, b), nowMs)
  }

  #carriesLink(a: HostId, b: HostId): boolean {
    return !this.#broken.has(`${a}>${b}`) && !this.#broken.has(`${b}>${a}`)
  }
}

const linkName = (a: HostId, b: HostId): string => (a < b ? `${a}-${b}` : `${b}-${a}`)
