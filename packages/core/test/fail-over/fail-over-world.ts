/** Hosts with their agents, the underlay between them, and their server, in virtual time. */
import type { HostConfig } from '../../src/host-config/host-config.js'
import type { HostId } from '../../src/values/index.js'
import { circleTowards, clientEnd, egressEnd, HostTable, hostEnd, type PacketEnd, walk } from './host-tables.js'
import { configOf, type MeshPlan, pairName, rolesIn } from './mesh-plan.js'
import { type AgentDisk, type AgentMessage, freshDisk, SimulatedAgent } from './simulated-agent.js'
import { SimulatedServer } from './simulated-server.js'
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

export class FailOverWorld {
  readonly time = new VirtualTime()
  readonly underlay = new Underlay()
  readonly tables = new Map<HostId, HostTable>()
  readonly agents = new Map<HostId, SimulatedAgent>()
  readonly server: SimulatedServer
  /** Circles that the choices of all hosts together made, at any moment. */
  readonly circles: string[] = []
  /** Packets that really went round: where nobody's table refuses their source. */
  readonly loops: string[] = []
  readonly agentSinceMs = new Map<HostId, number>()
  /** Those that nothing reaches, the server neither. */
  readonly offline = new Set<HostId>()
  readonly #options: WorldOptions
  readonly #random: () => number
  readonly #disks = new Map<HostId, AgentDisk>()
  readonly #skews = new Map<HostId, number>()
  readonly #lostProbes = new Map<string, { readonly inARow: number; readonly passed: number }>()

  constructor(options: WorldOptions) {
    this.#options = options
    this.#random = dice(options.seed)
    for (const hostId of options.plan.hosts) {
      this.tables.set(hostId, new HostTable())
      this.#skews.set(hostId, Math.floor(this.#random() * 120_000) - 60_000)
      this.time.after(this.#random() * 500, () => this.startAgent(hostId))
    }
    this.server = new SimulatedServer(options.plan, this, this.#random)
  }

  get nowMs(): number {
    return this.time.nowMs
  }

  /** As the server has decided. */
  get plan(): MeshPlan {
    return this.server.plan
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
    if (this.#disks.has(hostId)) this.server.patchLater(hostId)
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
        this.server.hearMoves(agent)
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
}
