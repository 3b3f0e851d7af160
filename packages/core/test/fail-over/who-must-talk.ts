/**
 * Who has to reach whom some time after a failure: pairs whose configured lists hold a live hop for both ends. What the design excepts is
 * left out here: a third node that can't reach the gateway that a node is at, pairs whose server was away.
 */
import type { Path } from '../../src/host-config/host-config.js'
import type { HostId } from '../../src/values/index.js'
import type { FailOverWorld } from './fail-over-world.js'
import { clientEnd, egressEnd, hostEnd, type PacketEnd, walk } from './host-tables.js'
import { configOf, type EgressPlan, pairBetween, pairName, rolesIn } from './mesh-plan.js'

/** How long something has to work before others must have noticed: five probes, with a miss among them. */
const provenMs = 12_000
const pairMs = 25_000

export interface Failure {
  readonly what: string
}

/** What doesn't work and should; empty when all is well. */
export const whatFails = (world: FailOverWorld): readonly Failure[] => [
  ...settledGateways(world),
  ...hostsThatMustTalk(world),
  ...egressesThatMustBeReached(world),
  ...rangesThatNotOneServes(world),
]

const usableSince = ({ underlay, agentSinceMs }: FailOverWorld, a: HostId, b: HostId): number =>
  Math.max(
    underlay.carriesSinceMs(a, b),
    agentSinceMs.get(a) ?? Number.POSITIVE_INFINITY,
    agentSinceMs.get(b) ?? Number.POSITIVE_INFINITY,
  )

const isUsable = (world: FailOverWorld, a: HostId, b: HostId): boolean => Number.isFinite(usableSince(world, a, b))

const isProven = (world: FailOverWorld, a: HostId, b: HostId): boolean =>
  world.nowMs - usableSince(world, a, b) >= provenMs

const ownList = (world: FailOverWorld, hostId: HostId): Path | undefined =>
  [...(world.agents.get(hostId)?.config.paths.values() ?? [])].find(({ to }) => to.kind === 'own-gateway')

const ownHop = (world: FailOverWorld, hostId: HostId): HostId | undefined => {
  const path = ownList(world, hostId)
  return path && world.agents.get(hostId)?.chooser.chosen.hops.get(path.key)
}

/** A relayed host that has a live gateway is at a live one. */
const settledGateways = (world: FailOverWorld): readonly Failure[] =>
  [...world.plan.relayed.keys()].flatMap((hostId) => {
    const [to, hop] = [ownList(world, hostId)?.to, ownHop(world, hostId)]
    if (to?.kind !== 'own-gateway' || hop === undefined || isUsable(world, hostId, hop)) return []
    const live = to.gateways.filter((each) => isProven(world, hostId, each.hostId) && !isOutdated(world, each.hostId))
    return live.length === 0 ? [] : [{ what: `${hostId} is at ${hop}, which is dead to it; ${live[0]?.hostId} lives` }]
  })

/**
 * A host that was away when a decision of the server reached the others, and whose server is gone since, doesn't know who may relay whom:
 * the order in a list is its owner's to say, what is in it the server's.
 */
const isOutdated = (world: FailOverWorld, hostId: HostId): boolean => {
  const agent = world.agents.get(hostId)
  if (world.server.isUp || agent === undefined) return false
  return rolesIn(agent.config) !== rolesIn(configOf(world.plan, hostId))
}

/** Where the packets of a host come from, as others see it: itself, or the gateway that it is at; `undefined`: nowhere now. */
const standsAt = (world: FailOverWorld, hostId: HostId): HostId | undefined => {
  if (!world.underlay.isAlive(hostId) || !world.agents.has(hostId)) return undefined
  if (!world.plan.relayed.has(hostId)) return hostId
  const hop = ownHop(world, hostId)
  return hop !== undefined && isProven(world, hostId, hop) ? hop : undefined
}

/** Whether packets must get from one to the other, directly or through a relay of the pair. */
const mustConnect = (world: FailOverWorld, a: HostId, b: HostId): boolean => {
  if (a === b) return true
  const pair = pairBetween(world.plan, a, b)
  if (pair !== undefined) {
    const isSettled = world.nowMs - (world.server.pairSinceMs.get(pairName(a, b)) ?? 0) > 8000
    return (
      isSettled &&
      pair.gateways.some((each) => isProven(world, a, each) && isProven(world, b, each) && isPlain(world, a, b, each))
    )
  }
  if (isUsable(world, a, b)) return true
  const longAgo = world.nowMs - pairMs
  return (
    world.underlay.brokenSinceMs(a, b) <= longAgo &&
    world.server.upSinceMs <= longAgo &&
    world.server
      .relaysFor(a, b)
      .some((each) => usableSince(world, a, each) <= longAgo && usableSince(world, b, each) <= longAgo)
  )
}

/** It knows that it is one, and neither end reaches it through another pair. */
const isPlain = (world: FailOverWorld, a: HostId, b: HostId, relay: HostId): boolean =>
  !isOutdated(world, relay) &&
  pairBetween(world.plan, a, relay) === undefined &&
  pairBetween(world.plan, b, relay) === undefined

const hostsThatMustTalk = (world: FailOverWorld): readonly Failure[] => {
  const ends = [
    ...world.plan.hosts.map((hostId) => ({ hostId, end: hostEnd(hostId) })),
    ...[...world.plan.clients].map(([number, hostId]) => ({ hostId, end: clientEnd(number, hostId) })),
  ]
  const failures: Failure[] = []
  for (const from of ends)
    for (const to of ends) {
      if (from.hostId === to.hostId) continue
      const [a, b] = [standsAt(world, from.hostId), standsAt(world, to.hostId)]
      if (a === undefined || b === undefined || !mustConnect(world, a, b)) continue
      if ([from.hostId, to.hostId, a, b].some((hostId) => isOutdated(world, hostId))) continue
      failures.push(...failed(world, from.hostId, from.end, to.end))
    }
  return failures
}

const failed = (world: FailOverWorld, at: HostId, source: PacketEnd, destination: PacketEnd): readonly Failure[] => {
  const { verdict, over } = walk(world.tables, world.underlay, at, source, destination)
  if (verdict === 'delivered' || over.some((hostId) => isOutdated(world, hostId))) return []
  return [{ what: `${source.name} to ${destination.name}: ${verdict}, over ${over.join(' ')}` }]
}

const egressesThatMustBeReached = (world: FailOverWorld): readonly Failure[] =>
  world.plan.egresses.flatMap((egress) =>
    world.plan.hosts.flatMap((hostId) => {
      const at = standsAt(world, hostId)
      if (at === undefined || egress.routers.includes(hostId) || !mustReach(world, at, egress)) return []
      if ([hostId, at].some((each) => isOutdated(world, each))) return []
      const [source, destination] = [hostEnd(hostId), egressEnd(egress)]
      const router = walk(world.tables, world.underlay, hostId, source, destination).over.at(-1)
      const there = failed(world, hostId, source, destination)
      return there.length > 0 || router === undefined ? there : failed(world, router, destination, source)
    }),
  )

const mustReach = (world: FailOverWorld, at: HostId, { kind, routers }: EgressPlan): boolean => {
  if (routers.includes(at)) return true
  const inPair = routers.filter((router) => pairBetween(world.plan, at, router) !== undefined)
  // A relay passes on to the router that it chooses itself: where there are several, that may be another one.
  if (inPair.length > 0) return routers.length === 1 && inPair.every((router) => isThere(world, at, router))
  // Nobody but its gateway can tell whether a relayed router is there: it must be, for all to find each other.
  const relayed = routers.filter((router) => world.plan.relayed.has(router))
  if (relayed.length > 0 && !routers.every((router) => isThere(world, at, router))) return false
  const direct = routers.filter((router) => !world.plan.relayed.has(router))
  if (kind === 'leaving' && relayed.length === 0) return direct.some((router) => isProven(world, at, router))
  // All routers that live see each other: otherwise two of them may believe that they are the first.
  const live = routers.filter((router) => world.underlay.isAlive(router))
  const first = live[0]
  const seeEachOther = direct.every((one) =>
    direct.every(
      (other) => one === other || !live.includes(one) || !live.includes(other) || isProven(world, one, other),
    ),
  )
  return first !== undefined && isThere(world, at, first) && seeEachOther
}

/** Routers that reach each other agree on the one that serves: the LAN's return route leads to it. */
const rangesThatNotOneServes = (world: FailOverWorld): readonly Failure[] =>
  world.plan.egresses.flatMap(({ egressId, routers }) => {
    const live = routers.filter((router) => world.underlay.isAlive(router))
    const seesAll = (one: HostId) => live.every((other) => one === other || isProvenDirectly(world, one, other))
    if (live.length === 0 || routers.some((router) => world.plan.relayed.has(router)) || !live.every(seesAll)) return []
    if (live.some((router) => isOutdated(world, router) || world.agents.get(router) === undefined)) return []
    // One that nobody answers takes itself for the one that is offline.
    const users = world.plan.hosts.filter((hostId) => !routers.includes(hostId) && !world.plan.relayed.has(hostId))
    if (live.length === 1 && !users.some((user) => live.every((router) => isProvenDirectly(world, router, user))))
      return []
    const serving = live.filter((router) =>
      world.agents.get(router)?.chooser.chosen.vector.servedEgressIds.includes(egressId),
    )
    return serving.length === 1 ? [] : [{ what: `${egressId} is served by ${serving.join(' and ') || 'nobody'}` }]
  })

const isProvenDirectly = (world: FailOverWorld, a: HostId, b: HostId): boolean =>
  isProven(world, a, b) && pairBetween(world.plan, a, b) === undefined

/** Whether packets from one host to another must arrive: directly, through a relay of the pair, or by the gateway that it is at. */
const isThere = (world: FailOverWorld, at: HostId, hostId: HostId): boolean => {
  const there = standsAt(world, hostId)
  if (there === undefined || isOutdated(world, hostId) || isOutdated(world, there)) return false
  if (pairBetween(world.plan, at, there) !== undefined) return mustConnect(world, at, there)
  return there === hostId
    ? isProven(world, at, hostId)
    : there === at || (isUsable(world, at, there) && mustConnect(world, at, there))
}

/** Where relayed hosts and pairs are, as far as they are somewhere that works: recovery of something else moves none of them. */
export const settledHops = (world: FailOverWorld): ReadonlyMap<string, HostId> => {
  const hops = new Map<string, HostId>()
  for (const [hostId, { config, chooser }] of world.agents)
    for (const { key, to } of config.paths.values()) {
      const { hops: chosen, memory } = chooser.chosen
      const hop = chosen.get(key)
      // The server wants it elsewhere, and it goes there as soon as that is proven.
      const isToMove = to.kind === 'own-gateway' && memory.followed.get(key) !== to.gateways[0]?.nodeId
      const ends = to.kind === 'own-gateway' ? [hostId] : to.kind === 'pair' ? [hostId, to.hostId] : []
      if (hop !== undefined && !isToMove && ends.length > 0 && ends.every((end) => isUsable(world, end, hop)))
        hops.set(`${hostId} ${key}`, hop)
    }
  return hops
}
