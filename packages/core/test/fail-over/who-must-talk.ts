/**
 * Who has to reach whom some time after a failure: pairs whose configured lists hold a live hop for both ends. What the design excepts is
 * left out here: a third node that can't reach the gateway that a node is at, pairs whose server was away.
 */
import type { HostId } from '../../src/values/index.js'
import type { FailOverWorld } from './fail-over-world.js'
import { clientEnd, egressEnd, hostEnd, type PacketEnd, walk } from './host-tables.js'
import { type EgressPlan, pairBetween, pairName } from './mesh-plan.js'

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

const ownHop = (world: FailOverWorld, hostId: HostId): HostId | undefined => {
  const agent = world.agents.get(hostId)
  const path = agent && [...agent.config.paths.values()].find(({ to }) => to.kind === 'own-gateway')
  return path && agent.chooser.chosen.hops.get(path.key)
}

/** A relayed host that has a live gateway is at a live one. */
const settledGateways = (world: FailOverWorld): readonly Failure[] =>
  [...world.plan.relayed].flatMap(([hostId, list]) => {
    const hop = ownHop(world, hostId)
    if (hop === undefined || isUsable(world, hostId, hop) || !list.some((each) => isProven(world, hostId, each)))
      return []
    return [{ what: `${hostId} is at ${hop}, which is dead to it, and has live ones in ${list.join(' ')}` }]
  })

/** Where the packets of a host come from, as others see it: itself, or the gateway that it is at; `undefined`: nowhere now. */
const standsAt = (world: FailOverWorld, hostId: HostId): HostId | undefined => {
  if (!world.underlay.isAlive(hostId) || !world.agents.has(hostId)) return undefined
  if (!world.plan.relayed.has(hostId)) return hostId
  const hop = ownHop(world, hostId)
  return hop !== undefined && isUsable(world, hostId, hop) ? hop : undefined
}

/** Whether packets must get from one to the other, directly or through a relay of the pair. */
const mustConnect = (world: FailOverWorld, a: HostId, b: HostId): boolean => {
  if (a === b) return true
  const pair = pairBetween(world.plan, a, b)
  if (pair !== undefined) {
    const isSettled = world.nowMs - (world.pairSinceMs.get(pairName(a, b)) ?? 0) > 8000
    return (
      isSettled &&
      pair.gateways.some((each) => isProven(world, a, each) && isProven(world, b, each) && isPlain(world, a, b, each))
    )
  }
  if (isUsable(world, a, b)) return true
  const longAgo = world.nowMs - pairMs
  return (
    world.underlay.brokenSinceMs(a, b) <= longAgo &&
    world.serverUpSinceMs <= longAgo &&
    world
      .relaysFor(a, b)
      .some((each) => usableSince(world, a, each) <= longAgo && usableSince(world, b, each) <= longAgo)
  )
}

/** Neither end reaches the relay through another pair. */
const isPlain = (world: FailOverWorld, a: HostId, b: HostId, relay: HostId): boolean =>
  pairBetween(world.plan, a, relay) === undefined && pairBetween(world.plan, b, relay) === undefined

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
      failures.push(...failed(world, from.hostId, from.end, to.end))
    }
  return failures
}

const failed = (world: FailOverWorld, at: HostId, source: PacketEnd, destination: PacketEnd): readonly Failure[] => {
  const { verdict, over } = walk(world.tables, world.underlay, at, source, destination)
  if (verdict === 'delivered') return []
  return [{ what: `${source.name} to ${destination.name}: ${verdict}, over ${over.join(' ')}` }]
}

const egressesThatMustBeReached = (world: FailOverWorld): readonly Failure[] =>
  world.plan.egresses.flatMap((egress) =>
    world.plan.hosts.flatMap((hostId) => {
      const at = standsAt(world, hostId)
      if (at === undefined || egress.routers.includes(hostId) || !mustReach(world, at, egress)) return []
      const [source, destination] = [hostEnd(hostId), egressEnd(egress)]
      const there = walk(world.tables, world.underlay, hostId, source, destination)
      const router = there.over.at(-1)
      if (there.verdict !== 'delivered' || router === undefined)
        return [{ what: `${hostId} to ${egress.egressId}: ${there.verdict}, over ${there.over.join(' ')}` }]
      return failed(world, router, destination, source)
    }),
  )

const mustReach = (world: FailOverWorld, at: HostId, { kind, routers }: EgressPlan): boolean => {
  if (routers.includes(at)) return true
  // What a pair relays is judged as a pair.
  if (routers.some((router) => pairBetween(world.plan, at, router) !== undefined)) return false
  if (kind === 'leaving') return routers.some((router) => isProven(world, at, router))
  // All routers that live see each other: otherwise two of them may believe that they are the first.
  const live = routers.filter((router) => world.underlay.isAlive(router))
  const first = live[0]
  return (
    first !== undefined &&
    isProven(world, at, first) &&
    live.every((one) => live.every((other) => one === other || isProven(world, one, other)))
  )
}
