/** C4: peers that packets are sent to and nothing comes back from, judged by WireGuard's counters each time the host is looked at. */
import type { ObservedPeer } from '../reconcile/observed-host.js'
import type { HostId } from '../values/index.js'

/** When silence counts. Milliseconds. */
export const silenceTimes = {
  /** Without a handshake ever. WireGuard tries one every 5 s. */
  neverConnectedMs: 10_000,
  /** After there was one. A peer that lives answers within 10 s: by data, or by a keepalive. */
  unansweredMs: 15_000,
  /** Whoever sends nothing for so long has given up. */
  givenUpMs: 20_000,
} as const

/** A peer that doesn't answer. */
export interface Silence {
  /** Since something was sent that nothing came back to. */
  readonly sinceMs: number
  readonly hasConnected: boolean
}

type Counters = Pick<ObservedPeer, 'sentBytes' | 'receivedBytes' | 'latestHandshakeAtEpochMs'>

interface Watched extends Counters {
  readonly sinceMs: number | null
  readonly lookedAtMs: number
  /** Of the last look that found that something had been sent. */
  readonly sentAtMs: number
}

export class SilentPeers {
  #watched = new Map<HostId, Watched>()

  /** Those that are watched, as the system shows them now. */
  look(peers: Iterable<readonly [HostId, Counters]>, nowMs: number): void {
    this.#watched = new Map([...peers].map(([hostId, now]) => [hostId, seen(this.#watched.get(hostId), now, nowMs)]))
  }

  /** Something came from it. */
  heard(hostId: HostId): void {
    const watched = this.#watched.get(hostId)
    if (watched !== undefined) this.#watched.set(hostId, { ...watched, sinceMs: null })
  }

  /** Its peer was made anew, to try another endpoint: the counters begin again, and something was sent. */
  tried(hostId: HostId): void {
    const watched = this.#watched.get(hostId)
    if (watched !== undefined) this.#watched.set(hostId, { ...watched, sentBytes: 0, receivedBytes: 0 })
  }

  /** Who has been silent, for however short a time. */
  *silent(): Generator<readonly [HostId, Silence]> {
    for (const [hostId, { sinceMs, latestHandshakeAtEpochMs }] of this.#watched)
      if (sinceMs !== null) yield [hostId, { sinceMs, hasConnected: latestHandshakeAtEpochMs !== undefined }]
  }
}

const seen = (before: Watched | undefined, now: Counters, nowMs: number): Watched => {
  const { sentBytes, receivedBytes, latestHandshakeAtEpochMs } = now
  const counters = { sentBytes, receivedBytes, latestHandshakeAtEpochMs, lookedAtMs: nowMs }
  // Who is first seen after it sent and received may have been answered to all of it.
  const isAnswered = before === undefined ? receivedBytes > 0 : receivedBytes !== before.receivedBytes
  const hasSent = sentBytes > (before?.sentBytes ?? 0)
  const sentAtMs = hasSent || before === undefined ? nowMs : before.sentAtMs
  if (isAnswered || nowMs - sentAtMs > silenceTimes.givenUpMs) return { ...counters, sinceMs: null, sentAtMs }
  // Something was on its way at the last look already where something was sent before that one, too.
  const beganAtMs = before !== undefined && before.sentAtMs === before.lookedAtMs ? before.lookedAtMs : nowMs
  return { ...counters, sinceMs: before?.sinceMs ?? (hasSent ? beganAtMs : null), sentAtMs }
}
