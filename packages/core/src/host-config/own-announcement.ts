/**
 * In which order a host's own vector gets around: a gateway that it moves to learns of it before anybody else. Whoever follows a vector
 * then finds, at the gateway that it names, one that knows it: so the choices of all hosts together never make a circle.
 */
import type { HostId } from '../values/index.js'
import type { Path } from './host-config.js'
import { isNewerVector, type PathVector } from './path-vector.js'

/** A host's own vector, and the one that everybody may have: the same, or one before it. `undefined`: none was made yet. */
export interface Announced<V extends PathVector = PathVector> {
  readonly newest: V | undefined
  readonly released: V | undefined
}

/** Who is told which vector of this host: a gateway that it moves to the newest, others the one before until that gateway has it. */
export class OwnAnnouncement<V extends PathVector = PathVector> {
  #newest: V | undefined
  #released: V | undefined
  /** Gateways that must have the newest before others may. */
  #awaited: ReadonlySet<HostId> = new Set()
  #firsts: ReadonlySet<HostId> = new Set()

  /** `earlier`: what was on disk; it goes on where it was. Paths of kind `own-gateway`, for which the vectors were made. */
  constructor(earlier: Announced<V>, ownLists: Iterable<Path>) {
    const lists = [...ownLists]
    this.#newest = earlier.newest
    this.#released = earlier.released
    this.#firsts = firstGateways(lists, earlier.newest)
    if (earlier.newest !== earlier.released) this.#await(lists, earlier.newest)
  }

  /** What this host would have everybody know. */
  get newest(): V | undefined {
    return this.#newest
  }

  /** What a restart has to know: to be kept on disk. */
  get announced(): Announced<V> {
    return { newest: this.#newest, released: this.#released }
  }

  /** A new vector, and paths of kind `own-gateway`, whose lists it was made for. */
  renew(vector: V, ownLists: Iterable<Path>): void {
    if (!isNewerVector(vector, this.#newest)) return
    const lists = [...ownLists]
    const told = this.#newest
    this.#newest = vector
    this.#firsts = firstGateways(lists, vector)
    this.#await(lists, told)
  }

  /**
   * Others hold a vector of this host that it doesn't know, from a life of which its disk tells nothing. Nobody can say where that one
   * leads, so every gateway that this one begins with has to have it before others.
   */
  supersede(vector: V, ownLists: Iterable<Path>): void {
    this.#newest = vector
    this.#released = undefined
    this.#firsts = firstGateways(ownLists, vector)
    this.#awaited = this.#firsts
    if (this.#awaited.size === 0) this.#released = vector
  }

  /** Who has to know of the newest before others: gateways that it begins with, and no vector so far did, as all know. */
  #await(lists: readonly Path[], told: PathVector | undefined): void {
    const released = firstGateways(lists, this.#released)
    // One that was not released yet may have got around all the same: the gateway that it began with passes it on.
    const before = firstGateways(lists, told)
    this.#awaited = new Set([...this.#firsts].filter((hostId) => !released.has(hostId) || !before.has(hostId)))
    if (this.#awaited.size === 0) this.#released = this.#newest
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
  vectorFor(hostId: HostId): V | undefined {
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
