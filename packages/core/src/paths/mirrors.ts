/**
 * What others tell this host about itself: where its packets come from (a NAT in between knows, the host doesn't), and whether they have
 * lost the server, too. A few peers that the whole internet can reach are asked over control addresses, gateways first, and only answers
 * that are waited for count. Where they see it at different places, its NAT gives each destination another one, which is of no use to others.
 */
import type { HostConfig, PeerConfig } from '../host-config/host-config.js'
import { hashOf } from '../mesh/hash-trie.js'
import { isPublicAddress } from '../mesh/listeners.js'
import type { PathMessage } from '../protocol/path-message.js'
import { endpointAddress, type HostId, type IpAddress, ipFamilyOf, type UdpEndpoint } from '../values/index.js'

/** Milliseconds. */
const mirrorTimes = {
  /** More often than a NAT forgets, and with it what it maps to. */
  everyMs: 20_000,
  /** Whoever is asked reads its WireGuard first. */
  answerMs: 3000,
  /** After the first one answered. */
  othersMs: 2000,
  firstRetryMs: 1000,
  /** While it is to be found out whether others lost the server. */
  aboutServerMs: 2000,
  /** What was said about the server counts until the next round must have ended. */
  lostMs: 6000,
} as const

/** Two tell a NAT that gives each destination another port. */
const mostMirrors = 2
/** A question or an answer may be lost: who says nothing of use so often in a row is asked after the others. */
const mostUseless = 2

/** What it is that the host wants to know; nothing, most of the time. */
export interface MirrorNeeds {
  /** It has no public address of its own. */
  readonly place: boolean
  /** Its own server is silent, and something depends on why. */
  readonly server: boolean
  /** Of its interfaces: a neighbour who sees it there knows nothing of the NAT. */
  readonly addresses: readonly IpAddress[]
}

/**
 * Where a host is seen from outside. `not-asked`: it has a public address; `asking`: nobody has answered yet; `seen`: there; `differs`:
 * its NAT gives each destination another port, and only a relay leads to others behind NATs; `nobody-answers`: no peer is reached,
 * as where a network lets no UDP out.
 */
export interface OutsideView {
  readonly state: 'not-asked' | 'asking' | 'seen' | 'differs' | 'nobody-answers'
  readonly endpoints: readonly UdpEndpoint[]
}

type Echo = Extract<PathMessage, { readonly type: 'echo' }>

interface Round {
  readonly asked: ReadonlyMap<HostId, number>
  readonly answers: ReadonlyMap<HostId, Echo>
  readonly endsAtMs: number
}

/** Whom this host asks, and what came of it. */
export class Mirrors {
  readonly #nextProbeId: () => number
  #config: HostConfig
  #needs: MirrorNeeds = { place: false, server: false, addresses: [] }
  #round: Round | undefined
  #nextAtMs = Number.NEGATIVE_INFINITY
  #retryMs: number = mirrorTimes.firstRetryMs
  /** Of those who were asked last and said nothing of use: how often in a row. */
  #useless: ReadonlyMap<HostId, number> = new Map()
  #outside: OutsideView = notAsked
  #isInDoubt = false
  #said: { readonly atMs: number; readonly isServerLost: boolean } | undefined

  /** `nextProbeId`: as for paths. */
  constructor(config: HostConfig, nextProbeId: () => number) {
    this.#config = config
    this.#nextProbeId = nextProbeId
  }

  /** Whom there is to ask. */
  takeConfig(config: HostConfig): void {
    this.#config = config
  }

  /** What is wanted from now on. */
  need(needs: MirrorNeeds, nowMs: number): void {
    const before = this.#needs
    this.#needs = needs
    if (!needs.place) this.#outside = notAsked
    else if (this.#outside.state === 'not-asked') this.#outside = asking
    if ((needs.place && !before.place) || (needs.server && !before.server)) this.#askFrom(nowMs)
  }

  /** The own network is another: nobody knows where this host is seen now. */
  networkChanged(nowMs: number): void {
    if (this.#needs.place) this.#outside = asking
    this.portChanged(nowMs)
  }

  /** This host sends from another port: what was said is old, and is asked again at once. */
  portChanged(nowMs: number): void {
    this.#round = undefined
    this.#useless = new Map()
    this.#askFrom(nowMs)
  }

  /** Where this host is seen from outside, as all who answered say; sorted. */
  get seenAt(): readonly UdpEndpoint[] {
    return this.#outside.endpoints
  }

  /** The same with what is known of the reason, for people. */
  get outside(): OutsideView {
    return this.#outside
  }

  /** Whether those who answered in the last seconds have lost the server, all of them. */
  isServerLost(nowMs: number): boolean {
    const { isServerLost = false, atMs = 0 } = this.#said ?? {}
    return isServerLost && nowMs - atMs < mirrorTimes.lostMs
  }

  /** Who is asked now. */
  get asked(): Iterable<HostId> {
    return this.#round?.asked.keys() ?? []
  }

  /** When `wake` has something to do; `undefined`: never. */
  get dueAtMs(): number | undefined {
    if (this.#round !== undefined) return this.#round.endsAtMs
    return this.#needs.place || this.#needs.server ? this.#nextAtMs : undefined
  }

  /** Ends a round that is over, begins one that is due. Answers whom to probe. */
  wake(nowMs: number): readonly { readonly to: HostId; readonly message: PathMessage }[] {
    if (this.#round !== undefined && this.#round.endsAtMs <= nowMs) this.#conclude(this.#round, nowMs)
    if (this.#round !== undefined || !(this.#needs.place || this.#needs.server) || this.#nextAtMs > nowMs) return []
    const asked = new Map(this.#choose().map((hostId) => [hostId, this.#nextProbeId()]))
    this.#round = { asked, answers: new Map(), endsAtMs: nowMs + mirrorTimes.answerMs }
    return [...asked].map(([to, id]) => ({
      to,
      message: { type: 'probe', id, vector: null, echoAgeMs: null, asksWhere: true },
    }))
  }

  /** Something came on the control port. Answers whether something is known now that wasn't. */
  receive(from: HostId, message: PathMessage, nowMs: number): boolean {
    const round = this.#round
    if (message.type !== 'echo' || round === undefined || round.asked.get(from) !== message.id) return false
    const answers = new Map(round.answers).set(from, message)
    this.#round = { ...round, answers, endsAtMs: Math.min(round.endsAtMs, nowMs + mirrorTimes.othersMs) }
    if (answers.size < round.asked.size) return false
    this.#conclude({ ...round, answers }, nowMs)
    return true
  }

  #askFrom(nowMs: number): void {
    this.#retryMs = mirrorTimes.firstRetryMs
    this.#nextAtMs = Math.min(this.#nextAtMs, nowMs)
  }

  #conclude({ asked, answers }: Round, nowMs: number): void {
    this.#round = undefined
    const echoes = [...answers.values()]
    const isNews = (seenAt: UdpEndpoint | null): seenAt is UdpEndpoint =>
      seenAt !== null && !this.#needs.addresses.includes(endpointAddress(seenAt))
    const seen = echoes.map(({ seenAt }) => seenAt).filter(isNews)
    const isOfUse = (echo: Echo | undefined) => echo !== undefined && (!this.#needs.place || isNews(echo.seenAt))
    const useless = [...asked.keys()].filter((hostId) => !isOfUse(answers.get(hostId)))
    this.#useless = new Map(useless.map((hostId) => [hostId, (this.#useless.get(hostId) ?? 0) + 1]))
    if (echoes.length > 0) this.#said = { atMs: nowMs, isServerLost: echoes.every(({ isServerLost }) => isServerLost) }
    const view = viewOf(seen, this.#outside)
    // Of one that moves just now, one may know already and the other not yet: asked again, they agree.
    const isInDoubt = view.state === 'differs' && !this.#isInDoubt && this.#outside.state !== 'differs'
    this.#isInDoubt = isInDoubt
    if (this.#needs.place && !isInDoubt) this.#outside = view
    // One answer is a place to be found at. What kind of NAT it is takes a second one.
    const isPlaceKnown = view.state === 'seen' && seen.length === asked.size
    const isAnswered = this.#needs.place ? isPlaceKnown : echoes.length > 0
    if (isInDoubt) this.#retryMs = mirrorTimes.firstRetryMs
    const pauseMs = isAnswered ? mirrorTimes.everyMs : this.#retryMs
    this.#nextAtMs = nowMs + (this.#needs.server ? Math.min(pauseMs, mirrorTimes.aboutServerMs) : pauseMs)
    this.#retryMs = isAnswered ? mirrorTimes.firstRetryMs : Math.min(this.#retryMs * 2, mirrorTimes.everyMs)
  }

  /** Each host has others, so that nobody is asked by the whole mesh. */
  #choose(): readonly HostId[] {
    const { own, peers, paths, probes } = this.#config
    const gateways = new Set(probes)
    for (const { to } of paths.values())
      for (const { hostId } of 'gateways' in to ? to.gateways : []) gateways.add(hostId)
    const isUseless = ({ hostId }: PeerConfig) => (this.#useless.get(hostId) ?? 0) >= mostUseless
    const rank = (peer: PeerConfig) =>
      (isUseless(peer) ? 4 : 0) + (isPublic(peer) ? 0 : 2) + (gateways.has(peer.hostId) ? 0 : 1)
    return [...peers.values()]
      .map((peer) => ({ hostId: peer.hostId, rank: rank(peer), lot: hashOf(`${own.hostId} ${peer.hostId}`) }))
      .sort((one, other) => one.rank - other.rank || one.lot - other.lot)
      .slice(0, mostMirrors)
      .map(({ hostId }) => hostId)
  }
}

const notAsked: OutsideView = { state: 'not-asked', endpoints: [] }
const asking: OutsideView = { state: 'asking', endpoints: [] }

/**
 * Where nobody says anything, a host stays where it was; so it does at addresses of a kind that nobody spoke of. That its NAT no longer
 * gives each destination another port, one alone can't tell.
 */
const viewOf = (seen: readonly UdpEndpoint[], before: OutsideView): OutsideView => {
  if (seen.length === 0) return before.state === 'asking' ? { ...before, state: 'nobody-answers' } : before
  if (before.state === 'differs' && seen.length < mostMirrors) return before
  const spokenOf = new Set(seen.map(kindOf))
  const endpoints = [...agreed(seen), ...before.endpoints.filter((endpoint) => !spokenOf.has(kindOf(endpoint)))].sort()
  return { state: endpoints.length === 0 ? 'differs' : 'seen', endpoints }
}

const isPublic = ({ endpoints }: PeerConfig): boolean =>
  endpoints.some(({ endpoint, origin }) => origin !== 'observed' && isPublicAddress(endpointAddress(endpoint)))

/** Of each kind of address what all say; nothing where they differ. */
const agreed = (seen: readonly UdpEndpoint[]): readonly UdpEndpoint[] =>
  seen.filter((endpoint, at) => {
    const alike = seen.filter((other) => kindOf(other) === kindOf(endpoint))
    return seen.indexOf(endpoint) === at && alike.every((other) => other === endpoint)
  })

const kindOf = (endpoint: UdpEndpoint): string => {
  const address = endpointAddress(endpoint)
  return `${ipFamilyOf(address)} ${isPublicAddress(address)}`
}
