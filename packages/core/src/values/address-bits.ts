/**
 * The inside of addresses and prefixes: an address as one (IPv4) or four (IPv6) unsigned 32-bit words, most significant
 * first. Numbers instead of bigints keep set algebra over thousands of prefixes in milliseconds. Not exported from the
 * package: outside this folder addresses are canonical text.
 */
export type AddressBits = readonly number[]

/** 32 for IPv4, 128 for IPv6. */
export function widthOf(bits: AddressBits): number {
  return bits.length * 32
}

/** Numeric order; every IPv4 address before every IPv6 address. */
export function compareBits(a: AddressBits, b: AddressBits): number {
  if (a.length !== b.length) return a.length - b.length
  for (let word = 0; word < a.length; word++) {
    const difference = wordAt(a, word) - wordAt(b, word)
    if (difference !== 0) return difference
  }
  return 0
}

/** Whether both are of one family and agree in their first `length` bits. */
export function shareFirstBits(a: AddressBits, b: AddressBits, length: number): boolean {
  if (a.length !== b.length) return false
  for (let word = 0; word * 32 < length; word++) {
    if (((wordAt(a, word) ^ wordAt(b, word)) & networkMask(length - word * 32)) !== 0) return false
  }
  return true
}

/** The address with everything after its first `length` bits set to zero. */
export function clearHostBits(bits: AddressBits, length: number): AddressBits {
  return bits.map((value, word) => (value & networkMask(length - word * 32)) >>> 0)
}

/** The address with everything after its first `length` bits set to one. */
export function fillHostBits(bits: AddressBits, length: number): AddressBits {
  return bits.map((value, word) => (value | ~networkMask(length - word * 32)) >>> 0)
}

/** Whether bit `index` is set; bit 0 is the most significant one. */
export function isBitSet(bits: AddressBits, index: number): boolean {
  return ((wordAt(bits, index >>> 5) >>> (31 - (index & 31))) & 1) === 1
}

/** The address with bit `index` set; bit 0 is the most significant one. */
export function withBitSet(bits: AddressBits, index: number): AddressBits {
  const words = bits.slice()
  words[index >>> 5] = (wordAt(words, index >>> 5) | (1 << (31 - (index & 31)))) >>> 0
  return words
}

/** The `width` (at most 5) bits that have `shift` bits below them, as a number. */
export function digitAt(bits: AddressBits, shift: number, width: number): number {
  const word = bits.length - 1 - (shift >>> 5)
  const offset = shift & 31
  const carried = offset + width > 32 ? wordAt(bits, word - 1) << (32 - offset) : 0
  return ((wordAt(bits, word) >>> offset) | carried) & ((1 << width) - 1)
}

/** The address with `digit` written over zeros that have `shift` bits below them: the inverse of {@link digitAt}. */
export function withDigit(bits: AddressBits, shift: number, digit: number): AddressBits {
  const words = bits.slice()
  const word = bits.length - 1 - (shift >>> 5)
  const offset = shift & 31
  words[word] = (wordAt(bits, word) | (digit << offset)) >>> 0
  const carried = offset === 0 ? 0 : digit >>> (32 - offset)
  if (carried !== 0) words[word - 1] = (wordAt(bits, word - 1) | carried) >>> 0
  return words
}

/** The address as one number. */
export function bitsToBigInt(bits: AddressBits): bigint {
  return bits.reduce((sum, word) => (sum << 32n) | BigInt(word), 0n)
}

/** The address of `words` words (1 or 4) that `n` stands for; higher bits of `n` are cut off. */
export function bitsFromBigInt(words: number, n: bigint): AddressBits {
  return Array.from({ length: words }, (_, word) => Number(BigInt.asUintN(32, n >> BigInt((words - 1 - word) * 32))))
}

function wordAt(bits: AddressBits, word: number): number {
  return bits[word] ?? 0
}

/** A word whose first `length` bits are ones; `length` may lie outside 0–32. */
function networkMask(length: number): number {
  if (length <= 0) return 0
  return length >= 32 ? -1 : ~(-1 >>> length)
}
