import * as E from 'fp-ts/lib/Either.js'
import { shareFirstBits } from './address-bits.js'
import { scanIpv4 } from './address-text.js'
import type { Brand } from './brand.js'
import { bitsOfAddress, type IpAddress, ipAddress, parseIpAddress } from './ip-address.js'
import { literal, type ParseError, refuse } from './parse-error.js'

/** An address and a UDP port as `wg` prints them: `203.0.113.5:51820` or `[2001:db8::1]:51820`, canonical. */
export type UdpEndpoint = string & Brand<'UdpEndpoint'>

/** Why a text is no endpoint. */
export type EndpointParseError = ParseError<'endpoint-invalid'>

/** Why no packet to an endpoint can reach another host on the internet. */
export type EndpointRefusal = 'loopback' | 'multicast' | 'link-local' | 'unspecified' | 'broadcast'

const LONGEST_TEXT = 64
const BRACKETED = /^\[([^[\]]*)\]:([0-9]*)$/
const PLAIN = /^([^:[\]]*):([0-9]*)$/
const DECIMAL_PORT = /^[1-9][0-9]{0,4}$/

/** Reads an endpoint and returns its canonical text; `endpoint-invalid` on names, missing brackets and port 0. */
export function parseUdpEndpoint(text: string): E.Either<EndpointParseError, UdpEndpoint> {
  if (text.length > LONGEST_TEXT) return refuse('endpoint-invalid', text, 'too long for an address and a port')
  const bracketed = BRACKETED.exec(text)
  const [, addressText, portText] = bracketed ?? PLAIN.exec(text) ?? []
  if (addressText === undefined || portText === undefined) {
    return refuse('endpoint-invalid', text, 'an endpoint is written 203.0.113.5:51820 or [2001:db8::1]:51820')
  }
  const address = parseIpAddress(addressText)
  if (E.isLeft(address)) return refuse('endpoint-invalid', text, address.left.reason)
  if ((bracketed !== null) !== address.right.includes(':')) {
    return refuse('endpoint-invalid', text, 'brackets are for IPv6 addresses')
  }
  if (!isPort(portText)) {
    return refuse('endpoint-invalid', text, `'${portText}' is not a port from 1 to 65535`)
  }
  return E.right(join(address.right, portText))
}

/** Whether `u` is the canonical text of an endpoint. */
export function isUdpEndpoint(u: unknown): u is UdpEndpoint {
  if (typeof u !== 'string' || u.length > LONGEST_TEXT) return false
  const colon = u.indexOf(':')
  // Dotted decimal has one spelling: nothing has to be written to compare.
  if (colon > 0 && scanIpv4(u, colon) >= 0) return isPort(u.slice(colon + 1))
  const parsed = parseUdpEndpoint(u)
  return E.isRight(parsed) && parsed.right === u
}

/** An endpoint from a literal in code or tests; throws a `TypeError` when it is none. */
export function udpEndpoint(text: string): UdpEndpoint {
  return literal(parseUdpEndpoint(text))
}

/** The endpoint of an address and a port from 1 to 65535; throws a `RangeError` on any other port. */
export function udpEndpointOf(address: IpAddress, port: number): UdpEndpoint {
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return join(address, String(port))
  throw new RangeError(`${port} is not a port from 1 to 65535`)
}

/** The address part. */
export function endpointAddress(endpoint: UdpEndpoint): IpAddress {
  const text = endpoint.slice(0, endpoint.lastIndexOf(':'))
  return (text.startsWith('[') ? text.slice(1, -1) : text) as IpAddress
}

/** The port, 1 to 65535. */
export function endpointPort(endpoint: UdpEndpoint): number {
  return Number(endpoint.slice(endpoint.lastIndexOf(':') + 1))
}

/**
 * Why the endpoint can't be given to other hosts, by RFC 6890's special-purpose registry; `undefined` when it can.
 * Private (RFC 1918, ULA) and shared addresses are no reason: hosts of one site reach each other there.
 */
export function endpointRefusal(endpoint: UdpEndpoint): EndpointRefusal | undefined {
  return addressRefusal(endpointAddress(endpoint))
}

/** Why no other host reaches the one that is meant by the address, as for an endpoint. */
export function addressRefusal(address: IpAddress): EndpointRefusal | undefined {
  const bits = bitsOfAddress(address)
  return REFUSED_RANGES.find((range) => shareFirstBits(range.bits, bits, range.length))?.refusal
}

const REFUSED_RANGES = (
  [
    ['0.0.0.0', 8, 'unspecified'],
    ['127.0.0.0', 8, 'loopback'],
    ['169.254.0.0', 16, 'link-local'],
    ['224.0.0.0', 4, 'multicast'],
    ['255.255.255.255', 32, 'broadcast'],
    ['::', 128, 'unspecified'],
    ['::1', 128, 'loopback'],
    ['fe80::', 10, 'link-local'],
    ['ff00::', 8, 'multicast'],
  ] as const
).map(([first, length, refusal]) => ({ bits: bitsOfAddress(ipAddress(first)), length, refusal }))

function isPort(text: string): boolean {
  return DECIMAL_PORT.test(text) && Number(text) <= 65_535
}

function join(address: IpAddress, port: string): UdpEndpoint {
  return (address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`) as UdpEndpoint
}
