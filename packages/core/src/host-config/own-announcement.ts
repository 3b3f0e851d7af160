/**
 * In which order a host's own vector gets around: a gateway that it moves to learns of it before anybody else. Whoever follows a vector
 * then finds, at the gateway that it names, one that knows it: so the choices of all hosts together never make a circle.
 */
import type { HostId } from '../values/index.js'
import type { Path } from './host-config.js'
import { isNewerVector, type PathVector } from './path-vector.js'

export class OwnAnnouncement {
  #newest: PathVector | undefined
  #released: PathVector | undefined
  /** Gateways that must have the newest before others may. */
  #awaited: ReadonlySet<HostId> = new Set()
  #firsts: ReadonlySet<HostId> = new Set()

  /** `vector`: from an earlier life; everybody may have it. */
  constructor(vector: PathVector | undefined, ownLists: Iterable<Path>) {
    this.#newest = vector
    this.#released = vector
    this.#firsts = firstGateways(ownLists, vector)
  }

  get newest(): PathVector | undefined {
    return this.#newest
  }

  /** A new vector, and paths of kind `own-gateway`, whose lists it was made for. */
  renew(vector: PathVector, ownLists: Iterable<Path>): void {
    if (!isNewerVector(vector, this.#newest)) return
    const lists = [...ownLists]
    const released = firstGateways(lists, this.#released)
    // One that was not released yet may have got around all the same: the gateway that it began with passes it on.
    const told = firstGateways(lists, this.#newest)
    const isKnown = (hostId: HostId) => this.#released === undefined || (released.has(hostId) && told.has(hostId))
    this.#newest = vector
    this.#firsts = firstGateways(lists, vector)
    this.#awaited = new Set([...this.#firsts].filter((hostId) => !isKnown(hostId)))
    if (this.#awaited.size === 0) this.#released = vector
  }

  /** `by` holds this sequence. Answers whether everybody may have the newest now, and might not before. */
  acknowledge(by: HostId, sequence: number): boolean {
    if (this.#newest === undefined || sequence < this.#newest.sequence || !this.#awaited.has(by)) return false
    this.#awaited = new Set([...this.#awaited].filter((hostId) => hostId !== by))
    if (this.#awaited.size > 0) return false
    this.#released = this.#newest
    return true
  }

  /** What this host is told. */
  vectorFor(hostId: HostId): PathVector | undefined {
    return this.#firsts.has(hostId) ? this.#newest : this.#released
  }
}

const firstGateways = (ownLists: Iterable<Path>, vector: PathVector | undefined): ReadonlySet<HostId> => {
  const firsts = new Set<HostId>()
  for (const { to } of ownLists) {
    if (to.kind !== 'own-gateway') continue
    const told = vector?.gatewayIds.find((nodeId) => to.gateways.some((gateway) => gateway.nodeId === nodeId))
    const first = to.gateways.find(({ nodeId }) => nodeId === told) ?? to.gateways[0]
    if (first !== undefined) firsts.add(first.hostId)
  }
  return firsts
}
