/**
 * Peers without a live session are tried at one of their endpoints after the other: only a handshake proves that it is they who answer
 * there, whoever else has the same private address. Less and less often, and at once when either end is elsewhere.
 *
 * Of two hosts, the one with the lower id begins, the other follows half a second later: two handshakes that cross cost WireGuard 5 s, and
 * through two NATs it is the second packet that finds the hole of the first. Each try makes the peer anew, since WireGuard begins no
 * handshake within 5 s of the last one. What a try finds, WireGuard keeps by itself.
 */
import type { PeerConfig } from '../host-config/host-config.js'
import { hasLiveHandshake } from '../reconcile/choose-endpoint.js'
import type { ObservedPeer } from '../reconcile/observed-host.js'
import type { HostId, UdpEndpoint, WireguardPublicKey } from '../values/index.js'
import { candidateOrder, nowhere, type OwnPlace } from './candidate-order.js'

/** Milliseconds. */
const endpointTrialTimes = {
  /** Of a peer that is new, or where it is written already: WireGuard tries by itself first. */
  firstAfterMs: 1000,
  followsAfterMs: 500,
  /** How long an endpoint has to answer. */
  stepMs: 2000,
  firstPauseMs: 5000,
  longestPauseMs: 300_000,
  /** Who sent nothing for so long has nothing to say. */
  wantedMs: 15_000,
  /** In which at most `mostAtOnce` are begun. */
  batchMs: 1000,
  /** Between two tries, since the host is looked at before each. */
  apartMs: 100,
} as const

const mostAtOnce = 8
/** Where there is but one endpoint, WireGuard goes on with it by itself. */
const roundsOfOne = 2

/** A peer that is to be made anew, there. */
export interface EndpointTry {
  readonly hostId: HostId
  readonly wireguardKey: WireguardPublicKey
  readonly endpoint: UdpEndpoint
}

interface Trial {
  /** What is left of this round. */
  readonly left: readonly UdpEndpoint[]
  readonly rounds: number
  readonly pauseMs: number
  readonly nextAtMs: number
}

interface Seen extends Pick<ObservedPeer, 'endpoint'> {
  readonly isLive: boolean
  readonly sentBytes: number
  /** When it was last found that something had been sent. */
  readonly sentAtMs: number
}

/** Which peers are tried where, and when. */
export class EndpointTrials {
  readonly #viewer: HostId
  readonly #peers = new Map<HostId, PeerConfig>()
  readonly #trials = new Map<HostId, Trial>()
  #seen = new Map<HostId, Seen>()
  #place: OwnPlace = nowhere
  /** Since when which tries are counted, and when the last of them was. */
  #batch = { beganAtMs: Number.NEGATIVE_INFINITY, tries: 0, lastAtMs: Number.NEGATIVE_INFINITY }

  constructor(viewer: HostId) {
    this.#viewer = viewer
  }

  /** Those that came, left (`undefined`) or are otherwise. */
  takePeers(peers: Iterable<readonly [HostId, PeerConfig | undefined]>, nowMs: number): void {
    for (const [hostId, peer] of peers) {
      const before = this.#peers.get(hostId)
      if (peer === undefined) this.#forget(hostId)
      else this.#peers.set(hostId, peer)
      if (peer === undefined || (before !== undefined && isSamePlace(before, peer))) continue
      const seen = this.#seen.get(hostId)
      if (seen?.isLive === true) continue
      const [best] = candidateOrder(peer.endpoints, this.#place)
      const isThere = seen?.endpoint === undefined || seen.endpoint === best
      this.#begin(hostId, isThere ? nowMs + endpointTrialTimes.firstAfterMs : nowMs)
    }
  }

  /** Where this host is now; the next round goes by it. */
  takePlace(place: OwnPlace): void {
    this.#place = place
  }

  /** The host was looked at. */
  look(observed: ReadonlyMap<WireguardPublicKey, ObservedPeer>, nowEpochMs: number, nowMs: number): void {
    const seen = new Map<HostId, Seen>()
    for (const [hostId, { wireguardKey, endpoints }] of this.#peers) {
      const peer = observed.get(wireguardKey)
      if (peer === undefined) continue
      const before = this.#seen.get(hostId)
      const hasSent = before === undefined ? peer.sentBytes > 0 : peer.sentBytes !== before.sentBytes
      const sentAtMs = hasSent ? nowMs : (before?.sentAtMs ?? Number.NEGATIVE_INFINITY)
      const isLive = hasLiveHandshake(peer, nowEpochMs)
      seen.set(hostId, { isLive, endpoint: peer.endpoint, sentBytes: peer.sentBytes, sentAtMs })
      if (isLive) this.#trials.delete(hostId)
      else if (endpoints.length > 0 && !this.#trials.has(hostId) && this.#isWanted(hostId, seen, nowMs))
        this.#begin(hostId, nowMs + endpointTrialTimes.firstAfterMs)
    }
    this.#seen = seen
  }

  /** The own network, or the port that this host sends from, is another: everybody who isn't reached is tried now. */
  networkChanged(nowMs: number): void {
    for (const hostId of this.#trials.keys()) this.#begin(hostId, nowMs)
  }

  /** When `takeDue` has something; `undefined`: never. */
  get dueAtMs(): number | undefined {
    let next: number | undefined
    for (const { nextAtMs } of this.#trials.values()) if (next === undefined || nextAtMs < next) next = nextAtMs
    return next === undefined || next === Number.POSITIVE_INFINITY ? undefined : Math.max(next, this.#batchAtMs)
  }

  /** What is to be tried now, after a look at the host; it counts as tried. */
  takeDue(nowMs: number): readonly EndpointTry[] {
    if (nowMs < this.#batchAtMs) return []
    const isNewBatch = nowMs >= this.#batch.beganAtMs + endpointTrialTimes.batchMs
    const before = isNewBatch ? { beganAtMs: nowMs, tries: 0 } : this.#batch
    const tries: EndpointTry[] = []
    for (const [hostId, trial] of this.#trials) {
      if (before.tries + tries.length === mostAtOnce) break
      const peer = this.#peers.get(hostId)
      if (trial.nextAtMs > nowMs || peer === undefined) continue
      const endpoint = this.#step(hostId, peer, trial, nowMs)
      if (endpoint !== undefined) tries.push({ hostId, wireguardKey: peer.wireguardKey, endpoint })
    }
    if (tries.length > 0) this.#batch = { ...before, tries: before.tries + tries.length, lastAtMs: nowMs }
    return tries
  }

  /** A look at very many peers takes its time. */
  get #batchAtMs(): number {
    const { beganAtMs, tries, lastAtMs } = this.#batch
    const apartMs = Math.max(endpointTrialTimes.apartMs, this.#peers.size)
    return tries < mostAtOnce
      ? lastAtMs + apartMs
      : Math.max(beganAtMs + endpointTrialTimes.batchMs, lastAtMs + apartMs)
  }

  #step(hostId: HostId, peer: PeerConfig, trial: Trial, nowMs: number): UdpEndpoint | undefined {
    const isNewRound = trial.left.length === 0
    if (isNewRound && !this.#isWanted(hostId, this.#seen, nowMs)) {
      this.#trials.delete(hostId)
      return undefined
    }
    const [endpoint, ...left] = isNewRound ? this.#roundOf(peer) : trial.left
    const rounds = trial.rounds + (left.length === 0 ? 1 : 0)
    const isOver = left.length === 0
    const rests = endpoint === undefined || (isOver && isNewRound && rounds >= roundsOfOne)
    this.#trials.set(hostId, {
      left,
      rounds,
      pauseMs: isOver ? Math.min(trial.pauseMs * 2, endpointTrialTimes.longestPauseMs) : trial.pauseMs,
      nextAtMs: rests ? Number.POSITIVE_INFINITY : nowMs + (isOver ? trial.pauseMs : endpointTrialTimes.stepMs),
    })
    return endpoint
  }

  /** It ends where a packet is most likely to get through, since the peer stays there. */
  #roundOf({ endpoints }: PeerConfig): readonly UdpEndpoint[] {
    const order = candidateOrder(endpoints, this.#place)
    const best = order[0]
    return best === undefined || order.length === 1 ? order : [...order, best]
  }

  #begin(hostId: HostId, atMs: number): void {
    const followsMs = this.#viewer < hostId ? 0 : endpointTrialTimes.followsAfterMs
    this.#trials.set(hostId, {
      left: [],
      rounds: 0,
      pauseMs: endpointTrialTimes.firstPauseMs,
      nextAtMs: atMs + followsMs,
    })
  }

  /** Who keeps its NAT open sends to everybody; others to whom they have something to say. */
  #isWanted(hostId: HostId, seen: ReadonlyMap<HostId, Seen>, nowMs: number): boolean {
    if ((this.#peers.get(hostId)?.keepaliveSeconds ?? 0) > 0) return true
    return nowMs - (seen.get(hostId)?.sentAtMs ?? Number.NEGATIVE_INFINITY) < endpointTrialTimes.wantedMs
  }

  #forget(hostId: HostId): void {
    this.#peers.delete(hostId)
    this.#trials.delete(hostId)
  }
}

const isSamePlace = (one: PeerConfig, other: PeerConfig): boolean =>
  one.wireguardKey === other.wireguardKey &&
  (one.endpoints === other.endpoints ||
    (one.endpoints.length === other.endpoints.length &&
      one.endpoints.every(({ endpoint }, at) => endpoint === other.endpoints[at]?.endpoint)))
