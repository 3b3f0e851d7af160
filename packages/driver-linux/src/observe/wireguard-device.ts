import {
  epochMs,
  type IpPrefix,
  type ObservedPeer,
  parseIpPrefix,
  parseUdpEndpoint,
  type UdpEndpoint,
  type WireguardPublicKey,
} from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'

/** What WireGuard itself says about an interface, whichever implementation. */
export interface WireguardDevice {
  /** `undefined`: no private key yet. */
  readonly publicKey: WireguardPublicKey | undefined
  /** 0: not bound. */
  readonly listenPort: number
  readonly peers: ReadonlyMap<WireguardPublicKey, ObservedPeer>
}

/** Why an answer can't be read. Names the place and never the content, which may be a private key. */
export interface Unreadable {
  readonly reason: string
}

/** An unreadable answer. */
export const unreadable = (reason: string): E.Either<Unreadable, never> => E.left({ reason })

/** A decimal number without sign, as both implementations print them. */
export function parseCount(text: string): number | undefined {
  const count = /^[0-9]{1,16}$/.test(text) ? Number(text) : Number.NaN
  return Number.isSafeInteger(count) ? count : undefined
}

/** A UDP port; 0 means none. */
export function parsePort(text: string): number | undefined {
  const port = parseCount(text)
  return port !== undefined && port <= 65_535 ? port : undefined
}

/** Allowed IPs as printed, `undefined` when one is none. */
export function parseAllowedIps(texts: readonly string[]): readonly IpPrefix[] | undefined {
  const prefixes: IpPrefix[] = []
  for (const text of texts) {
    const prefix = parseIpPrefix(text)
    if (E.isLeft(prefix)) return undefined
    prefixes.push(prefix.right)
  }
  return prefixes
}

/**
 * An endpoint as printed. A link-local one has a zone (`[fe80::1%eth0]:51820`), and a socket for both families shows IPv4
 * as mapped; both are endpoints that a peer may really have roamed to.
 */
export function parseObservedEndpoint(text: string): UdpEndpoint | undefined {
  const withoutZone = text.replace(/%[^\]]{1,64}\]/, ']')
  const unmapped = withoutZone.replace(/^\[::ffff:([0-9.]{7,15})\]:/, '$1:')
  const endpoint = parseUdpEndpoint(unmapped)
  return E.isRight(endpoint) ? endpoint.right : undefined
}

/** A handshake's time; 0 means never. */
export function handshakeAt(seconds: number): ObservedPeer['latestHandshakeAtEpochMs'] | null {
  if (seconds === 0) return undefined
  const ms = seconds * 1_000
  return Number.isSafeInteger(ms) ? epochMs(ms) : null
}
