/** The server of a simulated mesh: what it decides, whom it tells, and what it makes of what it hears. */
import type { PathKey } from '../../src/host-config/host-config.js'
import type { HostId } from '../../src/values/index.js'
import type { HostTable } from './host-tables.js'
import { configOf, type MeshPlan, pairBetween, pairName } from './mesh-plan.js'
import type { SimulatedAgent } from './simulated-agent.js'
import type { Underlay } from './underlay.js'
import type { VirtualTime } from './virtual-time.js'

/** How long a pair is tried before it counts as broken (C4), and both ends measure what they could use (C3). */
const pairTimes = { silentMs: 15_000, probesMs: 1600, measureMs: 2000, checkMs: 500, releaseMs: 10_000 } as const

const heartbeatMs = 2000

/** What is around a server. */
export interface ServedWorld {
  readonly time: VirtualTime
  readonly underlay: Underlay
  readonly agents: ReadonlyMap<HostId, SimulatedAgent>
  readonly tables: ReadonlyMap<HostId, HostTable>
  /** Since when each agent runs. */
  readonly agentSinceMs: ReadonlyMap<HostId, number>
  /** Those that it doesn't reach. */
  readonly offline: ReadonlySet<HostId>
}

export class SimulatedServer {
  plan: MeshPlan
  /** Infinite while it is down. */
  upSinceMs = 0
  readonly pairSinceMs = new Map<string, number>()
  /** Patches on their way, and when the last one arrived. */
  patchesOnTheWay = 0
  lastPatchAtMs = 0
  readonly #world: ServedWorld
  readonly #random: () => number
  readonly #reported = new Map<string, string>()
  #isChecking = false

  constructor(plan: MeshPlan, world: ServedWorld, random: () => number) {
    this.plan = plan
    this.#world = world
    this.#random = random
    for (const [at, hostId] of plan.hosts.entries())
      world.time.after((at * 613) % heartbeatMs, () => this.#sayToAgent(hostId))
    world.time.after(pairTimes.checkMs, () => this.#judgePairs())
  }

  get isUp(): boolean {
    return Number.isFinite(this.upSinceMs)
  }

  set(isUp: boolean): void {
    if (isUp === this.isUp) return
    this.upSinceMs = isUp ? this.#world.time.nowMs : Number.POSITIVE_INFINITY
    if (isUp) for (const hostId of this.plan.hosts) this.patchLater(hostId)
  }

  /** Those concerned hear of it at different times. */
  decide(plan: MeshPlan): void {
    this.plan = plan
    for (const hostId of plan.hosts) this.patchLater(hostId)
  }

  patchLater(hostId: HostId): void {
    this.patchesOnTheWay += 1
    this.#world.time.after(20 + this.#random() * 400, () => {
      this.patchesOnTheWay -= 1
      if (!this.isUp) return
      const agent = this.#world.agents.get(hostId)
      if (agent === undefined) return
      const config = configOf(this.plan, hostId)
      if (
        JSON.stringify([...agent.config.paths, agent.config.pairs]) === JSON.stringify([...config.paths, config.pairs])
      )
        return
      this.lastPatchAtMs = this.#world.time.nowMs
      agent.takeConfig(config)
      this.#world.tables.get(hostId)?.noteVectors(agent)
    })
  }

  /** Its heartbeats, which a host hears as long as both are there. */
  #sayToAgent(hostId: HostId): void {
    this.#world.time.after(heartbeatMs, () => this.#sayToAgent(hostId))
    if (this.isUp && !this.#world.offline.has(hostId)) this.#world.agents.get(hostId)?.serverHeard()
  }

  /** Owners move by themselves; it records where they are. */
  hearMoves({ hostId, config, chooser }: SimulatedAgent): void {
    for (const { key, to } of config.paths.values()) {
      const hop = chooser.chosen.hops.get(key)
      const isOwn = to.kind === 'own-gateway' || (to.kind === 'pair' && to.owner === hostId)
      const name = `${hostId} ${key}`
      if (!isOwn || hop === undefined || this.#reported.get(name) === hop) continue
      this.#reported.set(name, hop)
      if (this.isUp) this.#world.time.after(50 + this.#random() * 300, () => this.#record(hostId, key, hop))
    }
  }

  #record(hostId: HostId, key: PathKey, hop: HostId): void {
    if (!this.isUp || this.#world.agents.get(hostId)?.chooser.chosen.hops.get(key) !== hop) return
    const first = (list: readonly HostId[]) => [hop, ...list.filter((each) => each !== hop)]
    const own = this.plan.relayed.get(hostId)
    if (own?.includes(hop) && own[0] !== hop)
      this.decide({ ...this.plan, relayed: new Map([...this.plan.relayed, [hostId, first(own)]]) })
    for (const [name, pair] of this.plan.pairs)
      if (
        key === `node:n-${pair.ends[1]}` &&
        pair.ends[0] === hostId &&
        pair.gateways.includes(hop) &&
        pair.gateways[0] !== hop
      )
        this.decide({
          ...this.plan,
          pairs: new Map([...this.plan.pairs, [name, { ...pair, gateways: first(pair.gateways) }]]),
        })
  }

  /** C3 to C5, as far as the server does it: broken pairs are relayed, those that are whole again no longer. */
  #judgePairs(): void {
    this.#world.time.after(pairTimes.checkMs, () => this.#judgePairs())
    if (!this.isUp || this.#isChecking) return
    const direct = this.plan.hosts.filter((hostId) => !this.plan.relayed.has(hostId) && this.#world.agents.has(hostId))
    for (const a of direct)
      for (const b of direct) {
        if (a >= b) continue
        const pair = pairBetween(this.plan, a, b)
        const whole = this.#world.time.nowMs - this.#world.underlay.carriesSinceMs(a, b)
        const broken =
          this.#world.time.nowMs - Math.max(this.#world.underlay.brokenSinceMs(a, b), this.#agentsSince(a, b))
        if (pair !== undefined && whole > pairTimes.releaseMs) this.#release(a, b)
        if (pair === undefined && broken > pairTimes.silentMs + pairTimes.probesMs) this.#engageLater(a, b)
      }
  }

  #agentsSince(a: HostId, b: HostId): number {
    return Math.max(this.#world.agentSinceMs.get(a) ?? 0, this.#world.agentSinceMs.get(b) ?? 0)
  }

  #release(a: HostId, b: HostId): void {
    this.decide({ ...this.plan, pairs: new Map([...this.plan.pairs].filter(([name]) => name !== pairName(a, b))) })
  }

  #engageLater(a: HostId, b: HostId): void {
    // One at a time: the list of a pair depends on which others there are.
    this.#isChecking = true
    this.#world.time.after(pairTimes.measureMs, () => {
      this.#isChecking = false
      if (!this.isUp || pairBetween(this.plan, a, b) !== undefined || this.#world.underlay.carriesBoth(a, b)) return
      const gateways = this.relaysFor(a, b).slice(0, 4)
      if (gateways.length === 0) return
      const pairs = new Map(this.plan.pairs)
      pairs.set(pairName(a, b), { ends: a < b ? [a, b] : [b, a], gateways })
      // No relay path contains another pair (C3): lists that would are without it from now on.
      for (const [name, { ends, gateways: list }] of this.plan.pairs) {
        const end = ends.includes(a) ? b : ends.includes(b) ? a : undefined
        if (end === undefined || !list.includes(end)) continue
        const left = list.filter((each) => each !== end)
        const instead = left.length > 0 ? left : this.relaysFor(...ends).filter((each) => each !== end)
        if (instead.length > 0) pairs.set(name, { ends, gateways: instead.slice(0, 4) })
        else pairs.delete(name)
        this.pairSinceMs.set(name, this.#world.time.nowMs)
      }
      this.pairSinceMs.set(pairName(a, b), this.#world.time.nowMs)
      this.decide({ ...this.plan, pairs })
    })
  }

  /** Gateways that both ends reach directly now; any host that relays is one. */
  relaysFor(a: HostId, b: HostId): readonly HostId[] {
    return this.plan.gateways.filter(
      (each) =>
        each !== a &&
        each !== b &&
        this.#world.agents.has(each) &&
        this.#world.underlay.carriesBoth(a, each) &&
        this.#world.underlay.carriesBoth(b, each) &&
        pairBetween(this.plan, a, each) === undefined &&
        pairBetween(this.plan, b, each) === undefined,
    )
  }
}
