/** A host's WireGuard table and what it forwards, as its kernel has them: they outlive its agent. Follows packets through them. */
import { type Forwarding, forwardsFor } from '../../src/host-config/forwards-for.js'
import type { HostId, IpAddress, IpPrefix } from '../../src/values/index.js'
import { addressOf, clientAddress, egressAddress, egressPrefix, type MeshPlan, meshRange } from './mesh-plan.js'
import type { SimulatedAgent } from './simulated-agent.js'
import type { Underlay } from './underlay.js'

export class HostTable {
  readonly #holders = new Map<IpPrefix, HostId>()
  readonly #lists = new Map<HostId, readonly IpPrefix[]>()
  #forwards: Forwarding | undefined
  #agent: SimulatedAgent | undefined

  take(agent: SimulatedAgent, hosts: Iterable<HostId>): void {
    const { allowedIps } = agent.chooser.chosen
    const changed = [...hosts]
    for (const hostId of changed)
      for (const prefix of this.#lists.get(hostId) ?? [])
        if (this.#holders.get(prefix) === hostId) this.#holders.delete(prefix)
    for (const hostId of changed) {
      const list = allowedIps.get(hostId)
      if (list === undefined) this.#lists.delete(hostId)
      else this.#lists.set(hostId, list)
      for (const prefix of list ?? []) this.#holders.set(prefix, hostId)
    }
    this.noteVectors(agent)
  }

  /** Who is attached may be another now. */
  noteVectors(agent: SimulatedAgent): void {
    this.#forwards = undefined
    this.#agent = agent
  }

  holderOf(around: readonly IpPrefix[]): HostId | undefined {
    for (const prefix of around) {
      const holder = this.#holders.get(prefix)
      if (holder !== undefined) return holder
    }
    return undefined
  }

  forwards(source: readonly IpPrefix[], destination: readonly IpPrefix[]): boolean {
    const agent = this.#agent
    if (agent === undefined) return false
    this.#forwards ??= forwardsFor(agent.config, agent.vectors, agent.chooser.chosen)
    const { prefixes, between } = this.#forwards
    const isIn = (around: readonly IpPrefix[], set: ReadonlySet<IpPrefix>) => around.some((prefix) => set.has(prefix))
    return (
      isIn(source, prefixes) ||
      isIn(destination, prefixes) ||
      between.some(
        ([one, other]) =>
          (isIn(source, one) && isIn(destination, other)) || (isIn(source, other) && isIn(destination, one)),
      )
    )
  }
}

/** Something that packets come from or go to, with the prefixes around its address, longest first. */
export interface PacketEnd {
  readonly name: string
  readonly around: readonly IpPrefix[]
  /** Where packets to it leave the mesh. */
  readonly isAt: (hostId: HostId) => boolean
}

const onlyHost = (address: IpAddress): IpPrefix => `${address}/32` as IpPrefix

export const hostEnd = (hostId: HostId): PacketEnd => ({
  name: hostId,
  around: [onlyHost(addressOf(hostId)), meshRange],
  isAt: (at) => at === hostId,
})

export const clientEnd = (number: number, gateway: HostId): PacketEnd => ({
  name: `client ${number}`,
  around: [onlyHost(clientAddress(number)), meshRange],
  isAt: (at) => at === gateway,
})

export const egressEnd = ({ egressId, routers }: MeshPlan['egresses'][number]): PacketEnd => ({
  name: egressId,
  around: [onlyHost(egressAddress(egressId)), egressPrefix(egressId)],
  isAt: (at) => routers.includes(at),
})

export interface Walk {
  readonly verdict: 'delivered' | 'no peer' | 'link broken' | 'source check' | 'not forwarded' | 'loop'
  readonly over: readonly HostId[]
}

const hopLimit = 16

/** A packet as kernels would carry it: the peer that has its destination, and there the peer that has its source. */
export const walk = (
  tables: ReadonlyMap<HostId, HostTable>,
  underlay: Underlay,
  start: HostId,
  source: PacketEnd,
  destination: PacketEnd,
): Walk => {
  const over = [start]
  for (let at = start; ; ) {
    if (destination.isAt(at)) return { verdict: 'delivered', over }
    const table = tables.get(at)
    const begins = over.length === 1 && source.isAt(at)
    if (!begins && table?.forwards(source.around, destination.around) !== true)
      return { verdict: 'not forwarded', over }
    const next = table?.holderOf(destination.around)
    if (next === undefined) return { verdict: 'no peer', over }
    if (!underlay.carries(at, next)) return { verdict: 'link broken', over: [...over, next] }
    over.push(next)
    if (tables.get(next)?.holderOf(source.around) !== at) return { verdict: 'source check', over }
    if (over.length > hopLimit) return { verdict: 'loop', over }
    at = next
  }
}

/** Whether the choices of all hosts together make a circle for the destination, whatever the source. */
export const circleTowards = (
  tables: ReadonlyMap<HostId, HostTable>,
  underlay: Underlay,
  destination: PacketEnd,
): readonly HostId[] | undefined => {
  const good = new Set<HostId>()
  for (const start of tables.keys()) {
    const over: HostId[] = []
    for (let at: HostId | undefined = start; at !== undefined && !good.has(at) && !destination.isAt(at); ) {
      if (!underlay.isAlive(at)) break
      if (over.includes(at)) return [...over, at]
      over.push(at)
      at = tables.get(at)?.holderOf(destination.around)
    }
    for (const hostId of over) good.add(hostId)
  }
  return undefined
}
