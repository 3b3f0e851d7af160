import type { EgressId, HostConfig, HostId, IpPrefix, OwnVector } from '@meshfold/core'

/** What this host is to an egress that it routes beside others: the one that all send to, or one that waits (E6). */
export interface RouterRole {
  readonly egressId: EgressId
  readonly role: 'active' | 'standby'
  /** As they are behind the router. */
  readonly ranges: readonly IpPrefix[]
}

/** Told of each role when it begins, and of those that were there at the start; of an active one also when a router before it died. */
export type OnRouterRole = (role: RouterRole) => void

interface Told extends RouterRole {
  /** Routers before this one that were down. */
  readonly down: readonly HostId[]
}

/** Notices when this host begins and ceases to serve ranges that others route as well. */
export class RouterRoles {
  readonly #onRole: OnRouterRole
  readonly #told = new Map<EgressId, Told>()

  constructor(onRole: OnRouterRole) {
    this.#onRole = onRole
  }

  note(
    { routing }: Pick<HostConfig, 'routing'>,
    { servedEgressIds }: OwnVector,
    isDown: (hostId: HostId) => boolean,
  ): void {
    const now = new Map<EgressId, Told>()
    for (const { egressId, ranges, before, routers } of routing) {
      if (routers.length < 2) continue
      const role = servedEgressIds.includes(egressId) ? 'active' : 'standby'
      now.set(egressId, { egressId, ranges, role, down: before.map(({ hostId }) => hostId).filter(isDown) })
    }
    // Who routes it no more is not where its network should send to.
    for (const [egressId, told] of this.#told)
      if (!now.has(egressId) && told.role === 'active') this.#tell({ ...told, role: 'standby' })
    for (const [egressId, each] of now) if (isNews(each, this.#told.get(egressId))) this.#tell(each)
    this.#told.clear()
    for (const [egressId, each] of now) this.#told.set(egressId, each)
  }

  #tell({ egressId, role, ranges }: Told): void {
    this.#onRole({ egressId, role, ranges })
  }
}

/** A router that died may just have told its network to send there, before anybody here heard of it. */
const isNews = (now: Told, told: Told | undefined): boolean =>
  now.role !== told?.role || (now.role === 'active' && now.down.some((hostId) => !told.down.includes(hostId)))
