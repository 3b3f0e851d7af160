/** Random meshes and what befalls them. */
import * as fc from 'fast-check'
import { egressId, type HostId, hostId } from '../../src/values/index.js'
import { FailOverWorld } from './fail-over-world.js'
import type { EgressPlan, MeshPlan } from './mesh-plan.js'
import { type Failure, settledHops, whatFails } from './who-must-talk.js'

/** Hosts are named by number and taken modulo how many there are, so that every list of faults fits every mesh. */
export type Fault =
  | {
      readonly kind: 'link'
      readonly a: number
      readonly b: number
      readonly carries: 'both' | 'there' | 'back' | 'none'
    }
  /** `offline`: every link of the host breaks at once, `online`: they carry again. */
  | { readonly kind: 'kill' | 'revive' | 'offline' | 'online'; readonly host: number }
  | { readonly kind: 'restart'; readonly host: number; readonly awayMs: number }
  | { readonly kind: 'server'; readonly isUp: boolean }
  | { readonly kind: 'assign'; readonly relayed: number; readonly first: number }

export interface Phase {
  readonly faults: readonly { readonly atMs: number; readonly fault: Fault }[]
  /** How long nothing else happens. */
  readonly isLong: boolean
}

export interface Scenario {
  readonly seed: number
  readonly gateways: number
  readonly plain: number
  /** For each relayed host, the gateways of its list. */
  readonly relayed: readonly (readonly number[])[]
  readonly egresses: readonly { readonly kind: 'leaving' | 'routed'; readonly routers: readonly number[] }[]
  readonly hasClient: boolean
  readonly lossOfVectors: number
  readonly lossOfProbes: number
  readonly latencyMs: number
  readonly phases: readonly Phase[]
}

const host = fc.nat(9)
/** Gateways are the first hosts: they are what matters. */
const important = fc.oneof({ weight: 2, arbitrary: fc.nat(3) }, host)
const fault: fc.Arbitrary<Fault> = fc.oneof(
  { weight: 5, arbitrary: link(fc.constantFrom('both', 'there', 'back', 'none', 'none')) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('kill', 'revive'), host: important }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('offline', 'online'), host }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('restart'), host: important, awayMs: fc.integer({ min: 50, max: 4000 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('server'), isUp: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('assign'), relayed: fc.nat(5), first: fc.nat(3) }) },
)

function link(carries: fc.Arbitrary<'both' | 'there' | 'back' | 'none'>) {
  return fc.record({ kind: fc.constant('link'), a: important, b: host, carries })
}

const phase: fc.Arbitrary<Phase> = fc.record({
  faults: fc.array(fc.record({ atMs: fc.nat(2500), fault }), { minLength: 1, maxLength: 4 }),
  isLong: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, fc.constant(true)),
})

export const scenario: fc.Arbitrary<Scenario> = fc.record({
  seed: fc.nat(1_000_000),
  gateways: fc.integer({ min: 2, max: 4 }),
  plain: fc.integer({ min: 1, max: 3 }),
  relayed: fc.array(fc.uniqueArray(fc.nat(3), { minLength: 1, maxLength: 4 }), { maxLength: 4 }),
  egresses: fc.array(
    fc.record({
      kind: fc.constantFrom('leaving', 'routed', 'routed'),
      routers: fc.uniqueArray(fc.oneof({ weight: 3, arbitrary: fc.nat(6) }, fc.nat(9)), { minLength: 1, maxLength: 3 }),
    }),
    { maxLength: 2 },
  ),
  hasClient: fc.boolean(),
  lossOfVectors: fc.constantFrom(0, 0, 0.1, 0.3),
  lossOfProbes: fc.constantFrom(0, 0, 0.01),
  latencyMs: fc.constantFrom(5, 30, 100),
  phases: fc.array(phase, { minLength: 1, maxLength: 5 }),
})

const nth = <A>(list: readonly A[], at: number): A | undefined => list[at % Math.max(1, list.length)]

export const planOf = ({ gateways, plain, relayed, egresses, hasClient }: Scenario): MeshPlan => {
  const hosts = Array.from({ length: gateways + plain + relayed.length }, (_, at) => hostId(`h${at}`))
  const gatewayIds = hosts.slice(0, gateways)
  const pick = (list: readonly HostId[], numbers: readonly number[]) => [
    ...new Set(numbers.flatMap((number) => nth(list, number) ?? [])),
  ]
  return {
    hosts,
    gateways: gatewayIds,
    relayed: new Map(hosts.slice(gateways + plain).map((id, at) => [id, pick(gatewayIds, relayed[at] ?? [])])),
    pairs: new Map(),
    egresses: egresses.map(
      ({ kind, routers }, at): EgressPlan => ({
        egressId: egressId(`e${at}`),
        kind,
        routers: pick(hosts, routers),
      }),
    ),
    clients: new Map(hasClient && gatewayIds[0] !== undefined ? [[0, gatewayIds[0]]] : []),
  }
}

export interface Outcome {
  readonly failures: readonly (Failure & { readonly atMs: number })[]
  readonly circles: readonly string[]
  readonly loops: readonly string[]
  /** How many times it was looked. */
  readonly checks: number
}

const startMs = 15_000
const promptMs = 5000
const settledMs = 14_000
const longMs = 33_000
/** For decisions of the server, which concerned hosts hear of at different times. */
const patchMs = 1000
const restMs = 20_000

export const worldOf = (story: Scenario): FailOverWorld => {
  const { seed, lossOfVectors, lossOfProbes, latencyMs } = story
  return new FailOverWorld({ seed, plan: planOf(story), lossOfVectors, lossOfProbes, latencyMs })
}

/** Waits until nothing that the server decided is on its way any more. Answers whether that happened at all. */
export const comesToRest = (world: FailOverWorld): boolean => {
  const untilMs = world.nowMs + restMs
  const isResting = () => world.server.patchesOnTheWay === 0 && world.nowMs - world.server.lastPatchAtMs >= patchMs
  while (!isResting() && world.nowMs < untilMs) world.time.runUntil(world.nowMs + 250)
  return isResting()
}

export const play = (story: Scenario): Outcome => {
  const world = worldOf(story)
  const failures: (Failure & { atMs: number })[] = []
  let checks = 0
  const check = (atMs: number) => {
    world.time.runUntil(atMs)
    if (!comesToRest(world)) failures.push({ what: 'the server never comes to rest', atMs: world.nowMs })
    checks += 1
    for (const failure of whatFails(world)) failures.push({ ...failure, atMs: world.nowMs })
  }
  check(startMs)
  for (const { faults, isLong } of story.phases) {
    const [before, list] = [settledHops(world), listsOf(world)]
    let lastMs = world.nowMs
    for (const { atMs, fault } of [...faults].sort((a, b) => a.atMs - b.atMs))
      lastMs = Math.max(lastMs, strike(world, fault, atMs))
    check(lastMs + promptMs)
    check(lastMs + settledMs)
    // The server's own decisions may move something, but no recovery does (F3).
    if (faults.every(({ fault }) => isRecovery(fault)) && list === listsOf(world))
      for (const [name, hop] of before) {
        const now = settledHops(world).get(name)
        if (now !== undefined && now !== hop)
          failures.push({ what: `${name} moved from ${hop} to ${now}, which was no failure`, atMs: world.nowMs })
      }
    if (isLong) check(lastMs + longMs)
  }
  return { failures, circles: world.circles, loops: world.loops, checks }
}

const isRecovery = (fault: Fault): boolean =>
  fault.kind === 'revive' || fault.kind === 'online' || (fault.kind === 'link' && fault.carries === 'both')

const listsOf = ({ plan }: FailOverWorld): string => JSON.stringify([[...plan.relayed], [...plan.pairs]])

/** Answers when it is over. */
const strike = (world: FailOverWorld, fault: Fault, delayMs: number): number => {
  const atMs = world.nowMs + delayMs
  const later = (more: number, run: () => void) => world.time.after(delayMs + more, run)
  const hostAt = (number: number) => nth(world.plan.hosts, number) as HostId
  switch (fault.kind) {
    case 'link': {
      const [a, b] = [hostAt(fault.a), hostAt(fault.b)]
      const carries = {
        there: fault.carries === 'both' || fault.carries === 'there',
        back: fault.carries === 'both' || fault.carries === 'back',
      }
      if (a !== b) later(0, () => world.underlay.setLink(a, b, carries, world.nowMs))
      return atMs
    }
    case 'kill':
      later(0, () => world.kill(hostAt(fault.host)))
      return atMs
    case 'revive':
      later(0, () => world.revive(hostAt(fault.host)))
      return atMs
    case 'offline':
    case 'online':
      later(0, () => setAllLinks(world, hostAt(fault.host), fault.kind === 'online'))
      return atMs
    case 'restart':
      later(0, () => world.stopAgent(hostAt(fault.host)))
      later(fault.awayMs, () => world.startAgent(hostAt(fault.host)))
      return atMs + fault.awayMs
    case 'server':
      later(0, () => world.server.set(fault.isUp))
      return atMs
    case 'assign':
      later(0, () => assign(world, fault))
      return atMs
  }
}

/** Breaks all links of a host, or mends them. */
export const setAllLinks = (world: FailOverWorld, hostId: HostId, carries: boolean): void => {
  if (carries) world.offline.delete(hostId)
  else world.offline.add(hostId)
  for (const other of world.plan.hosts)
    if (other !== hostId) world.underlay.setLink(hostId, other, { there: carries, back: carries }, world.nowMs)
}

const assign = (world: FailOverWorld, { relayed, first }: Extract<Fault, { kind: 'assign' }>): void => {
  const entry = nth([...world.plan.relayed], relayed)
  const gateway = nth(world.plan.gateways, first)
  if (!world.server.isUp || entry === undefined || gateway === undefined) return
  const [id, list] = entry
  world.server.decide({
    ...world.plan,
    relayed: new Map([...world.plan.relayed, [id, [gateway, ...list.filter((each) => each !== gateway)].slice(0, 4)]]),
  })
}
