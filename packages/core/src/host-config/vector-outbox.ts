/** Vectors on their way to others: sent in batches, repeated until they are acknowledged, only the newest of each host. */
import type { HostId } from '../values/index.js'
import { isNewerVector, type PathVector } from './path-vector.js'

const outboxTimes = {
  /** After something went out, what comes up within it goes out together. */
  batchMs: 50,
  repeatMs: 100,
  /** How often at that distance. Then distances double, up to `lastRepeatMs`: whoever doesn't answer for so long isn't there. */
  quickRepeats: 20,
  lastRepeatMs: 1000,
} as const

/** Says that the sender of it holds the vector of this sequence of a host, or a newer one. */
export interface HeldVector {
  readonly hostId: HostId
  readonly sequence: number
}

interface Pending<V> {
  readonly vectors: Map<HostId, V>
  dueAtMs: number
  sent: number
}

/**
 * Vectors on their way to others, of each host only the newest: the first at once, what follows in batches 50 ms apart, repeated every
 * 100 ms and then less and less often until they are acknowledged. It sends nothing itself: who holds it asks what is due.
 */
export class VectorOutbox<V extends PathVector = PathVector> {
  readonly #pending = new Map<HostId, Pending<V>>()
  /** When something was last sent to each. */
  readonly #sentAtMs = new Map<HostId, number>()

  /** To be sent to `to`; the same again, or an older one, is nothing new. */
  tell(to: HostId, vector: V, nowMs: number): void {
    const pending = this.#pending.get(to)
    const dueAtMs = Math.max(nowMs, (this.#sentAtMs.get(to) ?? Number.NEGATIVE_INFINITY) + outboxTimes.batchMs)
    if (pending === undefined) {
      const vectors = new Map([[vector.hostId, vector]])
      this.#pending.set(to, { vectors, dueAtMs, sent: 0 })
    } else if (isNewerVector(vector, pending.vectors.get(vector.hostId))) {
      pending.vectors.set(vector.hostId, vector)
      pending.dueAtMs = Math.min(pending.dueAtMs, dueAtMs)
      pending.sent = 0
    }
  }

  /** `from` says what it holds: that needn't be sent to it any more. */
  acknowledge(from: HostId, held: Iterable<HeldVector>): void {
    const vectors = this.#pending.get(from)?.vectors
    for (const { hostId, sequence } of held)
      if ((vectors?.get(hostId)?.sequence ?? Number.POSITIVE_INFINITY) <= sequence) vectors?.delete(hostId)
    if (vectors?.size === 0) this.#pending.delete(from)
  }

  /** Nothing is sent to it any more: it is no peer. */
  forget(to: HostId): void {
    this.#pending.delete(to)
    this.#sentAtMs.delete(to)
  }

  /** When something is to be sent next; `undefined`: nothing is. */
  get dueAtMs(): number | undefined {
    let due: number | undefined
    for (const { dueAtMs } of this.#pending.values()) if (due === undefined || dueAtMs < due) due = dueAtMs
    return due
  }

  /** What is to be sent now. It comes again, later and later, until it is acknowledged. */
  takeDue(nowMs: number): readonly { readonly to: HostId; readonly vectors: readonly V[] }[] {
    const due: { to: HostId; vectors: readonly V[] }[] = []
    for (const [to, pending] of this.#pending) {
      if (pending.dueAtMs > nowMs) continue
      due.push({ to, vectors: [...pending.vectors.values()] })
      pending.sent += 1
      this.#sentAtMs.set(to, nowMs)
      pending.dueAtMs = nowMs + distanceMs(pending.sent)
    }
    return due
  }
}

const distanceMs = (sent: number): number =>
  Math.min(outboxTimes.lastRepeatMs, outboxTimes.repeatMs * 2 ** Math.max(0, sent - outboxTimes.quickRepeats))
