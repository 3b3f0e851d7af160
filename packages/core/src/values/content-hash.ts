/**
 * A 64-bit hash of a text, as two 32-bit numbers. It tells versions of the same fragment apart; it is no defence against
 * somebody who looks for collisions (MurmurHash3's finaliser over two multiply-xor lanes).
 */
export interface ContentHash {
  readonly high: number
  readonly low: number
}

/** Of a set without entries: what `toggleHash` begins with. */
export const emptyHash: ContentHash = { high: 0, low: 0 }

/** The hash of a text's UTF-16 units, the same on every machine. */
export const hashText = (text: string): ContentHash => {
  let high = 0x9e3779b9
  let low = 0x85ebca6b
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i)
    high = Math.imul(high ^ unit, 0x9e3779b1)
    low = Math.imul(low ^ unit, 0x5f356495)
    high ^= high >>> 15
    low ^= low >>> 13
  }
  return { high: finish(high ^ Math.imul(low, 0x27d4eb2f)), low: finish(low ^ Math.imul(high, 0x165667b1)) }
}

/**
 * Adds an entry's hash to a set's, or takes it away again: the same operation (exclusive or), so a set's hash follows its
 * changes at a cost that doesn't know its size, and doesn't depend on order.
 */
export const toggleHash = (set: ContentHash, entry: ContentHash): ContentHash => ({
  high: (set.high ^ entry.high) >>> 0,
  low: (set.low ^ entry.low) >>> 0,
})

/** 16 lower-case hex digits. */
export const formatHash = (hash: ContentHash): string =>
  hash.high.toString(16).padStart(8, '0') + hash.low.toString(16).padStart(8, '0')

const finish = (value: number): number => {
  let mixed = value ^ (value >>> 16)
  mixed = Math.imul(mixed, 0x85ebca6b)
  mixed ^= mixed >>> 13
  mixed = Math.imul(mixed, 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}
