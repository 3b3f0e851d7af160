/** B1: at which declared endpoints this host met its peers. Whoever declares one may be wrong about what leads there; a peer that arrived isn't. */
import type { HostConfig, PeerConfig } from '../host-config/host-config.js'
import { hashOf } from '../mesh/hash-trie.js'
import type { EndpointsReached } from '../protocol/observation.js'
import { mostReached } from '../protocol/observation-codecs.js'
import type { ObservedPeer } from '../reconcile/observed-host.js'
import type { HostId, UdpEndpoint, WireguardPublicKey } from '../values/index.js'

interface Meeting {
  /** As the system had it at the last look. */
  readonly endpoint: UdpEndpoint | undefined
  /** Only a later handshake was made there. Zero: any. */
  readonly sinceEpochMs: number
}

/**
 * Looks at WireGuard's own words: a handshake that is younger than the endpoint at which its peer stands. Where one of this host's NATs or the
 * peer's lets answers in and nothing else, that looks the same if the peer spoke first.
 */
export class ReachedEndpoints {
  #watched: readonly PeerConfig[] | undefined
  /** `undefined`: nothing was looked at yet, so that a peer that is there may be old. */
  #meetings: ReadonlyMap<HostId, Meeting> | undefined
  readonly #reached = new Map<HostId, Set<UdpEndpoint>>()

  /** The config is another from now on. */
  takeConfig(): void {
    this.#watched = undefined
  }

  /** The host was read. */
  look(
    { own, peers }: Pick<HostConfig, 'own' | 'peers'>,
    observed: ReadonlyMap<WireguardPublicKey, ObservedPeer>,
  ): void {
    this.#watched ??= this.#choose(own.hostId, peers.values())
    const before = this.#meetings
    const meetings = new Map<HostId, Meeting>()
    for (const { hostId, wireguardKey } of this.#watched) {
      const peer = observed.get(wireguardKey)
      if (peer === undefined) continue
      const meeting = meetingOf(peer, before?.get(hostId), before !== undefined)
      meetings.set(hostId, meeting)
      if ((peer.latestHandshakeAtEpochMs ?? 0) > meeting.sinceEpochMs) this.#note(hostId, meeting.endpoint)
    }
    this.#meetings = meetings
  }

  /** Of those that are still declared; `undefined`: none. */
  get told(): EndpointsReached | undefined {
    const reached = (this.#watched ?? []).flatMap(({ hostId, endpoints }) =>
      endpoints
        .filter(({ origin, endpoint }) => origin === 'declared' && this.#reached.get(hostId)?.has(endpoint) === true)
        .map(({ endpoint }) => ({ hostId, endpoint })),
    )
    return reached.length === 0 ? undefined : { type: 'endpoints-reached', reached: reached.slice(0, mostReached) }
  }

  #choose(own: HostId, peers: Iterable<PeerConfig>): readonly PeerConfig[] {
    const watched = chooseWatched(own, peers)
    const hostIds = new Set(watched.map(({ hostId }) => hostId))
    for (const hostId of this.#reached.keys()) if (!hostIds.has(hostId)) this.#reached.delete(hostId)
    return watched
  }

  #note(hostId: HostId, endpoint: UdpEndpoint | undefined): void {
    const watched = this.#watched?.find((peer) => peer.hostId === hostId)
    const isDeclared = watched?.endpoints.some((each) => each.origin === 'declared' && each.endpoint === endpoint)
    if (endpoint === undefined || isDeclared !== true) return
    this.#reached.set(hostId, (this.#reached.get(hostId) ?? new Set()).add(endpoint))
  }
}

/** Each host watches others, so that all are watched by some and no report is long; the order is always the same. */
const chooseWatched = (own: HostId, peers: Iterable<PeerConfig>): readonly PeerConfig[] =>
  [...peers]
    .filter(({ endpoints }) => endpoints.some(({ origin }) => origin === 'declared'))
    .map((peer) => ({ peer, lot: hashOf(`${own} ${peer.hostId}`) }))
    .sort((one, other) => one.lot - other.lot)
    .slice(0, mostReached)
    .map(({ peer }) => peer)

/** `wasLooked`: a peer that wasn't there then was made since, and so was every handshake of it. */
const meetingOf = (peer: ObservedPeer, before: Meeting | undefined, wasLooked: boolean): Meeting => {
  const { endpoint, latestHandshakeAtEpochMs: at = 0 } = peer
  const wasMadeAnew = before === undefined ? wasLooked : at < before.sinceEpochMs
  if (wasMadeAnew) return { endpoint, sinceEpochMs: 0 }
  return before !== undefined && before.endpoint === endpoint ? before : { endpoint, sinceEpochMs: at }
}
