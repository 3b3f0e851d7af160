import * as E from 'fp-ts/lib/Either.js'
import {
  type AddressBits,
  clearHostBits,
  compareBits,
  isBitSet,
  shareFirstBits,
  widthOf,
  withBitSet,
} from './address-bits.js'
import { isIpv4Mapped, readAddress, readUnmappedAddress, writeAddress } from './address-text.js'

/** The inside of a prefix or interface address; not exported from the package. */
export interface PrefixBits {
  readonly bits: AddressBits
  readonly length: number
}

const LONGEST_TEXT = 64
const DECIMAL_LENGTH = /^(?:0|[1-9][0-9]{0,2})$/

/** Reads `address/length` and keeps host bits; the left side is the reason. */
export function readPrefix(text: string): E.Either<string, PrefixBits> {
  return readPrefixWith(readUnmappedAddress, text)
}

/** Reads what {@link writePrefix} wrote, in which arithmetic may have left an IPv4-mapped first address. */
export function readTrustedPrefix(text: string): E.Either<string, PrefixBits> {
  return readPrefixWith(readAddress, text)
}

/** Canonical text. */
export function writePrefix(prefix: PrefixBits): string {
  return `${writeAddress(prefix.bits)}/${prefix.length}`
}

/** The prefix that holds this address: the same with host bits zero. */
export function networkOf(prefix: PrefixBits): PrefixBits {
  return { bits: clearHostBits(prefix.bits, prefix.length), length: prefix.length }
}

/** IPv4 before IPv6, then by first address, then the wider one: a prefix stands before everything within it. */
export function comparePrefixBits(a: PrefixBits, b: PrefixBits): number {
  return compareBits(a.bits, b.bits) || a.length - b.length
}

/** Whether every address of `inner` is in `outer`. */
export function containsBits(outer: PrefixBits, inner: PrefixBits): boolean {
  return outer.length <= inner.length && shareFirstBits(outer.bits, inner.bits, outer.length)
}

/** The next wider prefix; of length 0 there is none. */
export function parentOf(prefix: PrefixBits): PrefixBits {
  return networkOf({ bits: prefix.bits, length: prefix.length - 1 })
}

/** The lower and the upper half; a single address has none. */
export function halvesOf(prefix: PrefixBits): readonly [PrefixBits, PrefixBits] {
  const length = prefix.length + 1
  return [
    { bits: prefix.bits, length },
    { bits: withBitSet(prefix.bits, prefix.length), length },
  ]
}

/** Whether `lower` and `upper` are the two halves of one prefix, in this order. */
export function areHalves(lower: PrefixBits, upper: PrefixBits): boolean {
  const shared = lower.length - 1
  return (
    lower.length === upper.length &&
    shared >= 0 &&
    shareFirstBits(lower.bits, upper.bits, shared) &&
    !isBitSet(lower.bits, shared) &&
    isBitSet(upper.bits, shared)
  )
}

/** Whether all of the prefix lies in ::ffff:0:0/96. */
export function isMappedPrefix(prefix: PrefixBits): boolean {
  return prefix.length >= 96 && isIpv4Mapped(prefix.bits)
}

function readPrefixWith(
  readBits: (text: string) => E.Either<string, AddressBits>,
  text: string,
): E.Either<string, PrefixBits> {
  if (text.length > LONGEST_TEXT) return E.left('too long for an address with a prefix length')
  const slash = text.indexOf('/')
  if (slash < 0) return E.left("a prefix length is missing, as in '/24'")
  const bits = readBits(text.slice(0, slash))
  if (E.isLeft(bits)) return bits
  const digits = text.slice(slash + 1)
  const width = widthOf(bits.right)
  if (!DECIMAL_LENGTH.test(digits) || Number(digits) > width) {
    return E.left(`'${digits}' is not a prefix length from 0 to ${width}`)
  }
  return E.right({ bits: bits.right, length: Number(digits) })
}
