/** Beside a host's own paths: what it finds out for the server. */
import type { HostConfig, Path } from '../host-config/host-config.js'
import type { RelayProbeWanted } from '../protocol/agent-message.js'
import type { PairUnreachable, ReportedObservation } from '../protocol/observation.js'
import type { PathMessage } from '../protocol/path-message.js'
import type { ObservedPeer } from '../reconcile/observed-host.js'
import type { HostId, NodeId, WireguardPublicKey } from '../values/index.js'
import { DirectTrials } from './direct-trials.js'
import { Prober } from './prober.js'
import { type Silence, SilentPeers, silenceTimes } from './silent-peers.js'

/** What there is to do and to say. */
export interface ScoutStep {
  readonly probes: readonly { readonly to: HostId; readonly message: PathMessage }[]
  readonly observations: readonly ReportedObservation[]
}

interface Search {
  readonly wanted: RelayProbeWanted
  readonly hosts: ReadonlyMap<NodeId, HostId>
  readonly endsAtMs: number
}

/** A pair that can't connect is told again so often. */
const tellAgainMs = 10_000
const missesThatProve = 3

/**
 * What a host finds out for the server, beside its own paths: which direct peers don't answer (C4), how far relays are that a pair might
 * use (C3), whether a relayed pair could do without (C5). It probes over control addresses as paths are probed, but nothing of what it
 * finds moves anything here.
 */
export class PathScout {
  readonly #prober: Prober
  readonly #silent = new SilentPeers()
  readonly #trials: DirectTrials
  readonly #searches = new Map<NodeId, Search>()
  readonly #toldAtMs = new Map<HostId, number>()
  #config: HostConfig
  #handshakes: ReadonlyMap<HostId, number> = new Map()

  /** `nextProbeId`: as for paths. */
  constructor(config: HostConfig, nextProbeId: () => number) {
    this.#config = config
    this.#prober = new Prober(nextProbeId)
    this.#trials = new DirectTrials(config.own.hostId)
  }

  /** The config is this from now on; to be told with the first one, too. */
  takeConfig(config: HostConfig, nowMs: number): void {
    this.#config = config
    const pairs = config.pairs.length === 0 ? [] : config.paths.values()
    this.#trials.takePairs(pairs, nowMs)
  }

  /** The host was looked at. `handshakes`: ages in milliseconds. */
  look(peers: ReadonlyMap<WireguardPublicKey, ObservedPeer>, nowEpochMs: number, nowMs: number): void {
    const handshakes = new Map<HostId, number>()
    const watched: [HostId, ObservedPeer][] = []
    for (const { hostId, wireguardKey } of this.#config.peers.values()) {
      const peer = peers.get(wireguardKey)
      if (peer === undefined) continue
      const at = peer.latestHandshakeAtEpochMs
      if (at !== undefined) handshakes.set(hostId, nowMs - Math.max(0, nowEpochMs - at))
      watched.push([hostId, peer])
    }
    this.#handshakes = handshakes
    const direct = this.#directNodes()
    this.#silent.look(
      watched.filter(([hostId]) => direct.has(hostId)),
      nowMs,
    )
  }

  /** Whether somebody is silent now: the host should be looked at again soon. */
  get isWatching(): boolean {
    for (const _ of this.#silent.silent()) return true
    return false
  }

  /** The server asks for measurements of relays; while it asks for the same again, they go on. */
  wants(wanted: RelayProbeWanted, nowMs: number): void {
    if (this.#searches.has(wanted.otherNodeId)) return
    const hosts = new Map<NodeId, HostId>()
    for (const { to } of this.#config.paths.values())
      if ('hostId' in to && wanted.gatewayIds.includes(to.nodeId)) hosts.set(to.nodeId, to.hostId)
    this.#searches.set(wanted.otherNodeId, { wanted, hosts, endsAtMs: nowMs + wanted.forMs })
  }

  /** The own network is another: everything is tried anew. */
  networkChanged(nowMs: number): void {
    this.#trials.networkChanged(nowMs)
  }

  /** Something came on the control port. Only of direct peers. */
  receive(from: HostId, message: PathMessage, nowMs: number): void {
    this.#silent.heard(from)
    if (message.type === 'probe') this.#trials.probed(from, message.echoAgeMs, nowMs)
    if (message.type !== 'echo') return
    const answersBefore = this.#prober.health.get(from)?.answers
    this.#prober.answered(from, message.id, nowMs)
    if (this.#prober.health.get(from)?.answers !== answersBefore) this.#trials.answered(from, nowMs)
  }

  /** Its system says that no agent is there: it is reached all the same. */
  refused(from: HostId, nowMs: number): void {
    this.#silent.heard(from)
    this.#prober.refused(from, nowMs)
  }

  /** Its peer was made anew, to try another endpoint. */
  tried(hostId: HostId): void {
    this.#silent.tried(hostId)
  }

  /** Who is probed now. */
  get probed(): Iterable<HostId> {
    return this.#prober.health.keys()
  }

  /** When something is to be done without an occasion; `undefined`: nothing is. */
  get wakesAtMs(): number | undefined {
    const ends = [...this.#searches.values()].map(({ endsAtMs }) => endsAtMs)
    const times = [this.#prober.dueAtMs, this.#trials.dueAtMs, ...ends].filter((each) => each !== undefined)
    return times.length === 0 ? undefined : Math.min(...times)
  }

  /** What is due: probes to be sent, and what there is to say. */
  wake(nowMs: number): ScoutStep {
    this.#prober.expire(nowMs)
    const observations: ReportedObservation[] = [
      ...this.#trials.wake(nowMs, (hostId) => this.#handshakeAgeMs(hostId, nowMs)),
      ...this.#endSearches(nowMs),
      ...this.#unreachable(nowMs),
    ]
    this.#prober.setTargets([...this.#targets()], nowMs)
    const probes = this.#prober.takeDue(nowMs).map(({ target, id }) => {
      const echoAgeMs = this.#trials.echoAgeMs(target, nowMs)
      return { to: target, message: { type: 'probe', id, vector: null, echoAgeMs, asksWhere: false } as const }
    })
    return { probes, observations }
  }

  #targets(): ReadonlySet<HostId> {
    const targets = new Set(this.#trials.active)
    for (const { hosts } of this.#searches.values()) for (const hostId of hosts.values()) targets.add(hostId)
    for (const [hostId, silence] of this.#silent.silent()) if (silence.hasConnected) targets.add(hostId)
    return new Set([...targets].filter((hostId) => this.#config.peers.has(hostId)))
  }

  *#endSearches(nowMs: number): Generator<ReportedObservation> {
    for (const [otherNodeId, { wanted, hosts, endsAtMs }] of this.#searches) {
      if (endsAtMs > nowMs) continue
      this.#searches.delete(otherNodeId)
      const probed = wanted.gatewayIds.map((gatewayId) => {
        const hostId = hosts.get(gatewayId)
        return { gatewayId, roundTripMs: (hostId && this.#prober.health.get(hostId)?.roundTripMs) ?? null }
      })
      yield { type: 'relays-probed', nodeId: wanted.nodeId, otherNodeId, probed }
    }
  }

  *#unreachable(nowMs: number): Generator<PairUnreachable> {
    const silent = new Map(this.#silent.silent())
    for (const hostId of this.#toldAtMs.keys()) if (!silent.has(hostId)) this.#toldAtMs.delete(hostId)
    const direct = silent.size === 0 ? new Map<HostId, Path>() : this.#directNodes()
    for (const [hostId, silence] of silent) {
      const path = direct.get(hostId)
      const failure = this.#failureOf(hostId, silence, nowMs)
      if (path?.to.kind !== 'direct' || failure === undefined) continue
      if (nowMs - (this.#toldAtMs.get(hostId) ?? Number.NEGATIVE_INFINITY) < tellAgainMs) continue
      const own = this.#config.own.memberships.find(({ networkId }) => networkId === path.networkId)
      if (own === undefined) continue
      this.#toldAtMs.set(hostId, nowMs)
      yield { type: 'pair-unreachable', nodeId: own.nodeId, otherNodeId: path.to.nodeId, failure }
    }
  }

  #failureOf(hostId: HostId, silence: Silence, nowMs: number): PairUnreachable['failure'] | undefined {
    const forMs = Math.round(nowMs - silence.sinceMs)
    if (!silence.hasConnected)
      return forMs < silenceTimes.neverConnectedMs ? undefined : { kind: 'never-connected', tryingForMs: forMs }
    const missedProbes = Math.min(1000, this.#prober.health.get(hostId)?.misses ?? 0)
    if (forMs < silenceTimes.unansweredMs || missedProbes < missesThatProve) return undefined
    const handshakeAgeMs = this.#handshakeAgeMs(hostId, nowMs)
    return { kind: 'broken', unansweredForMs: forMs, missedProbes, handshakeAgeMs }
  }

  #handshakeAgeMs(hostId: HostId, nowMs: number): number | null {
    const atMs = this.#handshakes.get(hostId)
    return atMs === undefined ? null : Math.max(0, Math.round(nowMs - atMs))
  }

  /** Direct paths to nodes for which, and for this host's own, a relay could be asked. One for each host is enough. */
  #directNodes(): ReadonlyMap<HostId, Path> {
    const mayAsk = new Set(
      this.#config.own.memberships.filter((part) => part.via === null && !part.isGateway).map((part) => part.networkId),
    )
    const direct = new Map<HostId, Path>()
    for (const path of mayAsk.size === 0 ? [] : this.#config.paths.values())
      if (path.to.kind === 'direct' && mayAsk.has(path.networkId)) direct.set(path.to.hostId, path)
    return direct
  }
}
