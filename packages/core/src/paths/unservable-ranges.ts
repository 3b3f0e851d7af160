/** Which egresses a router can't serve now, as its own links and routes say (E6), and when it says so. */
import type { HostConfig, RoutedEgress } from '../host-config/host-config.js'
import type { UnservableReason } from '../protocol/observation.js'
import type { WaysOutside } from '../reconcile/ways-outside.js'
import type { EgressId } from '../values/index.js'

/** Egresses that can't be served, with the reason. */
export type Unservable = ReadonlyMap<EgressId, UnservableReason>

/** An egress of several ranges can be served while one of them can: hosts often have a way for one family only. */
export const unservableRanges = (
  { routing, own }: Pick<HostConfig, 'routing' | 'own'>,
  outside: WaysOutside,
): Unservable => {
  const ownNodes = new Set(own.memberships.map(({ nodeId }) => nodeId))
  return new Map(
    routing.flatMap((egress) => {
      const named = egress.routers.find(({ nodeId }) => ownNodes.has(nodeId))?.interfaceName ?? null
      const reason = reasonAgainst(egress, named, outside)
      return reason === null ? [] : [[egress.egressId, reason] as const]
    }),
  )
}

const reasonAgainst = (
  { ranges }: RoutedEgress,
  named: string | null,
  { linksUp, interfaces }: WaysOutside,
): UnservableReason | null => {
  if (named !== null && !linksUp.includes(named)) return 'no-link'
  const leaving = ranges.flatMap((range) => interfaces.get(range) ?? [])
  const usable = named === null ? leaving : leaving.filter((each) => each === named)
  if (usable.length === 0) return 'no-route'
  return usable.some((each) => linksUp.includes(each)) ? null : 'no-link'
}

/** So long a range must be seen there again before its router says so: a loose cable moves nobody back and forth. */
export const SERVABLE_AGAIN_AFTER_MS = 10_000

interface Held {
  readonly reason: UnservableReason
  /** When it was first seen there again. `undefined`: it was not there at the last look. */
  readonly backSinceMs: number | undefined
}

/** Says at once what can't be served, and later that it can again. */
export class UnservableWatch {
  readonly #held = new Map<EgressId, Held>()

  /** What is to be told, after another look. */
  take(seen: Unservable, nowMs: number): Unservable {
    for (const [egressId, reason] of seen) this.#held.set(egressId, { reason, backSinceMs: undefined })
    for (const [egressId, { reason, backSinceMs = nowMs }] of this.#held) {
      if (seen.has(egressId)) continue
      if (nowMs - backSinceMs >= SERVABLE_AGAIN_AFTER_MS) this.#held.delete(egressId)
      else this.#held.set(egressId, { reason, backSinceMs })
    }
    return new Map([...this.#held].map(([egressId, { reason }]) => [egressId, reason]))
  }
}
