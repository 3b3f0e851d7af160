/**
 * Ranges of addresses as canonical text `address/length` with host bits zero. Equal ranges are equal strings. Any two
 * prefixes are nested or disjoint, never partly overlapping; `ip-prefix-set.ts` builds on that.
 */
import * as E from 'fp-ts/lib/Either.js'
import { compareBits, fillHostBits, widthOf } from './address-bits.js'
import type { Brand } from './brand.js'
import { addressOfBits, bitsOfAddress, type IpAddress, type IpFamily, type IpParseError } from './ip-address.js'
import { literal, refuse, shorten } from './parse-error.js'
import {
  comparePrefixBits,
  containsBits,
  networkOf,
  type PrefixBits,
  readPrefix,
  readTrustedPrefix,
  writePrefix,
} from './prefix-bits.js'

/** A range of addresses: the canonical text of its first address, `/`, and the number of bits all of them share. */
export type IpPrefix = string & Brand<'IpPrefix'>

/**
 * Reads a prefix and returns its canonical text. `ip-invalid` when host bits are set, naming the range that was
 * perhaps meant: `10.1.2.3/8` is more often a slip than a spelling of `10.0.0.0/8`.
 */
export function parseIpPrefix(text: string): E.Either<IpParseError, IpPrefix> {
  const prefix = readPrefix(text)
  if (E.isLeft(prefix)) return refuse('ip-invalid', text, prefix.left)
  const network = networkOf(prefix.right)
  if (compareBits(network.bits, prefix.right.bits) === 0) return E.right(prefixOfBits(network))
  return refuse('ip-invalid', text, `bits after the prefix length are set; the range is ${writePrefix(network)}`)
}

/** As {@link parseIpPrefix}, but clears host bits instead of refusing them: `10.1.2.3/8` becomes `10.0.0.0/8`. */
export function normaliseIpPrefix(text: string): E.Either<IpParseError, IpPrefix> {
  const prefix = readPrefix(text)
  return E.isLeft(prefix) ? refuse('ip-invalid', text, prefix.left) : E.right(prefixOfBits(networkOf(prefix.right)))
}

/** Whether `u` is the canonical text of a prefix. */
export function isIpPrefix(u: unknown): u is IpPrefix {
  if (typeof u !== 'string') return false
  const parsed = parseIpPrefix(u)
  return E.isRight(parsed) && parsed.right === u
}

/** A prefix from a literal in code or tests; throws a `TypeError` on anything {@link parseIpPrefix} refuses. */
export function ipPrefix(text: string): IpPrefix {
  return literal(parseIpPrefix(text))
}

/** The range of one address: `/32` or `/128`. */
export function hostPrefix(address: IpAddress): IpPrefix {
  return `${address}/${address.includes(':') ? 128 : 32}` as IpPrefix
}

/** The family of the addresses. */
export function prefixFamily(prefix: IpPrefix): IpFamily {
  return prefix.includes(':') ? 6 : 4
}

/** The number of bits all addresses share: 0 to 32, or 0 to 128. */
export function prefixLength(prefix: IpPrefix): number {
  return Number(prefix.slice(prefix.indexOf('/') + 1))
}

/** The lowest address, for IPv4 usually the network address. */
export function prefixFirst(prefix: IpPrefix): IpAddress {
  return prefix.slice(0, prefix.indexOf('/')) as IpAddress
}

/** The highest address, for IPv4 usually the broadcast address. */
export function prefixLast(prefix: IpPrefix): IpAddress {
  const { bits, length } = bitsOfPrefix(prefix)
  return addressOfBits(fillHostBits(bits, length))
}

/** How many addresses there are, first and last included. */
export function prefixSize(prefix: IpPrefix): bigint {
  return 1n << BigInt((prefixFamily(prefix) === 4 ? 32 : 128) - prefixLength(prefix))
}

/** Whether the address is in the range; false across families. */
export function prefixContainsAddress(prefix: IpPrefix, address: IpAddress): boolean {
  const bits = bitsOfAddress(address)
  return containsBits(bitsOfPrefix(prefix), { bits, length: widthOf(bits) })
}

/** Whether every address of `inner` is in `outer`; a prefix contains itself. */
export function prefixContains(outer: IpPrefix, inner: IpPrefix): boolean {
  return containsBits(bitsOfPrefix(outer), bitsOfPrefix(inner))
}

/** Whether the two share an address. */
export function prefixesOverlap(a: IpPrefix, b: IpPrefix): boolean {
  const [aBits, bBits] = [bitsOfPrefix(a), bitsOfPrefix(b)]
  return containsBits(aBits, bBits) || containsBits(bBits, aBits)
}

/** IPv4 before IPv6, then by first address, then the wider prefix first; for `Array.sort`. */
export function comparePrefixes(a: IpPrefix, b: IpPrefix): number {
  return comparePrefixBits(bitsOfPrefix(a), bitsOfPrefix(b))
}

/** The prefixes in the order of {@link comparePrefixes}, each read once. */
export function sortedPrefixes(prefixes: Iterable<IpPrefix>): IpPrefix[] {
  return Array.from(prefixes, (prefix) => ({ prefix, bits: bitsOfPrefix(prefix) }))
    .sort((a, b) => comparePrefixBits(a.bits, b.bits))
    .map(({ prefix }) => prefix)
}

/** The inside of a prefix; only for this folder. */
export function bitsOfPrefix(prefix: IpPrefix): PrefixBits {
  const bits = readTrustedPrefix(prefix)
  if (E.isRight(bits)) return bits.right
  throw new TypeError(`${JSON.stringify(shorten(prefix))} bears the brand of a prefix: ${bits.left}`)
}

/** The prefix with this inside; only for this folder. */
export function prefixOfBits(prefix: PrefixBits): IpPrefix {
  return writePrefix(prefix) as IpPrefix
}
