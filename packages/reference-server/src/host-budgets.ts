import type { HostId } from '@meshfold/core'
import { TokenBucket } from './token-bucket.js'

/** How much each host may cause: a burst, then so many a second. It outlives connections, so coming again doesn't renew it. */
export class HostBudgets {
  readonly #burst: number
  readonly #perSecond: number
  readonly #buckets = new Map<HostId, TokenBucket>()

  constructor({ burst, perSecond }: { readonly burst: number; readonly perSecond: number }) {
    this.#burst = burst
    this.#perSecond = perSecond
  }

  /** Hosts that used something of their budget of late. */
  get size(): number {
    return this.#buckets.size
  }

  take(hostId: HostId, nowMs: number): boolean {
    const bucket = this.#buckets.get(hostId) ?? new TokenBucket(this.#burst, this.#perSecond, nowMs)
    this.#buckets.set(hostId, bucket)
    return bucket.take(nowMs)
  }

  /** How long until a host may cause the next; 0: now. */
  waitMs(hostId: HostId, nowMs: number): number {
    return this.#buckets.get(hostId)?.waitMs(nowMs) ?? 0
  }

  /** Lets go of those that are as if nothing had been taken. */
  letGo(nowMs: number): void {
    for (const [hostId, bucket] of this.#buckets) if (bucket.isFull(nowMs)) this.#buckets.delete(hostId)
  }
}
