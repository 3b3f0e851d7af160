import * as E from 'fp-ts/lib/Either.js'
import type { AddressBits } from './address-bits.js'

const LONGEST_ADDRESS = '0000:0000:0000:0000:0000:0000:255.255.255.255'.length
const DECIMAL_OCTET = /^(?:0|[1-9][0-9]{0,2})$/
const HEX_GROUP = /^[0-9a-fA-F]{1,4}$/

/**
 * Reads an IPv4 address in dotted decimal or an IPv6 address in any spelling of RFC 4291 §2.2; the left side is the
 * reason. Octal, hexadecimal and shortened IPv4, zone ids and whitespace are refused. Whether to take IPv4-mapped
 * addresses is the caller's question: parsers refuse them, but arithmetic on ranges may pass through them.
 */
export function readAddress(text: string): E.Either<string, AddressBits> {
  if (text.length > LONGEST_ADDRESS) return E.left('too long for an IP address')
  return text.includes(':') ? readIpv6(text) : readIpv4(text)
}

/** The canonical text: dotted decimal, or RFC 5952 (lower case, longest run of zeros shortened, no dotted tail). */
export function writeAddress(bits: AddressBits): string {
  return bits.length === 1 ? writeIpv4(bits[0] ?? 0) : writeIpv6(bits)
}

/** As {@link readAddress}, and refuses IPv4-mapped addresses. */
export function readUnmappedAddress(text: string): E.Either<string, AddressBits> {
  const bits = readAddress(text)
  if (E.isLeft(bits) || !isIpv4Mapped(bits.right)) return bits
  return E.left(`an IPv4-mapped address; write ${writeIpv4(bits.right[3] ?? 0)}`)
}

/** Whether the address lies in ::ffff:0:0/96, IPv4 in the clothes of IPv6 (RFC 4291 §2.5.5.2). */
export function isIpv4Mapped(bits: AddressBits): boolean {
  return bits.length === 4 && bits[0] === 0 && bits[1] === 0 && bits[2] === 0xffff
}

function readIpv4(text: string): E.Either<string, AddressBits> {
  const parts = text.split('.')
  if (parts.length !== 4) return E.left('an IPv4 address has four decimal parts, an IPv6 address has colons')
  let word = 0
  for (const part of parts) {
    if (!DECIMAL_OCTET.test(part)) return E.left(`'${part}' is not a decimal number without leading zeros`)
    if (Number(part) > 255) return E.left(`'${part}' is above 255`)
    word = word * 256 + Number(part)
  }
  return E.right([word])
}

function readIpv6(text: string): E.Either<string, AddressBits> {
  if (text.includes('%')) return E.left('an address with a zone id means something on one machine only')
  const spelled = text.includes('.') ? spellOutDottedTail(text) : E.right(text)
  if (E.isLeft(spelled)) return spelled
  const groups = expandGroups(spelled.right)
  if (E.isLeft(groups)) return groups
  const words: number[] = []
  for (let index = 0; index < 8; index += 2) {
    words.push(groupValue(groups.right, index) * 0x10000 + groupValue(groups.right, index + 1))
  }
  return E.right(words)
}

/** Turns `64:ff9b::192.0.2.1` into `64:ff9b::c000:201`. */
function spellOutDottedTail(text: string): E.Either<string, string> {
  const tailStart = text.lastIndexOf(':') + 1
  const tail = readIpv4(text.slice(tailStart))
  if (E.isLeft(tail)) return tail
  const word = tail.right[0] ?? 0
  return E.right(`${text.slice(0, tailStart)}${(word >>> 16).toString(16)}:${(word & 0xffff).toString(16)}`)
}

/** Exactly eight groups of one to four hexadecimal digits. */
function expandGroups(text: string): E.Either<string, readonly string[]> {
  const halves = text.split('::')
  if (halves.length > 2) return E.left("'::' may stand once")
  const [head = [], tail = []] = halves.map((half) => (half === '' ? [] : half.split(':')))
  const missing = 8 - head.length - tail.length
  const isComplete = halves.length === 2 ? missing >= 1 : missing === 0
  if (!isComplete) return E.left("an IPv6 address has eight groups, or fewer and one '::'")
  const wrong = [...head, ...tail].find((group) => !HEX_GROUP.test(group))
  if (wrong !== undefined) return E.left(`'${wrong}' is not a group of one to four hexadecimal digits`)
  return E.right([...head, ...Array.from({ length: missing }, () => '0'), ...tail])
}

function groupValue(groups: readonly string[], index: number): number {
  return Number.parseInt(groups[index] ?? '0', 16)
}

function writeIpv4(word: number): string {
  return `${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}`
}

function writeIpv6(bits: AddressBits): string {
  const groups = bits.flatMap((word) => [word >>> 16, word & 0xffff])
  const zeros = longestZeroRun(groups)
  const hex = (from: number, to: number) =>
    groups
      .slice(from, to)
      .map((group) => group.toString(16))
      .join(':')
  // RFC 5952 §4.2.2: a single zero group is written out.
  if (zeros.length < 2) return hex(0, 8)
  return `${hex(0, zeros.start)}::${hex(zeros.start + zeros.length, 8)}`
}

/** The first of the longest runs, as RFC 5952 §4.2.3 asks. */
function longestZeroRun(groups: readonly number[]): { readonly start: number; readonly length: number } {
  let longest = { start: 0, length: 0 }
  let start = 0
  for (let index = 0; index < groups.length; index++) {
    if (groups[index] !== 0) start = index + 1
    else if (index + 1 - start > longest.length) longest = { start, length: index + 1 - start }
  }
  return longest
}
