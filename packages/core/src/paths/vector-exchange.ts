/** Vectors between hosts: what this host tells of itself, what it learns of others, and whose vectors it passes on to whom. */
import { gatewayOfRelayed } from '../host-config/choose-hop.js'
import type { OwnVector } from '../host-config/chosen-paths.js'
import { type RelayedPair, relayedPairsOf } from '../host-config/forwards-for.js'
import type { HostConfig, Path, PathKey } from '../host-config/host-config.js'
import { type Announced, OwnAnnouncement } from '../host-config/own-announcement.js'
import type { PathVector } from '../host-config/path-vector.js'
import { isNewerVector, overtakingSequence, renewVector } from '../host-config/path-vector.js'
import { type HeldVector, VectorOutbox } from '../host-config/vector-outbox.js'
import type { SignedVector } from '../protocol/path-message.js'
import type { HostId } from '../values/index.js'
import { KnownNodes } from './known-nodes.js'
import type { Moment } from './path-step.js'

/** The part of a config that says who is told what. */
export type TalkingConfig = Pick<HostConfig, 'own' | 'peers' | 'paths' | 'pairs' | 'probes'>

/** How vectors are signed, and signatures checked. */
export interface VectorSigning {
  /** Of an own vector. */
  readonly sign: (vector: PathVector) => string
  /** Whether the host that it is of has signed it. */
  readonly isGenuine: (vector: SignedVector) => boolean
}

/** How long somebody who probed counts as somebody who wants to know. */
const probedLatelyMs = 5000
/** Who says again and again that it holds something newer, whatever this host tells, has it tell no more often than that. */
const overtakesEveryMs = 10_000

export class VectorExchange {
  readonly #viewer: HostId
  readonly #signing: VectorSigning
  readonly #nodes = new KnownNodes()
  readonly #vectors: Map<HostId, SignedVector>
  readonly #outbox = new VectorOutbox<SignedVector>()
  readonly #announcement: OwnAnnouncement<SignedVector>
  readonly #probedBy = new Map<HostId, number>()
  /** Which of the own vectors others say that they hold. */
  readonly #heldOfOwn = new Map<HostId, number>()
  #overtookAtMs = Number.NEGATIVE_INFINITY
  #config: TalkingConfig
  #pairs: readonly RelayedPair[] = []

  constructor(
    config: TalkingConfig,
    signing: VectorSigning,
    memory: { readonly own: Announced<SignedVector>; readonly vectors: ReadonlyMap<HostId, SignedVector> },
  ) {
    this.#viewer = config.own.hostId
    this.#signing = signing
    this.#config = config
    this.#vectors = new Map(memory.vectors)
    this.#nodes.take(config.paths)
    this.#pairs = relayedPairsOf(config)
    this.#announcement = new OwnAnnouncement(memory.own, this.#nodes.ownLists)
  }

  get vectors(): ReadonlyMap<HostId, SignedVector> {
    return this.#vectors
  }

  get own(): Announced<SignedVector> {
    return this.#announcement.announced
  }

  /** A gateway that this host moves to has not said yet that it holds the newest own vector: nobody else may have that. */
  get isAwaited(): boolean {
    const { newest, released } = this.#announcement.announced
    return newest !== released
  }

  /** When something is to be sent; `undefined`: nothing is. */
  get dueAtMs(): number | undefined {
    return this.#outbox.dueAtMs
  }

  takeDue(nowMs: number): ReturnType<VectorOutbox<SignedVector>['takeDue']> {
    return this.#outbox.takeDue(nowMs)
  }

  /** What is held already is passed on to whoever has to know. */
  begin(nowMs: number): void {
    for (const about of this.#vectors.keys()) this.#pass(about, nowMs)
  }

  /** `paths` are those that changed. Answers whose vectors are wanted, and from whom: nothing is known of them. */
  takeConfig(
    config: TalkingConfig,
    paths: Iterable<readonly [PathKey, Path | undefined]>,
    nowMs: number,
  ): ReadonlyMap<HostId, readonly HostId[]> {
    const before = this.#config
    this.#config = config
    const moved = this.#nodes.take(paths)
    const gone = [...before.peers.keys()].filter((hostId) => !config.peers.has(hostId))
    for (const hostId of gone) this.#forgetPeer(hostId)
    for (const hostId of [...gone, ...moved]) if (!this.#isKnown(hostId)) this.#vectors.delete(hostId)
    this.#tellOwn(nowMs)
    const came = [...config.peers.keys()].filter((hostId) => !before.peers.has(hostId))
    if (moved.size > 0 || config.pairs !== before.pairs) this.#pairs = relayedPairsOf(config)
    if (config.pairs !== before.pairs) for (const about of this.#vectors.keys()) this.#pass(about, nowMs)
    else this.#passAfter(moved, new Set([...came, ...moved]), nowMs)
    return this.#wanted(moved)
  }

  /** Whose vector the host is told: the newest, or the one before it. */
  vectorFor(hostId: HostId): SignedVector | null {
    return this.#announcement.vectorFor(hostId) ?? null
  }

  /** 0: none. */
  sequenceOf(hostId: HostId): number {
    return this.#vectors.get(hostId)?.sequence ?? 0
  }

  /** What is answered to one who told these. What is of no use here counts as held: it needn't be told again. */
  heldOf(told: readonly SignedVector[]): readonly HeldVector[] {
    return told.map(({ hostId, sequence }) => ({
      hostId,
      sequence: this.#isKnown(hostId) ? this.sequenceOf(hostId) : sequence,
    }))
  }

  noteProbe(from: HostId, nowMs: number): void {
    this.#probedBy.set(from, nowMs)
  }

  /** Those that are newer than what was known, and genuine. */
  learn(vectors: readonly SignedVector[], nowMs: number): readonly SignedVector[] {
    const newer = vectors.filter(
      (vector) =>
        this.#isKnown(vector.hostId) &&
        isNewerVector(vector, this.#vectors.get(vector.hostId)) &&
        this.#signing.isGenuine(vector),
    )
    for (const vector of newer) this.#vectors.set(vector.hostId, vector)
    for (const { hostId } of newer) this.#pass(hostId, nowMs)
    return newer
  }

  /** What another host says that it holds. Answers whether everybody may have the newest own vector now, and might not before. */
  noteHeld(by: HostId, held: readonly HeldVector[], nowMs: number): boolean {
    this.#outbox.acknowledge(by, held)
    let isReleased = false
    for (const { hostId, sequence } of held) {
      if (hostId !== this.#viewer) {
        if (sequence < this.sequenceOf(hostId)) this.#pass(hostId, nowMs, new Set([by]))
        continue
      }
      this.#heldOfOwn.set(by, sequence)
      if (!this.#announcement.acknowledge(by, sequence)) continue
      isReleased = true
      this.#tellOwn(nowMs)
    }
    return isReleased
  }

  /** What this host chose may be another now. */
  renew(chosen: OwnVector, { nowMs, unixMs }: Moment): void {
    const last = this.#announcement.newest
    const vector = renewVector(this.#viewer, last, chosen, unixMs)
    if (vector !== last)
      this.#announcement.renew({ ...vector, signature: this.#signing.sign(vector) }, this.#nodes.ownLists)
    this.#tellOwn(nowMs)
  }

  /**
   * What another host says that it holds of this one, and this one never told as far as it knows: its disk was put back to an earlier
   * state. It tells what it has chosen, as something newer. Answers whether there is anything to tell.
   */
  overtake(heldByOther: number, chosen: OwnVector, { nowMs, unixMs }: Moment): boolean {
    const sequence = overtakingSequence(this.#announcement.newest?.sequence, heldByOther, unixMs)
    if (sequence === undefined || nowMs - this.#overtookAtMs < overtakesEveryMs) return false
    this.#overtookAtMs = nowMs
    const { gatewayIds, servedEgressIds } = chosen
    const vector = { hostId: this.#viewer, sequence, gatewayIds, servedEgressIds }
    this.#announcement.supersede({ ...vector, signature: this.#signing.sign(vector) }, this.#nodes.ownLists)
    this.#tellOwn(nowMs)
    return true
  }

  /** Whom this host probes, and who probes it. */
  #tellOwn(nowMs: number): void {
    for (const [hostId, atMs] of this.#probedBy) if (nowMs - atMs >= probedLatelyMs) this.#probedBy.delete(hostId)
    for (const to of new Set([...this.#config.probes, ...this.#probedBy.keys()])) {
      const vector = this.#announcement.vectorFor(to)
      const isHeld = vector !== undefined && (this.#heldOfOwn.get(to) ?? 0) >= vector.sequence
      if (vector !== undefined && !isHeld && this.#config.peers.has(to)) this.#outbox.tell(to, vector, nowMs)
    }
  }

  #forgetPeer(hostId: HostId): void {
    this.#outbox.forget(hostId)
    this.#probedBy.delete(hostId)
    this.#heldOfOwn.delete(hostId)
  }

  #isKnown(hostId: HostId): boolean {
    return hostId !== this.#viewer && (this.#config.peers.has(hostId) || this.#nodes.has(hostId))
  }

  #passAfter(abouts: ReadonlySet<HostId>, to: ReadonlySet<HostId>, nowMs: number): void {
    for (const about of abouts) this.#pass(about, nowMs)
    if (to.size > 0) for (const about of this.#vectors.keys()) if (!abouts.has(about)) this.#pass(about, nowMs, to)
  }

  /** Relayed nodes of whose vector nothing is known, by the gateways that may know it. */
  #wanted(moved: Iterable<HostId>): ReadonlyMap<HostId, readonly HostId[]> {
    const wanted = new Map<HostId, HostId[]>()
    for (const about of moved) {
      if (this.#vectors.has(about)) continue
      for (const { to } of this.#nodes.pathsTo(about))
        for (const { hostId } of to.kind === 'relayed' ? to.gateways : [])
          if (this.#config.peers.has(hostId)) wanted.set(hostId, [...(wanted.get(hostId) ?? []), about])
    }
    return wanted
  }

  /**
   * A gateway tells the vector of a node that it relays to everyone who may send to it: the one that the vector begins with does. What
   * an end of a pair says is for the other end, and so is what nodes say that the end relays.
   */
  #pass(about: HostId, nowMs: number, only?: ReadonlySet<HostId>): void {
    const vector = this.#vectors.get(about)
    if (vector === undefined) return
    const tell = (to: HostId) => {
      if (to !== about && (only?.has(to) ?? true) && this.#config.peers.has(to)) this.#outbox.tell(to, vector, nowMs)
    }
    const gateways = new Set<HostId>()
    for (const { to, networkId } of this.#nodes.pathsTo(about)) {
      const gateway = to.kind === 'relayed' ? gatewayOfRelayed({ vectors: this.#vectors }, to)?.hostId : undefined
      if (gateway === undefined) continue
      gateways.add(gateway)
      if (gateway !== this.#viewer) continue
      for (const peer of only ?? this.#config.peers.keys())
        for (const network of this.#nodes.networksOf(peer)) if (network === networkId) tell(peer)
    }
    for (const { ends } of this.#pairs)
      for (const [end, other] of [ends, [...ends].reverse()])
        if (end !== undefined && other !== undefined && (end.hostId === about || gateways.has(end.hostId)))
          tell(other.hostId)
  }
}
