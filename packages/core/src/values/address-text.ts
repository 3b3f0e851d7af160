import * as E from 'fp-ts/lib/Either.js'
import type { AddressBits } from './address-bits.js'

const DOT = '.'.charCodeAt(0)
const OCTET = /^(?:0|[1-9][0-9]{0,2})$/
const LONGEST_ADDRESS = '0000:0000:0000:0000:0000:0000:255.255.255.255'.length

/**
 * Reads an IPv4 address in dotted decimal or an IPv6 address in any spelling of RFC 4291 §2.2; the left side is the
 * reason. Octal, hexadecimal and shortened IPv4, zone ids and whitespace are refused. Whether to take IPv4-mapped
 * addresses is the caller's question: parsers refuse them, but arithmetic on ranges may pass through them.
 */
export function readAddress(text: string): E.Either<string, AddressBits> {
  if (text.length > LONGEST_ADDRESS) return E.left('too long for an IP address')
  if (text.includes('%')) return E.left('an address with a zone id means something on one machine only')
  return text.includes(':') ? readIpv6(text) : readIpv4(text)
}

/** As {@link readAddress}, and refuses IPv4-mapped addresses. */
export function readUnmappedAddress(text: string): E.Either<string, AddressBits> {
  const bits = readAddress(text)
  if (E.isLeft(bits) || !isIpv4Mapped(bits.right)) return bits
  return E.left(`an IPv4-mapped address; write ${writeIpv4(bits.right[3] ?? 0)}`)
}

/** The canonical text: dotted decimal, or RFC 5952 (lower case, longest run of zeros shortened, no dotted tail). */
export function writeAddress(bits: AddressBits): string {
  return bits.length === 1 ? writeIpv4(bits[0] ?? 0) : writeIpv6(bits)
}

/** Whether the address lies in ::ffff:0:0/96, IPv4 in the clothes of IPv6 (RFC 4291 §2.5.5.2). */
export function isIpv4Mapped(bits: AddressBits): boolean {
  return bits.length === 4 && bits[0] === 0 && bits[1] === 0 && bits[2] === 0xffff
}

/** The number of the IPv4 address in strict dotted decimal that a text begins with, up to `end`; -1 when it is none. */
export function scanIpv4(text: string, end: number): number {
  let [word, octet, digits, dots] = [0, 0, 0, 0]
  if (end < 7 || end > 15) return -1
  for (let at = 0; at < end; at++) {
    const code = text.charCodeAt(at)
    if (code === DOT) {
      if (digits === 0) return -1
      word = word * 256 + octet
      octet = digits = 0
      dots++
      continue
    }
    // A zero stands alone.
    if (code < 48 || code > 57 || (digits > 0 && octet === 0)) return -1
    octet = octet * 10 + code - 48
    digits++
    if (octet > 255) return -1
  }
  return dots === 3 && digits > 0 ? word * 256 + octet : -1
}

function readIpv4(text: string): E.Either<string, AddressBits> {
  const word = scanIpv4(text, text.length)
  return word >= 0 ? E.right([word]) : E.left(whyNoIpv4(text))
}

/** The first part that is no octet, or that there are too few. */
function whyNoIpv4(text: string): string {
  const parts = text.split('.')
  const octets = parts.length < 4 ? parts.slice(0, -1) : [...parts.slice(0, 3), parts.slice(3).join('.')]
  const wrong = octets.find((octet) => !OCTET.test(octet) || Number(octet) > 255)
  return wrong === undefined
    ? 'an IPv4 address has four decimal parts, an IPv6 address has colons'
    : `'${wrong}' is no number from 0 to 255 without leading zeros`
}

function readIpv6(text: string): E.Either<string, AddressBits> {
  const groups: number[] = []
  let gap = text.startsWith('::') ? 0 : -1
  let at = gap === 0 ? 2 : 0
  while (at < text.length) {
    const colon = text.indexOf(':', at)
    const end = colon < 0 ? text.length : colon
    if (colon < 0 && text.includes('.', at)) {
      const tail = readIpv4(text.slice(at))
      if (E.isLeft(tail)) return tail
      const word = tail.right[0] ?? 0
      groups.push(word >>> 16, word & 0xffff)
      break
    }
    const group = readGroup(text, at, end)
    if (group === undefined) return E.left(`'${text.slice(at, end)}' is no group of one to four hexadecimal digits`)
    groups.push(group)
    if (colon === text.length - 1) return E.left('a single colon at the end')
    at = end + 1
    if (colon < 0 || text[at] !== ':') continue
    if (gap >= 0) return E.left("'::' may stand once")
    gap = groups.length
    at++
  }
  return joinGroups(groups, gap)
}

/** The address of eight groups, or of fewer with zeros inserted before group `gap`; -1 stands for no gap. */
function joinGroups(groups: readonly number[], gap: number): E.Either<string, AddressBits> {
  const missing = 8 - groups.length
  if (gap < 0 ? missing !== 0 : missing < 1) return E.left("an IPv6 address has eight groups, or fewer and one '::'")
  const words = [0, 0, 0, 0]
  groups.forEach((group, index) => {
    const position = gap >= 0 && index >= gap ? index + missing : index
    words[position >>> 1] = (words[position >>> 1] ?? 0) + (position % 2 === 0 ? group * 0x10000 : group)
  })
  return E.right(words)
}

function readGroup(text: string, from: number, to: number): number | undefined {
  if (to === from || to - from > 4) return undefined
  let value = 0
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at)
    const lower = code | 32
    if (code >= 48 && code <= 57) value = value * 16 + code - 48
    else if (lower >= 97 && lower <= 102) value = value * 16 + lower - 87
    else return undefined
  }
  return value
}

function writeIpv4(word: number): string {
  return `${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}`
}

function writeIpv6(bits: AddressBits): string {
  const zeros = longestZeroRun(bits)
  let text = ''
  for (let index = 0; index < 8; index++) {
    if (index === zeros.start) {
      text += '::'
      index += zeros.length - 1
    } else {
      if (index > 0 && index !== zeros.start + zeros.length) text += ':'
      text += groupAt(bits, index).toString(16)
    }
  }
  return text
}

/** The first of the longest runs of two or more zero groups (RFC 5952 §4.2); `start` is -1 when there is none. */
function longestZeroRun(bits: AddressBits): { readonly start: number; readonly length: number } {
  let [bestStart, bestLength, start] = [-1, 1, 0]
  for (let index = 0; index < 8; index++) {
    if (groupAt(bits, index) !== 0) start = index + 1
    else if (index + 1 - start > bestLength) {
      bestStart = start
      bestLength = index + 1 - start
    }
  }
  return { start: bestStart, length: bestLength }
}

function groupAt(bits: AddressBits, index: number): number {
  const word = bits[index >>> 1] ?? 0
  return index % 2 === 0 ? word >>> 16 : word & 0xffff
}
