/** How long those who talked before a failure, and can again, don't talk after it. */
import type { HostId } from '../../src/values/index.js'
import type { FailOverWorld } from './fail-over-world.js'
import { clientEnd, egressEnd, hostEnd, walk } from './host-tables.js'
import { type EgressPlan, pairBetween } from './mesh-plan.js'
import { comesToRest, type Scenario, worldOf } from './scenario.js'
import { dice } from './virtual-time.js'
import { whatFails } from './who-must-talk.js'

/** What fails, and within how many milliseconds all have to talk again. */
export const failureKinds = {
  gatewayDies: 5000,
  gatewayDiesWithoutServer: 5000,
  linkToGatewayBreaks: 5000,
  linkToGatewayBreaksOneWay: 5000,
  relayOfPairDiesWithoutServer: 5000,
  masqueradingRouterDies: 5000,
  activeRouterDiesWithoutServer: 5000,
  directLinkBreaks: 25_000,
} as const

export type FailureKind = keyof typeof failureKinds

type Pick = <A>(list: readonly A[]) => A | undefined

const startMs = 15_000
const engagedMs = 30_000
const lookEveryMs = 20

/**
 * Milliseconds until everybody talks again who talked before the failure and does in the end; `undefined`: the mesh has nothing that could
 * fail like this, or nobody talked through it. Throws when somebody doesn't talk in time.
 */
export const recoveryMs = (kind: FailureKind, story: Scenario): number | undefined => {
  const world = worldOf(story)
  const random = dice(story.seed + 1)
  world.time.runUntil(startMs + random() * 1000)
  const fail = failures[kind](world, (list) => list[Math.floor(random() * list.length)])
  if (fail === undefined) return undefined
  if (kind.endsWith('WithoutServer')) world.server.set(false)
  const talking = conversations(world).filter((works) => works())
  const failedAtMs = world.nowMs
  fail()
  const silentUntilMs = lastSilences(world, talking, failedAtMs + failureKinds[kind])
  comesToRest(world)
  const [late] = whatFails(world)
  if (late !== undefined) throw new Error(`${kind}: ${late.what}, ${(world.nowMs - failedAtMs) / 1000} s after it`)
  const recovered = talking.flatMap((works) => (works() ? (silentUntilMs.get(works) ?? []) : []))
  return recovered.length === 0 ? undefined : Math.max(...recovered) - failedAtMs
}

type Conversation = () => boolean

/** From every host and client to every other one, and from every host to what lies behind routers, and back. */
const conversations = (world: FailOverWorld): readonly Conversation[] => {
  const { hosts, clients, egresses } = world.plan
  const ends = [
    ...hosts.map((at) => ({ at, end: hostEnd(at) })),
    ...[...clients].map(([number, at]) => ({ at, end: clientEnd(number, at) })),
  ]
  const between = ends.flatMap((from) =>
    ends.flatMap((to) => (from.at === to.at ? [] : [() => arrivesAt(world, from.at, from.end, to.end) !== undefined])),
  )
  const out = egresses.flatMap((egress) =>
    hosts
      .filter((hostId) => !egress.routers.includes(hostId))
      .map((hostId) => () => {
        const router = arrivesAt(world, hostId, hostEnd(hostId), egressEnd(egress))
        return router !== undefined && arrivesAt(world, router, egressEnd(egress), hostEnd(hostId)) !== undefined
      }),
  )
  return [...between, ...out]
}

const arrivesAt = (world: FailOverWorld, start: HostId, ...ends: readonly [Walker, Walker]): HostId | undefined => {
  if (!world.underlay.isAlive(start)) return undefined
  const { verdict, over } = walk(world.tables, world.underlay, start, ...ends)
  return verdict === 'delivered' ? over.at(-1) : undefined
}
type Walker = Parameters<typeof walk>[3]

const lastSilences = (world: FailOverWorld, talking: readonly Conversation[], untilMs: number) => {
  const silentUntilMs = new Map<Conversation, number>()
  while (world.nowMs < untilMs) {
    for (const works of talking) if (!works()) silentUntilMs.set(works, world.nowMs + lookEveryMs)
    world.time.runUntil(world.nowMs + lookEveryMs)
  }
  return silentUntilMs
}

/** What makes it fail, once the mesh is ready for that. */
type Failure = (world: FailOverWorld, pick: Pick) => (() => void) | undefined

/** A relayed host with the gateway that it is at. */
const relayedAt = (world: FailOverWorld, pick: Pick): readonly [HostId, HostId] | undefined => {
  const hostId = pick([...world.plan.relayed].filter(([, list]) => list.length > 1).map(([each]) => each))
  const agent = hostId && world.agents.get(hostId)
  const path = agent && [...agent.config.paths.values()].find(({ to }) => to.kind === 'own-gateway')
  const hop = path && agent.chooser.chosen.hops.get(path.key)
  return hostId === undefined || hop === undefined ? undefined : [hostId, hop]
}

const gatewayDies: Failure = (world, pick) => {
  const at = relayedAt(world, pick)
  return at && (() => world.kill(at[1]))
}

const linkToGatewayBreaks =
  (back: boolean): Failure =>
  (world, pick) => {
    const at = relayedAt(world, pick)
    return at && (() => world.underlay.setLink(...at, { there: false, back }, world.nowMs))
  }

/** Two that are not relayed, and that gateways could relay. */
const directPair = (world: FailOverWorld, pick: Pick): readonly [HostId, HostId] | undefined => {
  const direct = world.plan.hosts.filter((hostId) => !world.plan.relayed.has(hostId))
  const [a, b] = [pick(direct), pick(direct)]
  return a === undefined || b === undefined || a === b || world.server.relaysFor(a, b).length === 0 ? undefined : [a, b]
}

const directLinkBreaks: Failure = (world, pick) => {
  const ends = directPair(world, pick)
  return ends && (() => world.underlay.setLink(...ends, { there: false, back: false }, world.nowMs))
}

const relayOfPairDies: Failure = (world, pick) => {
  const ends = directPair(world, pick)
  if (ends === undefined) return undefined
  world.underlay.setLink(...ends, { there: false, back: false }, world.nowMs)
  world.time.runUntil(world.nowMs + engagedMs)
  const pair = pairBetween(world.plan, ...ends)
  const path = [...(world.agents.get(ends[0])?.config.paths.values() ?? [])].find(
    ({ to }) => to.kind === 'pair' && to.hostId === ends[1],
  )
  const relay = path && world.agents.get(ends[0])?.chooser.chosen.hops.get(path.key)
  return relay === undefined || pair === undefined || pair.gateways.length < 2 ? undefined : () => world.kill(relay)
}

const routerDies =
  (kind: EgressPlan['kind']): Failure =>
  (world, pick) => {
    const direct = ({ routers }: EgressPlan) => routers.every((hostId) => !world.plan.relayed.has(hostId))
    const egress = pick(
      world.plan.egresses.filter((each) => each.kind === kind && each.routers.length > 1 && direct(each)),
    )
    const from = egress && pick(world.plan.hosts.filter((hostId) => !egress.routers.includes(hostId)))
    const router = egress && from && arrivesAt(world, from, hostEnd(from), egressEnd(egress))
    return router && (() => world.kill(router))
  }

const failures: Readonly<Record<FailureKind, Failure>> = {
  gatewayDies,
  gatewayDiesWithoutServer: gatewayDies,
  linkToGatewayBreaks: linkToGatewayBreaks(false),
  linkToGatewayBreaksOneWay: linkToGatewayBreaks(true),
  relayOfPairDiesWithoutServer: relayOfPairDies,
  masqueradingRouterDies: routerDies('leaving'),
  activeRouterDiesWithoutServer: routerDies('routed'),
  directLinkBreaks,
}
