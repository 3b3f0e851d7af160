/** Hosts with their agents, the underlay between them, and a server, in virtual time. */
import type { HostConfig, PathKey } from '../../src/host-config/host-config.js'
import type { HostId } from '../../src/values/index.js'
import { circleTowards, clientEnd, egressEnd, HostTable, hostEnd, type PacketEnd, walk } from './host-tables.js'
import { configOf, type MeshPlan, pairBetween, pairName, rolesIn } from './mesh-plan.js'
import { type AgentDisk, type AgentMessage, freshDisk, SimulatedAgent } from './simulated-agent.js'
import { Underlay } from './underlay.js'
import { dice, VirtualTime } from './virtual-time.js'

export interface WorldOptions {
  readonly seed: number
  readonly plan: MeshPlan
  /** How many of the messages about vectors are lost. */
  readonly lossOfVectors: number
  readonly lossOfProbes: number
  /** One way, at most; messages overtake each other. */
  readonly latencyMs: number
}

/** How long a pair is tried before it counts as broken (C4), and both ends measure what they could use (C3). */
const pairTimes = { silentMs: 15_000, probesMs: 1600, measureMs: 2000, checkMs: 500, releaseMs: 10_000 } as const

const heartbeatMs = 2000

export class FailOverWorld {
  readonly time = new VirtualTime()
  readonly underlay = new Underlay()
  readonly tables = new Map<HostId, HostTable>()
  readonly agents = new Map<HostId, SimulatedAgent>()
  plan: MeshPlan
  /** Circles that the choices of all hosts together made, at any moment. */
  readonly circles: string[] = []
  /** Packets that really went round: where nobody's table refuses their source. */
  readonly loops: string[] = []
  readonly agentSinceMs = new Map<HostId, number>()
  readonly pairSinceMs = new Map<string, number>()
  serverUpSinceMs = 0
  /** Patches on their way, and when the last one arrived. */
  patchesOnTheWay = 0
  lastPatchAtMs = 0
  isQuiet = false
  /** Those that nothing reaches, the server neither. */
  readonly offline = new Set<HostId>()
  readonly #options: WorldOptions
  readonly #random: () => number
  readonly #disks = new Map<HostId, AgentDisk>()
  readonly #skews = new Map<HostId, number>()
  readonly #reported = new Map<string, string>()
  readonly #lostProbes = new Map<string, { readonly inARow: number; readonly passed: number }>()
  #isChecking = false

  constructor(options: WorldOptions) {
    this.#options = options
    this.#random = dice(options.seed)
    this.plan = options.plan
    for (const hostId of options.plan.hosts) {
      this.tables.set(hostId, new HostTable())
      this.#skews.set(hostId, Math.floor(this.#random() * 120_000) - 60_000)
      this.time.after(this.#random() * 500, () => this.startAgent(hostId))
    }
    for (const [at, hostId] of options.plan.hosts.entries())
      this.time.after((at * 613) % heartbeatMs, () => this.#sayToAgent(hostId))
    this.time.after(pairTimes.checkMs, () => this.#judgePairs())
  }

  /** The server's heartbeats, which a host hears as long as both are there. */
  #sayToAgent(hostId: HostId): void {
    this.time.after(heartbeatMs, () => this.#sayToAgent(hostId))
    if (this.isServerUp && !this.offline.has(hostId)) this.agents.get(hostId)?.serverHeard()
  }

  get nowMs(): number {
    return this.time.nowMs
  }

  get isServerUp(): boolean {
    return Number.isFinite(this.serverUpSinceMs)
  }

  /** Where packets can begin and end. */
  ends(): readonly PacketEnd[] {
    return [
      ...this.plan.hosts.map(hostEnd),
      ...[...this.plan.clients].map(([number, gateway]) => clientEnd(number, gateway)),
      ...this.plan.egresses.map(egressEnd),
    ]
  }

  startAgent(hostId: HostId): void {
    if (this.agents.has(hostId) || !this.underlay.isAlive(hostId)) return
    const disk = this.#disks.get(hostId) ?? freshDisk(this.#configOf(hostId))
    this.agentSinceMs.set(hostId, this.nowMs)
    const agent: SimulatedAgent = new SimulatedAgent(
      hostId,
      this.#surroundings(hostId, () => agent),
      disk,
    )
    this.agents.set(hostId, agent)
    this.tables.get(hostId)?.take(agent, agent.config.peers.keys())
    this.#noticeCircles()
    if (this.#disks.has(hostId)) this.#patchLater(hostId)
  }

  stopAgent(hostId: HostId): void {
    const agent = this.agents.get(hostId)
    if (agent === undefined) return
    this.#disks.set(hostId, agent.disk())
    this.agents.delete(hostId)
    this.agentSinceMs.set(hostId, Number.POSITIVE_INFINITY)
  }

  kill(hostId: HostId): void {
    this.stopAgent(hostId)
    this.underlay.kill(hostId, this.nowMs)
  }

  revive(hostId: HostId): void {
    this.underlay.revive(hostId, this.nowMs)
    this.startAgent(hostId)
  }

  setServer(isUp: boolean): void {
    if (isUp === this.isServerUp) return
    this.serverUpSinceMs = isUp ? this.nowMs : Number.POSITIVE_INFINITY
    if (isUp) for (const hostId of this.plan.hosts) this.#patchLater(hostId)
  }

  /** The server decides; those concerned hear of it at different times. */
  decide(plan: MeshPlan): void {
    this.plan = plan
    for (const hostId of plan.hosts) this.#patchLater(hostId)
  }

  #patchLater(hostId: HostId): void {
    this.patchesOnTheWay += 1
    this.time.after(20 + this.#random() * 400, () => {
      this.patchesOnTheWay -= 1
      if (!this.isServerUp) return
      const agent = this.agents.get(hostId)
      if (agent === undefined) return
      const config = this.#configOf(hostId)
      if (
        JSON.stringify([...agent.config.paths, agent.config.pairs]) === JSON.stringify([...config.paths, config.pairs])
      )
        return
      this.lastPatchAtMs = this.nowMs
      agent.takeConfig(config)
      this.tables.get(hostId)?.noteVectors(agent)
    })
  }

  #configOf(hostId: HostId): HostConfig {
    return configOf(this.plan, hostId)
  }

  #surroundings(hostId: HostId, agentOf: () => SimulatedAgent) {
    const isRunning = () => this.agents.get(hostId) === agentOf()
    return {
      nowMs: () => this.nowMs,
      unixMs: () => 1_700_000_000_000 + Math.floor(this.nowMs) + (this.#skews.get(hostId) ?? 0),
      send: (to: HostId, message: AgentMessage) => this.#send(hostId, to, message),
      wakeAt: (atMs: number) => this.time.at(atMs, () => isRunning() && agentOf().wake()),
      onTable: (hosts: ReadonlySet<HostId>) => {
        const agent = this.agents.get(hostId)
        if (agent === undefined) return
        const table = this.tables.get(hostId)
        if (hosts.size === 0) table?.noteVectors(agent)
        else {
          table?.take(agent, hosts)
          this.#noticeCircles()
        }
        this.#reportMoves(agent)
      },
    }
  }

  #send(from: HostId, to: HostId, message: AgentMessage): void {
    const isProbe = message.type !== 'vectors' && message.type !== 'held'
    if (!this.underlay.carries(from, to) || (isProbe ? this.#losesProbe(from, to) : this.#losesVectors())) return
    // Some are held up for long: they arrive after newer ones.
    const delayMs = 1 + this.#random() * this.#options.latencyMs * (!isProbe && this.#random() < 0.1 ? 5 : 1)
    this.time.after(delayMs, () => this.#deliver(from, to, message))
  }

  #losesVectors(): boolean {
    return this.#random() < this.#options.lossOfVectors
  }

  /** Two between the same hosts at most: three in a row would be a failure, and nobody would know since when. */
  #losesProbe(from: HostId, to: HostId): boolean {
    const name = pairName(from, to)
    const lost = this.#lostProbes.get(name) ?? { inARow: 0, passed: 0 }
    const isLost = lost.inARow < 2 && this.#random() < this.#options.lossOfProbes
    // A probe and its echo have to pass before another one may be lost.
    const passed = isLost ? 0 : lost.passed + 1
    this.#lostProbes.set(name, { inARow: isLost ? lost.inARow + 1 : passed > 8 ? 0 : lost.inARow, passed })
    return isLost
  }

  #deliver(from: HostId, to: HostId, message: AgentMessage): void {
    if (!this.underlay.carries(from, to)) return
    const agent = this.agents.get(to)
    if (agent === undefined) {
      if (message.type === 'probe') this.#send(to, from, { type: 'refusal' })
      return
    }
    // Control addresses are those of direct peers, on both ends.
    if (agent.config.peers.has(from)) agent.receive(from, message)
  }

  #noticeCircles(): void {
    const ends = this.ends()
    for (const end of ends) {
      const circle = circleTowards(this.tables, this.underlay, end)
      if (circle === undefined) continue
      const what = `${(this.nowMs / 1000).toFixed(2)} s: to ${end.name} over ${circle.join(' ')}`
      if (!this.#leadsOverPair(circle) && !this.#leadsToRelayedRouter(end) && !this.#isBehind(circle))
        this.circles.push(what)
      for (const source of ends)
        for (const start of this.tables.keys())
          if (source.isAt(start) && walk(this.tables, this.underlay, start, source, end).verdict === 'loop')
            this.loops.push(`${what}, from ${source.name}`)
    }
  }

  /**
   * Where one gateway reaches another through a third, that third one may know less than both for a moment. Such a circle is one of
   * choices only: no packet goes round in it.
   */
  #leadsOverPair(circle: readonly HostId[]): boolean {
    return [...this.plan.pairs.values()].some(({ ends }) => ends.some((end) => circle.includes(end)))
  }

  /** Whether a relayed router serves, its gateway knows sooner than others: for a moment they choose another one each, through each other. */
  #leadsToRelayedRouter({ name }: PacketEnd): boolean {
    return this.plan.egresses.some(
      ({ egressId, routers }) => egressId === name && routers.some((router) => this.plan.relayed.has(router)),
    )
  }

  /** Whether one of them doesn't know a list as the server has it now: what a vector begins with may not be in the list that it knows. */
  #isBehind(circle: readonly HostId[]): boolean {
    return circle.some((hostId) => {
      const config = this.agents.get(hostId)?.config
      return config !== undefined && rolesIn(config) !== rolesIn(this.#configOf(hostId))
    })
  }

  /** Owners move by themselves; the server records where they are. */
  #reportMoves({ hostId, config, chooser }: SimulatedAgent): void {
    for (const { key, to } of config.paths.values()) {
      const hop = chooser.chosen.hops.get(key)
      const isOwn = to.kind === 'own-gateway' || (to.kind === 'pair' && to.owner === hostId)
      const name = `${hostId} ${key}`
      if (!isOwn || hop === undefined || this.#reported.get(name) === hop) continue
      this.#reported.set(name, hop)
      if (this.isServerUp) this.time.after(50 + this.#random() * 300, () => this.#record(hostId, key, hop))
    }
  }

  #record(hostId: HostId, key: PathKey, hop: HostId): void {
    if (!this.isServerUp || this.agents.get(hostId)?.chooser.chosen.hops.get(key) !== hop) return
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
    this.time.after(pairTimes.checkMs, () => this.#judgePairs())
    if (!this.isServerUp || this.isQuiet || this.#isChecking) return
    const direct = this.plan.hosts.filter((hostId) => !this.plan.relayed.has(hostId) && this.agents.has(hostId))
    for (const a of direct)
      for (const b of direct) {
        if (a >= b) continue
        const pair = pairBetween(this.plan, a, b)
        const whole = this.nowMs - this.underlay.carriesSinceMs(a, b)
        const broken = this.nowMs - Math.max(this.underlay.brokenSinceMs(a, b), this.#agentsSince(a, b))
        if (pair !== undefined && whole > pairTimes.releaseMs) this.#release(a, b)
        if (pair === undefined && broken > pairTimes.silentMs + pairTimes.probesMs) this.#engageLater(a, b)
      }
  }

  #agentsSince(a: HostId, b: HostId): number {
    return Math.max(this.agentSinceMs.get(a) ?? 0, this.agentSinceMs.get(b) ?? 0)
  }

  #release(a: HostId, b: HostId): void {
    this.decide({ ...this.plan, pairs: new Map([...this.plan.pairs].filter(([name]) => name !== pairName(a, b))) })
  }

  #engageLater(a: HostId, b: HostId): void {
    // One at a time: the list of a pair depends on which others there are.
    this.#isChecking = true
    this.time.after(pairTimes.measureMs, () => {
      this.#isChecking = false
      if (!this.isServerUp || pairBetween(this.plan, a, b) !== undefined || this.underlay.carriesBoth(a, b)) return
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
        this.pairSinceMs.set(name, this.nowMs)
      }
      this.pairSinceMs.set(pairName(a, b), this.nowMs)
      this.decide({ ...this.plan, pairs })
    })
  }

  /** Gateways that both ends reach directly now; any host that relays is one. */
  relaysFor(a: HostId, b: HostId): readonly HostId[] {
    return this.plan.gateways.filter(
      (each) =>
        each !== a &&
        each !== b &&
        this.agents.has(each) &&
        this.underlay.carriesBoth(a, each) &&
        this.underlay.carriesBoth(b, each) &&
        pairBetween(this.plan, a, each) === undefined &&
        pairBetween(this.plan, b, each) === undefined,
    )
  }
}
