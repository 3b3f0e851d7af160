/**
 * One host's paths, kept by the host itself, server or no server: it probes, tells its vector, follows those of others, and chooses.
 * What happens goes in with its time, what is to be sent and done comes out; the agent and the fail-over simulation both run this.
 */
import type { HostConfig, Path, PathKey } from '../host-config/host-config.js'
import { createPathChooser, type PathChooser, type PathsChange } from '../host-config/path-chooser.js'
import { sticksToHop } from '../host-config/path-facts.js'
import { healthOf, type ProbeHealth } from '../host-config/probe-health.js'
import type { PathMessage, SignedVector } from '../protocol/path-message.js'
import type { HostId, UdpEndpoint } from '../values/index.js'
import { type Moment, OpenStep, type PathMemory, type PathStep } from './path-step.js'
import { Prober } from './prober.js'
import type { Unservable } from './unservable-ranges.js'
import { VectorExchange, type VectorSigning } from './vector-exchange.js'

export interface PathKeeperOptions extends VectorSigning {
  readonly config: HostConfig
  readonly memory: PathMemory
  /** Numbers that nobody else can guess, none twice within a second. */
  readonly nextProbeId: () => number
  /** Whether this host has lost its server; left out: nobody knows. */
  readonly isServerLost?: () => boolean
}

/** What of a config is otherwise than before. `undefined` as a value: it is gone. */
export type ConfigChange = Pick<PathsChange, 'peers' | 'paths' | 'clients'>

/** The paths of one host. To be woken at `wakesAtMs`. */
export class PathKeeper {
  readonly #options: PathKeeperOptions
  readonly #chooser: PathChooser
  readonly #prober: Prober
  readonly #exchange: VectorExchange
  #config: HostConfig
  #unservable: Unservable = new Map()
  #step = new OpenStep()

  constructor(options: PathKeeperOptions) {
    const { config, memory, nextProbeId } = options
    this.#options = options
    this.#config = config
    this.#chooser = createPathChooser(config, memory.remembered)
    this.#prober = new Prober(nextProbeId)
    this.#exchange = new VectorExchange(config, options, memory)
  }

  get chooser(): PathChooser {
    return this.#chooser
  }

  get health(): ProbeHealth {
    return this.#prober.health
  }

  /**
   * Whether these peers may keep the AllowedIPs that they had for a moment: the gateway that this host moves to doesn't hold its vector
   * yet, so that it would take nothing from it and nobody would send through it, and what it leaves still carries.
   */
  mayWait(hosts: Iterable<HostId>): boolean {
    return this.#exchange.isAwaited && [...hosts].every((hostId) => healthOf(this.health, hostId)?.state !== 'down')
  }

  /** Of the probes of the last minute. */
  lossPercent(hostId: HostId, nowMs: number): number {
    return this.#prober.lossPercent(hostId, nowMs)
  }

  /** The newest vector of each other host that is known. */
  get vectors(): ReadonlyMap<HostId, SignedVector> {
    return this.#exchange.vectors
  }

  /** What this host tells of itself; `undefined`: nothing yet. */
  get ownVector(): SignedVector | undefined {
    return this.#exchange.own.newest
  }

  /** Egresses that this host routes and can't serve now. */
  get unservable(): Unservable {
    return this.#unservable
  }

  get memory(): PathMemory {
    const { hops, vector, memory } = this.#chooser.chosen
    const isChoice = ([key]: readonly [PathKey, HostId]) => {
      const path = this.#config.paths.get(key)
      return path !== undefined && sticksToHop(path)
    }
    const remembered = {
      hops: new Map([...hops].filter(isChoice)),
      vector,
      memory: { ...memory, followed: new Map(memory.followed) },
    }
    return { remembered, own: this.#exchange.own, vectors: new Map(this.#exchange.vectors) }
  }

  /** When something is to be done without an occasion; `undefined`: nothing is. */
  get wakesAtMs(): number | undefined {
    const [probe, vectors] = [this.#prober.dueAtMs, this.#exchange.dueAtMs]
    return probe === undefined || vectors === undefined ? (probe ?? vectors) : Math.min(probe, vectors)
  }

  /** To be called once, before anything else. */
  start(moment: Moment): PathStep {
    this.#prober.setTargets(this.#config.probes, moment.nowMs)
    this.#choose({ vectors: this.#exchange.vectors.values() }, moment)
    this.#exchange.renew(this.#chooser.chosen.vector, moment)
    this.#exchange.begin(moment.nowMs)
    for (const hostId of this.#config.peers.keys()) this.#step.hosts.add(hostId)
    // Choices were made while the keeper was made, from what was on disk.
    this.#step.isMemoryChanged = true
    return this.#endStep()
  }

  /** `change` leads from the last config to this one. */
  takeConfig(config: HostConfig, change: ConfigChange, moment: Moment): PathStep {
    const { routing } = this.#config
    this.#config = config
    const gone = this.#prober.setTargets(config.probes, moment.nowMs).map((hostId) => [hostId, undefined] as const)
    const paths: readonly (readonly [PathKey, Path | undefined])[] = [...(change.paths ?? [])]
    const routed = config.routing === routing ? {} : { routing: config.routing }
    // First who is where: what is renewed is told to those whom the new config names.
    const held = this.#exchange.vectors.size
    const wanted = this.#exchange.takeConfig(config, paths, moment.nowMs)
    if (this.#exchange.vectors.size < held) this.#step.isMemoryChanged = true
    this.#choose({ ...change, paths, ...routed, ...(gone.length > 0 && { health: gone }) }, moment)
    for (const [to, about] of wanted)
      this.#send(to, { type: 'held', held: about.map((hostId) => ({ hostId, sequence: 0 })) })
    return this.#endStep()
  }

  /** Ranges that this host can't serve now: all of them. */
  takeUnservable(unservable: Unservable, moment: Moment): PathStep {
    this.#unservable = unservable
    this.#choose({ unservable: new Set(unservable.keys()) }, moment)
    return this.#endStep()
  }

  /** What time has brought: probes to be sent, others lost, vectors to be told once more. */
  wake(moment: Moment): PathStep {
    const { nowMs } = moment
    this.#judge(this.#prober.expire(nowMs), moment)
    for (const { target, id } of this.#prober.takeDue(nowMs))
      this.#send(target, {
        type: 'probe',
        id,
        vector: this.#exchange.vectorFor(target),
        echoAgeMs: null,
        asksWhere: false,
      })
    for (const { to, vectors } of this.#exchange.takeDue(nowMs)) this.#send(to, { type: 'vectors', vectors })
    return this.#endStep()
  }

  /** Something came on the control port. Only direct peers have a say. */
  receive(from: HostId, message: PathMessage, moment: Moment): PathStep {
    if (!this.#config.peers.has(from)) return this.#endStep()
    // An echo of a target may be late: which probe it answers counts.
    if (message.type !== 'echo' || !this.health.has(from)) this.#judge(this.#prober.heard(from, moment.nowMs), moment)
    switch (message.type) {
      case 'probe':
        this.#exchange.noteProbe(from, moment.nowMs)
        this.#learn(message.vector === null ? [] : [message.vector], moment)
        if (!message.asksWhere) this.#echo(from, message.id, null)
        break
      case 'echo':
        this.#learn(message.vector === null ? [] : [message.vector], moment)
        this.#noteHeld(from, [{ hostId: this.#config.own.hostId, sequence: message.held }], moment)
        this.#judge(this.#prober.answered(from, message.id, moment.nowMs), moment)
        break
      case 'vectors':
        this.#learn(message.vectors, moment)
        this.#send(from, { type: 'held', held: this.#exchange.heldOf(message.vectors) })
        break
      case 'held':
        this.#noteHeld(from, message.held, moment)
        break
    }
    return this.#endStep()
  }

  /** The server sent something: whoever is silent now is so though this host is online. */
  serverHeard(moment: Moment): PathStep {
    this.#judge(this.#prober.serverHeard(moment.nowMs), moment)
    return this.#endStep()
  }

  /** A peer asked where it is seen, and here is the answer; `null`: nobody knows. */
  answerWhere(to: HostId, id: number, seenAt: UdpEndpoint | null): PathStep {
    if (this.#config.peers.has(to)) this.#echo(to, id, seenAt)
    return this.#endStep()
  }

  /** A peer's system says that nobody listens on its control port: its agent is away, the peer is not. */
  refused(from: HostId, moment: Moment): PathStep {
    if (this.health.has(from)) this.#judge(this.#prober.refused(from, moment.nowMs), moment)
    else this.#judge(this.#prober.heard(from, moment.nowMs), moment)
    return this.#endStep()
  }

  #echo(to: HostId, id: number, seenAt: UdpEndpoint | null): void {
    const [held, vector] = [this.#exchange.sequenceOf(to), this.#exchange.vectorFor(to)]
    const isServerLost = this.#options.isServerLost?.() ?? false
    this.#send(to, { type: 'echo', id, held, vector, seenAt, isServerLost })
  }

  #learn(vectors: readonly SignedVector[], moment: Moment): void {
    const newer = this.#exchange.learn(vectors, moment.nowMs)
    if (newer.length === 0) return
    this.#step.isMemoryChanged = true
    this.#choose({ vectors: newer }, moment)
  }

  #noteHeld(from: HostId, held: Extract<PathMessage, { type: 'held' }>['held'], moment: Moment): void {
    if (this.#exchange.noteHeld(from, held, moment.nowMs)) this.#step.isMemoryChanged = true
    const own = held.find(({ hostId }) => hostId === this.#config.own.hostId)
    if (own !== undefined && this.#exchange.overtake(own.sequence, this.#chooser.chosen.vector, moment))
      this.#step.isMemoryChanged = true
  }

  #judge(changed: readonly HostId[], moment: Moment): void {
    const { health } = this.#prober
    if (changed.length > 0)
      this.#choose({ health: changed.map((hostId) => [hostId, healthOf(health, hostId)] as const) }, moment)
  }

  #choose(change: PathsChange, moment: Moment): void {
    const { hosts, isVectorChanged, isMemoryChanged } = this.#chooser.update(change)
    for (const hostId of hosts) this.#step.hosts.add(hostId)
    if (isMemoryChanged) this.#step.isMemoryChanged = true
    if (isVectorChanged) this.#exchange.renew(this.#chooser.chosen.vector, moment)
  }

  #send(to: HostId, message: PathMessage): void {
    this.#step.datagrams.push({ to, message })
  }

  #endStep(): PathStep {
    const step = this.#step
    this.#step = new OpenStep()
    return step
  }
}
