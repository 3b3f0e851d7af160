import type { UdpEndpoint } from '../values/index.js'
import type { DesiredPeer } from './desired-host.js'
import type { ObservedPeer } from './observed-host.js'

/**
 * Milliseconds after which WireGuard drops a session without a new handshake (`REJECT_AFTER_TIME`, WireGuard paper §6.1).
 * A younger handshake proves that the peer answers where it is now.
 */
export const LIVE_HANDSHAKE_MS = 180_000

/** What the endpoint rule looks at. */
export interface EndpointQuestion {
  readonly desired: DesiredPeer
  readonly observed: ObservedPeer | undefined
  /** The same peer as it was desired before. */
  readonly previous: DesiredPeer | undefined
  readonly observedAtEpochMs: number
}

/**
 * The endpoint to write, or `undefined` where the one in use stays.
 *
 * Candidates are advice and WireGuard knows better while packets flow: an endpoint learned by roaming is kept as long as
 * a handshake is live. It goes when it was one of the candidates and is none any more, since that was a decision.
 */
export function endpointToWrite(question: EndpointQuestion): UdpEndpoint | undefined {
  const { desired, observed, previous } = question
  const best = desired.endpointCandidates[0]
  const current = observed?.endpoint
  if (best === undefined || current === undefined) return best
  if (desired.endpointCandidates.includes(current)) return undefined
  const isWithdrawn = previous?.endpointCandidates.includes(current) ?? false
  if (!isWithdrawn && hasLiveHandshake(observed, question.observedAtEpochMs)) return undefined
  return best
}

/** Whether the peer completed a handshake that still carries traffic. */
export function hasLiveHandshake(peer: ObservedPeer | undefined, observedAtEpochMs: number): boolean {
  const handshake = peer?.latestHandshakeAtEpochMs
  return handshake !== undefined && observedAtEpochMs - handshake < LIVE_HANDSHAKE_MS
}
