/**
 * IP addresses as canonical text: equal addresses are equal strings, so they work as `Map` keys and compare with `===`.
 * Parsers take what people and tools write; {@link isIpAddress} and the codecs take the canonical text only.
 */
import * as E from 'fp-ts/lib/Either.js'
import { type AddressBits, bitsFromBigInt, bitsToBigInt, compareBits } from './address-bits.js'
import { isIpv4Mapped, readAddress, readUnmappedAddress, scanIpv4, writeAddress } from './address-text.js'
import type { Brand } from './brand.js'
import { literal, type ParseError, refuse, shorten } from './parse-error.js'

/** 4 for IPv4, 6 for IPv6. */
export type IpFamily = 4 | 6

/**
 * An IP address in canonical text: dotted decimal, or IPv6 by RFC 5952 in lower case. Never with a zone id, never
 * IPv4-mapped (`::ffff:10.0.0.1`): the same address would then have two texts.
 */
export type IpAddress = string & Brand<'IpAddress'>

/** An {@link IpAddress} of family 4. */
export type Ipv4Address = IpAddress & Brand<'Ipv4Address'>

/** An {@link IpAddress} of family 6. */
export type Ipv6Address = IpAddress & Brand<'Ipv6Address'>

/** Why a text is no address, prefix or interface address. */
export type IpParseError = ParseError<'ip-invalid'>

/**
 * Reads an address as people and tools write it and returns its canonical text: `2001:DB8:0::1` becomes `2001:db8::1`.
 * Strict all the same: leading zeros, octal and short IPv4 (`010.0.0.1`, `10.1`), whitespace, zone ids and IPv4-mapped
 * addresses are `ip-invalid`.
 */
export function parseIpAddress(text: string): E.Either<IpParseError, IpAddress> {
  const bits = readUnmappedAddress(text)
  return E.isLeft(bits) ? refuse('ip-invalid', text, bits.left) : E.right(addressOfBits(bits.right))
}

/** Whether `u` is the canonical text of an address; `2001:DB8::1` is not. */
export function isIpAddress(u: unknown): u is IpAddress {
  if (typeof u !== 'string') return false
  // Dotted decimal has one spelling: nothing has to be written to compare.
  if (scanIpv4(u, u.length) >= 0) return true
  const parsed = parseIpAddress(u)
  return E.isRight(parsed) && parsed.right === u
}

/** An address from a literal in code or tests; throws a `TypeError` on anything {@link parseIpAddress} refuses. */
export function ipAddress(text: string): IpAddress {
  return literal(parseIpAddress(text))
}

/** The family of an address. */
export function ipFamilyOf(address: IpAddress): IpFamily {
  return address.includes(':') ? 6 : 4
}

/** Whether the address is IPv4. */
export function isIpv4Address(address: IpAddress): address is Ipv4Address {
  return ipFamilyOf(address) === 4
}

/** Whether the address is IPv6. */
export function isIpv6Address(address: IpAddress): address is Ipv6Address {
  return ipFamilyOf(address) === 6
}

/** The address as a number: 0 to 2^32 − 1, or 0 to 2^128 − 1. */
export function ipAddressToBigInt(address: IpAddress): bigint {
  return bitsToBigInt(bitsOfAddress(address))
}

/**
 * The address that {@link ipAddressToBigInt} turns into `n`. Throws a `RangeError` when `n` is negative or too big for
 * the family, or names an IPv4-mapped address: an overflow in the caller's arithmetic.
 */
export function ipAddressFromBigInt(family: IpFamily, n: bigint): IpAddress {
  const bits = bitsFromBigInt(family === 4 ? 1 : 4, n)
  if (bitsToBigInt(bits) !== n) throw new RangeError(`no IPv${family} address has the number ${shorten(String(n))}`)
  if (isIpv4Mapped(bits)) throw new RangeError(`${n} is the number of an IPv4-mapped address`)
  return addressOfBits(bits)
}

/** Order by number, IPv4 before IPv6; for `Array.sort`. */
export function compareIpAddresses(a: IpAddress, b: IpAddress): number {
  return compareBits(bitsOfAddress(a), bitsOfAddress(b))
}

/** The inside of an address; only for this folder. */
export function bitsOfAddress(address: IpAddress): AddressBits {
  const bits = readAddress(address)
  if (E.isRight(bits)) return bits.right
  throw new TypeError(`${JSON.stringify(shorten(address))} bears the brand of an address: ${bits.left}`)
}

/** The address with this inside; only for this folder. */
export function addressOfBits(bits: AddressBits): IpAddress {
  return writeAddress(bits) as IpAddress
}
