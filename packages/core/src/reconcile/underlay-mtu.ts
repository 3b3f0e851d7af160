/**
 * How large the tunnel's packets may be: what the way to the peers takes, less what WireGuard puts around them. A host with peers on
 * several ways has one tunnel all the same, so the narrowest decides.
 */
import { LEAST_TUNNEL_MTU_BYTES } from '../values/index.js'

/** The narrowest way that the host's own packets take to a peer, in bytes. */
export interface UnderlayMtu {
  /** What the host's own links and routes take. */
  readonly linkBytes: number
  /** Less where routers on the way said so: learned from what was too large, and forgotten by systems after some minutes. */
  readonly pathBytes: number
}

/** IPv6 (40 bytes), UDP (8) and WireGuard (32). 20 less over IPv4; but peers move between the two, and the MTU shall not. */
export const TUNNEL_OVERHEAD_BYTES = 80

/** The MTU that the own interface shall have; `mostBytes` is what the config says. `undefined` underlay: nobody knows the way yet. */
export const tunnelMtuOf = (mostBytes: number, underlay: UnderlayMtu | undefined): number => {
  const fittingBytes = underlay === undefined ? mostBytes : underlay.pathBytes - TUNNEL_OVERHEAD_BYTES
  return Math.max(LEAST_TUNNEL_MTU_BYTES, Math.min(mostBytes, fittingBytes))
}

/**
 * What holds after another look. What routers said is kept until the host's own links are others: nothing is too large from then on, so
 * the system would forget, try larger ones, and lose packets every few minutes.
 */
export const heldUnderlayMtu = (
  held: UnderlayMtu | undefined,
  seen: UnderlayMtu | undefined,
): UnderlayMtu | undefined => {
  if (seen === undefined || held === undefined || held.linkBytes !== seen.linkBytes) return seen
  return held.pathBytes < seen.pathBytes ? held : seen
}
