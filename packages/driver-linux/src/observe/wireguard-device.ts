import { epochMs, type IpPrefix, type ObservedPeer, type WireguardPublicKey } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import type { ValueParsers } from './value-parsers.js'

/** What WireGuard itself says about an interface, whichever implementation. */
export interface WireguardDevice {
  /** `undefined`: no private key yet. */
  readonly publicKey: WireguardPublicKey | undefined
  /** 0: not bound. */
  readonly listenPort: number
  /** On the packets that its own socket sends; 0: none. */
  readonly mark: number
  readonly peers: ReadonlyMap<WireguardPublicKey, ObservedPeer>
}

/** Why an answer can't be read. Names the place and never the content, which may be a private key. */
export interface Unreadable {
  readonly reason: string
}

/** An unreadable answer. */
export const unreadable = (reason: string): E.Either<Unreadable, never> => E.left({ reason })

/** One peer in the words of its WireGuard; numbers are decimal. */
export interface PrintedPeer {
  readonly endpoint: string | undefined
  readonly allowedIps: readonly string[]
  /** 0: never. */
  readonly handshakeSeconds: string
  readonly receivedBytes: string
  readonly sentBytes: string
  readonly keepaliveSeconds: string
}

/** Reads one peer; `place` is where it stands, for errors. */
export function readPeer(
  publicKey: WireguardPublicKey | undefined,
  printed: PrintedPeer,
  parsers: ValueParsers,
  place: string,
): E.Either<Unreadable, ObservedPeer> {
  const wrong = (what: string) => unreadable(`${place}: the ${what} can't be read`)
  if (publicKey === undefined) return wrong('public key')
  const endpoint = printed.endpoint === undefined ? undefined : parsers.endpoint(printed.endpoint)
  if (endpoint === undefined && printed.endpoint !== undefined) return wrong('endpoint')
  const allowedIps: IpPrefix[] = []
  for (const text of printed.allowedIps) {
    const prefix = parsers.prefix(text)
    if (prefix === undefined) return wrong('list of allowed IPs')
    allowedIps.push(prefix)
  }
  const handshakeMs = (parseCount(printed.handshakeSeconds) ?? Number.NaN) * 1_000
  if (!Number.isSafeInteger(handshakeMs)) return wrong("handshake's time")
  const [receivedBytes, sentBytes] = [parseCount(printed.receivedBytes), parseCount(printed.sentBytes)]
  if (receivedBytes === undefined || sentBytes === undefined) return wrong('byte counters')
  const keepaliveSeconds = parsePort(printed.keepaliveSeconds)
  if (keepaliveSeconds === undefined) return wrong('keepalive')
  const latestHandshakeAtEpochMs = handshakeMs === 0 ? undefined : epochMs(handshakeMs)
  return E.right({
    publicKey,
    endpoint,
    allowedIps,
    latestHandshakeAtEpochMs,
    receivedBytes,
    sentBytes,
    keepaliveSeconds,
  })
}

/** A UDP port, or anything else of 16 bits; 0 means none. */
export function parsePort(text: string): number | undefined {
  const port = parseCount(text)
  return port !== undefined && port <= 65_535 ? port : undefined
}

/** A mark of the kernel's, in decimal or after `0x` in hex. */
export function parseMark(text: string): number | undefined {
  if (text === 'off') return 0
  const mark = /^(0x[0-9a-f]{1,8}|[0-9]{1,10})$/i.test(text) ? Number(text) : Number.NaN
  return mark <= 0xff_ff_ff_ff ? mark : undefined
}

/** A decimal number without sign, as both implementations print them. */
function parseCount(text: string): number | undefined {
  const count = /^[0-9]{1,16}$/.test(text) ? Number(text) : Number.NaN
  return Number.isSafeInteger(count) ? count : undefined
}
