/** An agent as far as paths go: probes, vectors, choices. What it sends and when it wakes is the world's. */
import { gatewayOfRelayed } from '../../src/host-config/choose-hop.js'
import type { RememberedPaths } from '../../src/host-config/chosen-paths.js'
import { type RelayedPair, relayedPairsOf } from '../../src/host-config/forwards-for.js'
import { type HostConfig, type Path, pathKey } from '../../src/host-config/host-config.js'
import { type Announced, OwnAnnouncement } from '../../src/host-config/own-announcement.js'
import { createPathChooser, type PathChooser, type PathsChange } from '../../src/host-config/path-chooser.js'
import type { TargetOf } from '../../src/host-config/path-facts.js'
import { isNewerVector, type PathVector, renewVector } from '../../src/host-config/path-vector.js'
import {
  dueProbes,
  healthOf,
  nextProbeAtMs,
  noProbes,
  onHeard,
  onProbe,
  type ProbeHealth,
  type ProbeOutcome,
  type ProbeStep,
  probeTimes,
  withTargets,
} from '../../src/host-config/probe-health.js'
import { type HeldVector, VectorOutbox } from '../../src/host-config/vector-outbox.js'
import type { HostId } from '../../src/values/index.js'
import { hop } from '../hand-made-config.js'

export type AgentMessage =
  | { readonly kind: 'probe'; readonly id: number; readonly vector: PathVector | undefined }
  | {
      readonly kind: 'echo'
      readonly id: number
      readonly held: number
      readonly vector: PathVector | undefined
    }
  | { readonly kind: 'refusal'; readonly id: number }
  | { readonly kind: 'vectors'; readonly vectors: readonly PathVector[] }
  | { readonly kind: 'held'; readonly held: readonly HeldVector[] }

export interface AgentSurroundings {
  readonly nowMs: () => number
  /** The host's own idea of the time. */
  readonly unixMs: () => number
  readonly send: (to: HostId, message: AgentMessage) => void
  /** Calls `wake` then. */
  readonly wakeAt: (atMs: number) => void
  /** AllowedIPs of these peers are others now. */
  readonly onTable: (hosts: ReadonlySet<HostId>) => void
}

/** What is on disk. */
export interface AgentDisk {
  readonly config: HostConfig
  readonly remembered: RememberedPaths
  readonly own: Announced
  readonly vectors: ReadonlyMap<HostId, PathVector>
}

/** How long somebody who probed counts as somebody who wants to know. */
const probedLatelyMs = 5000

export class SimulatedAgent {
  readonly hostId: HostId
  readonly #around: AgentSurroundings
  #config: HostConfig
  #pairs: readonly RelayedPair[]
  readonly #chooser: PathChooser
  readonly #vectors: Map<HostId, PathVector>
  readonly #outbox = new VectorOutbox()
  readonly #announcement: OwnAnnouncement
  #health: ProbeHealth = noProbes
  readonly #waiting = new Map<number, { readonly target: HostId; readonly sentAtMs: number }>()
  readonly #probedBy = new Map<HostId, number>()
  #lastProbe = 0
  #wakesAtMs = Number.POSITIVE_INFINITY

  constructor(hostId: HostId, around: AgentSurroundings, disk: Omit<AgentDisk, 'remembered'> & Partial<AgentDisk>) {
    this.hostId = hostId
    this.#around = around
    this.#config = disk.config
    this.#pairs = relayedPairsOf(disk.config)
    this.#vectors = new Map(disk.vectors)
    this.#chooser = createPathChooser(disk.config, disk.remembered)
    this.#announcement = new OwnAnnouncement(disk.own, ownLists(disk.config))
    this.#health = withTargets(noProbes, disk.config.probes, around.nowMs())
    this.#choose({ vectors: this.#vectors.values() }, true)
    for (const about of this.#vectors.keys()) this.#pass(about)
    this.#sleep()
  }

  get chooser(): PathChooser {
    return this.#chooser
  }

  get config(): HostConfig {
    return this.#config
  }

  get vectors(): ReadonlyMap<HostId, PathVector> {
    return this.#vectors
  }

  disk(): AgentDisk {
    const { hops, vector, memory } = this.#chooser.chosen
    return {
      config: this.#config,
      remembered: { hops: new Map(hops), vector, memory: { ...memory, followed: new Map(memory.followed) } },
      own: this.#announcement.announced,
      vectors: new Map(this.#vectors),
    }
  }

  takeConfig(config: HostConfig): void {
    const before = this.#config
    this.#config = config
    this.#pairs = relayedPairsOf(config)
    this.#health = withTargets(this.#health, config.probes, this.#around.nowMs())
    for (const hostId of before.peers.keys()) if (!config.peers.has(hostId)) this.#outbox.forget(hostId)
    const gone = before.probes.filter((hostId) => !config.probes.includes(hostId)).map((id) => [id, undefined] as const)
    const paths = changedEntries(before.paths, config.paths)
    const peers = changedEntries(before.peers, config.peers)
    const clients = changedEntries(before.clients, config.clients)
    this.#choose({ peers, paths, clients, routing: config.routing, health: gone })
    this.#tellOwn()
    for (const about of this.#vectors.keys()) this.#pass(about)
    this.#sleep()
  }

  wake(): void {
    const nowMs = this.#around.nowMs()
    if (nowMs < this.#wakesAtMs) return
    this.#wakesAtMs = Number.POSITIVE_INFINITY
    for (const [id, { target, sentAtMs }] of [...this.#waiting])
      if (sentAtMs + probeTimes.answerMs <= nowMs) this.#settleProbe(id, target, sentAtMs, 'missed')
    const { health, due } = dueProbes(this.#health, nowMs)
    this.#health = health
    for (const target of due) {
      const id = ++this.#lastProbe
      this.#waiting.set(id, { target, sentAtMs: nowMs })
      this.#around.send(target, { kind: 'probe', id, vector: this.#announcement.vectorFor(target) })
    }
    for (const { to, vectors } of this.#outbox.takeDue(nowMs)) this.#around.send(to, { kind: 'vectors', vectors })
    this.#sleep()
  }

  receive(from: HostId, message: AgentMessage): void {
    if (message.kind === 'probe' || message.kind === 'vectors')
      this.#judge(onHeard(this.#health, from, this.#around.nowMs()))
    switch (message.kind) {
      case 'probe':
        this.#probedBy.set(from, this.#around.nowMs())
        this.#learn(message.vector === undefined ? [] : [message.vector])
        this.#around.send(from, {
          kind: 'echo',
          id: message.id,
          held: this.#vectors.get(from)?.sequence ?? 0,
          vector: this.#announcement.vectorFor(from),
        })
        break
      case 'echo':
      case 'refusal':
        this.#takeAnswer(from, message)
        break
      case 'vectors':
        this.#learn(message.vectors)
        this.#around.send(from, {
          kind: 'held',
          held: message.vectors.map(({ hostId }) => ({ hostId, sequence: this.#vectors.get(hostId)?.sequence ?? 0 })),
        })
        break
      case 'held':
        this.#outbox.acknowledge(from, message.held)
        for (const { hostId, sequence } of message.held) if (hostId === this.hostId) this.#ownHeld(from, sequence)
        break
    }
    this.#sleep()
  }

  #takeAnswer(from: HostId, message: Extract<AgentMessage, { kind: 'echo' | 'refusal' }>): void {
    const waiting = this.#waiting.get(message.id)
    if (message.kind === 'echo') {
      this.#learn(message.vector === undefined ? [] : [message.vector])
      this.#outbox.acknowledge(from, [{ hostId: this.hostId, sequence: message.held }])
      this.#ownHeld(from, message.held)
    }
    if (waiting === undefined) return
    this.#settleProbe(message.id, from, waiting.sentAtMs, message.kind === 'echo' ? 'answered' : 'refused')
  }

  #settleProbe(id: number, target: HostId, sentAtMs: number, outcome: ProbeOutcome): void {
    this.#waiting.delete(id)
    this.#judge(onProbe(this.#health, target, { outcome, sentAtMs }, this.#around.nowMs()))
  }

  #judge({ health, changed }: ProbeStep): void {
    this.#health = health
    if (changed.length > 0)
      this.#choose({ health: changed.map((hostId) => [hostId, healthOf(health, hostId)] as const) })
  }

  #learn(vectors: readonly PathVector[]): void {
    const newer = vectors.filter(
      (vector) => vector.hostId !== this.hostId && isNewerVector(vector, this.#vectors.get(vector.hostId)),
    )
    if (newer.length === 0) return
    for (const vector of newer) this.#vectors.set(vector.hostId, vector)
    this.#choose({ vectors: newer })
    for (const { hostId } of newer) this.#pass(hostId)
  }

  #choose(change: PathsChange, isFirst = false): void {
    const { hosts, isVectorChanged } = this.#chooser.update(change)
    if (isVectorChanged || isFirst) this.#renewVector()
    this.#around.onTable(isFirst ? new Set(this.#config.peers.keys()) : hosts)
  }

  #renewVector(): void {
    const last = this.#announcement.newest
    const vector = renewVector(this.hostId, last, this.#chooser.chosen.vector, this.#around.unixMs())
    if (vector !== last) this.#announcement.renew(vector, ownLists(this.#config))
    this.#tellOwn()
  }

  /** Whom this host probes, and who probes it. */
  #tellOwn(): void {
    const nowMs = this.#around.nowMs()
    const lately = [...this.#probedBy].filter(([, atMs]) => nowMs - atMs < probedLatelyMs).map(([hostId]) => hostId)
    for (const to of new Set([...this.#config.probes, ...lately])) {
      const vector = this.#announcement.vectorFor(to)
      if (vector !== undefined && this.#config.peers.has(to)) this.#outbox.tell(to, vector, nowMs)
    }
  }

  #ownHeld(by: HostId, sequence: number): void {
    if (this.#announcement.acknowledge(by, sequence)) this.#tellOwn()
  }

  /**
   * A gateway tells the vector of a node that it relays to everyone who may send to it: the one that the vector begins with does. What
   * an end of a pair says is for the other end, and so is what nodes say that the end relays.
   */
  #pass(about: HostId): void {
    const vector = this.#vectors.get(about)
    if (vector === undefined) return
    const tell = (to: HostId) => this.#outbox.tell(to, vector, this.#around.nowMs())
    const path = relayedPath(this.#config, about)
    const gateway = path && gatewayOfRelayed({ vectors: this.#vectors }, path)?.hostId
    if (gateway === this.hostId)
      for (const peer of this.#config.peers.keys())
        if (peer !== about && relayedPath(this.#config, peer) === undefined) tell(peer)
    for (const { ends } of this.#pairs)
      for (const [end, other] of [ends, [...ends].reverse()])
        if (other !== undefined && (end?.hostId === about || end?.hostId === gateway)) tell(other.hostId)
  }

  #sleep(): void {
    let atMs = Math.min(
      nextProbeAtMs(this.#health) ?? Number.POSITIVE_INFINITY,
      this.#outbox.dueAtMs ?? Number.POSITIVE_INFINITY,
    )
    // Probes are waited for in the order in which they were sent.
    const [oldest] = this.#waiting.values()
    if (oldest !== undefined) atMs = Math.min(atMs, oldest.sentAtMs + probeTimes.answerMs)
    if (atMs >= this.#wakesAtMs) return
    this.#wakesAtMs = atMs
    this.#around.wakeAt(atMs)
  }
}

const ownLists = (config: HostConfig): readonly Path[] =>
  [...config.paths.values()].filter(({ to }) => to.kind === 'own-gateway')

const relayedPath = (config: HostConfig, hostId: HostId): TargetOf<'relayed'> | undefined => {
  const to = config.paths.get(pathKey('node', hop(hostId).nodeId))?.to
  return to?.kind === 'relayed' ? to : undefined
}

const changedEntries = <K, V>(
  before: ReadonlyMap<K, V>,
  after: ReadonlyMap<K, V>,
): readonly (readonly [K, V | undefined])[] => {
  const changed: (readonly [K, V | undefined])[] = []
  for (const key of before.keys()) if (!after.has(key)) changed.push([key, undefined])
  for (const [key, value] of after) {
    const known = before.get(key)
    if (known === undefined || JSON.stringify(known) !== JSON.stringify(value)) changed.push([key, value])
  }
  return changed
}
