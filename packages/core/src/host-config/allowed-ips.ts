/** Every peer's AllowedIPs, kept up prefix by prefix: sorted lists, renewed once a step. */
import { comparePrefixes, type HostId, type IpPrefix, sortedPrefixes } from '../values/index.js'
import { isSameList } from './path-vector.js'

interface Pending {
  readonly added: Set<IpPrefix>
  readonly removed: Set<IpPrefix>
}

export class AllowedIps {
  /** Changes in place with `settle`; the lists in it never do. */
  readonly lists = new Map<HostId, readonly IpPrefix[]>()
  readonly #control = new Map<HostId, readonly IpPrefix[]>()
  readonly #placed = new Map<IpPrefix, HostId>()
  readonly #pending = new Map<HostId, Pending>()

  isPeer(hostId: HostId): boolean {
    return this.#control.has(hostId)
  }

  /** A peer with its control addresses. */
  setPeer(hostId: HostId, control: readonly IpPrefix[]): void {
    const known = this.#control.get(hostId)
    if (known !== undefined && isSameList(known, control)) return
    for (const prefix of known ?? []) this.#take(hostId, prefix)
    this.#control.set(hostId, control)
    for (const prefix of control) this.#give(hostId, prefix)
  }

  removePeer(hostId: HostId): void {
    for (const prefix of this.#control.get(hostId) ?? []) this.#take(hostId, prefix)
    this.#control.delete(hostId)
  }

  /** Gives the prefix to this peer alone; to nobody when it is none. */
  place(prefix: IpPrefix, wanted: HostId | undefined): void {
    const hostId = wanted !== undefined && this.#control.has(wanted) ? wanted : undefined
    const holder = this.#placed.get(prefix)
    if (holder === hostId) return
    if (holder !== undefined) this.#take(holder, prefix)
    if (hostId === undefined) this.#placed.delete(prefix)
    else {
      this.#placed.set(prefix, hostId)
      this.#give(hostId, prefix)
    }
  }

  /** Makes lists of what was placed; answers whose changed. */
  settle(): Set<HostId> {
    const changed = new Set<HostId>()
    for (const [hostId, { added, removed }] of this.#pending) {
      const known = this.lists.get(hostId)
      if (!this.#control.has(hostId)) {
        if (this.lists.delete(hostId)) changed.add(hostId)
      } else if (known === undefined || added.size > 0 || removed.size > 0) {
        this.lists.set(hostId, renewedList(known ?? [], added, removed))
        changed.add(hostId)
      }
    }
    this.#pending.clear()
    return changed
  }

  #give(hostId: HostId, prefix: IpPrefix): void {
    const { added, removed } = this.#pendingOf(hostId)
    if (!removed.delete(prefix)) added.add(prefix)
  }

  #take(hostId: HostId, prefix: IpPrefix): void {
    const { added, removed } = this.#pendingOf(hostId)
    if (!added.delete(prefix)) removed.add(prefix)
  }

  #pendingOf(hostId: HostId): Pending {
    const known = this.#pending.get(hostId)
    if (known !== undefined) return known
    const fresh: Pending = { added: new Set(), removed: new Set() }
    this.#pending.set(hostId, fresh)
    return fresh
  }
}

/** One walk along the old list: few comparisons, since reading a prefix costs more than copying thousands. */
const renewedList = (
  known: readonly IpPrefix[],
  added: ReadonlySet<IpPrefix>,
  removed: ReadonlySet<IpPrefix>,
): readonly IpPrefix[] => {
  const kept = removed.size === 0 ? known : known.filter((prefix) => !removed.has(prefix))
  if (added.size === 0) return kept
  const incoming = sortedPrefixes(added)
  if (kept.length === 0) return incoming
  const list: IpPrefix[] = []
  let from = 0
  for (const prefix of incoming) {
    const at = positionOf(kept, prefix, from)
    for (; from < at; from++) list.push(kept[from] as IpPrefix)
    list.push(prefix)
  }
  for (; from < kept.length; from++) list.push(kept[from] as IpPrefix)
  return list
}

const positionOf = (sorted: readonly IpPrefix[], prefix: IpPrefix, from: number): number => {
  let low = from
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (comparePrefixes(sorted[middle] as IpPrefix, prefix) < 0) low = middle + 1
    else high = middle
  }
  return low
}
