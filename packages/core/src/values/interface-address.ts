import * as E from 'fp-ts/lib/Either.js'
import type { Brand } from './brand.js'
import type { IpAddress, IpParseError } from './ip-address.js'
import { type IpPrefix, prefixOfBits } from './ip-prefix.js'
import { literal, refuse } from './parse-error.js'
import { networkOf, readPrefix, writePrefix } from './prefix-bits.js'

/**
 * An address together with the prefix length of its network, as an interface bears it: `10.0.0.5/24`. Canonical text;
 * host bits are kept.
 */
export type InterfaceAddress = string & Brand<'InterfaceAddress'>

/** Reads `address/length` and returns its canonical text; `ip-invalid` as for addresses and prefixes. */
export function parseInterfaceAddress(text: string): E.Either<IpParseError, InterfaceAddress> {
  const prefix = readPrefix(text)
  if (E.isLeft(prefix)) return refuse('ip-invalid', text, prefix.left)
  return E.right(writePrefix(prefix.right) as InterfaceAddress)
}

/** Whether `u` is the canonical text of an interface address. */
export function isInterfaceAddress(u: unknown): u is InterfaceAddress {
  if (typeof u !== 'string') return false
  const parsed = parseInterfaceAddress(u)
  return E.isRight(parsed) && parsed.right === u
}

/** An interface address from a literal in code or tests; throws a `TypeError` when it is none. */
export function interfaceAddress(text: string): InterfaceAddress {
  return literal(parseInterfaceAddress(text))
}

/** `address` with the prefix length `length`; throws a `RangeError` when the family has no such length. */
export function interfaceAddressOf(address: IpAddress, length: number): InterfaceAddress {
  const width = address.includes(':') ? 128 : 32
  if (Number.isInteger(length) && length >= 0 && length <= width) return `${address}/${length}` as InterfaceAddress
  throw new RangeError(`${length} is not a prefix length from 0 to ${width}`)
}

/** The address without the prefix length. */
export function interfaceAddressIp(address: InterfaceAddress): IpAddress {
  return address.slice(0, address.indexOf('/')) as IpAddress
}

/** The network that the interface is attached to: host bits zero. */
export function interfaceAddressPrefix(address: InterfaceAddress): IpPrefix {
  const prefix = readPrefix(address)
  if (E.isRight(prefix)) return prefixOfBits(networkOf(prefix.right))
  throw new TypeError(`${JSON.stringify(address)} bears the brand of an interface address: ${prefix.left}`)
}
