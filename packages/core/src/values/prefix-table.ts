/**
 * Values by prefix, found by the prefixes around an address, as routing tables do. Single addresses are looked up by their text; ranges
 * are sorted, and each knows the next wider one, which is enough since any two are nested or disjoint.
 */
import { widthOf } from './address-bits.js'
import { bitsOfAddress, type IpAddress } from './ip-address.js'
import { bitsOfPrefix, type IpPrefix, prefixFirst } from './ip-prefix.js'
import { comparePrefixBits, containsBits, type PrefixBits } from './prefix-bits.js'

/** What was found around an address, and the length of its prefix in bits. */
export interface PrefixMatch<V> {
  readonly value: V
  readonly length: number
}

/** Values by prefix, found by the longest one around an address: held in a table, or made as they are asked for. */
export interface PrefixMap<V> {
  /** `undefined`: no prefix holds the address. */
  readonly longest: (address: IpAddress) => PrefixMatch<V> | undefined
}

interface Range<V> {
  readonly prefix: PrefixBits
  readonly match: PrefixMatch<V>
  /** The longest of the others around it. */
  readonly wider: Range<V> | undefined
}

/** Fixed once it is made. */
export class PrefixTable<V> implements PrefixMap<V> {
  readonly #single = new Map<IpAddress, PrefixMatch<V>>()
  /** Each before everything inside it. */
  readonly #ranges: readonly Range<V>[]

  /** Of equal prefixes the first counts. */
  constructor(entries: Iterable<readonly [IpPrefix, V]>) {
    const ranges: { readonly prefix: PrefixBits; readonly match: PrefixMatch<V> }[] = []
    for (const [text, value] of entries) {
      const isSingle = text.endsWith(text.includes(':') ? '/128' : '/32')
      if (!isSingle) {
        const prefix = bitsOfPrefix(text)
        ranges.push({ prefix, match: { value, length: prefix.length } })
        continue
      }
      const address = prefixFirst(text)
      if (!this.#single.has(address)) this.#single.set(address, { value, length: text.includes(':') ? 128 : 32 })
    }
    this.#ranges = nested(ranges.sort((a, b) => comparePrefixBits(a.prefix, b.prefix)))
  }

  /** The longest prefix that holds the address; `undefined`: none does. */
  longest(address: IpAddress): PrefixMatch<V> | undefined {
    return this.#single.get(address) ?? this.#rangeAround(address)?.match
  }

  /** All prefixes that hold the address, the longest first. */
  around(address: IpAddress): readonly PrefixMatch<V>[] {
    const single = this.#single.get(address)
    const found = single === undefined ? [] : [single]
    for (let range = this.#rangeAround(address); range !== undefined; range = range.wider) found.push(range.match)
    return found
  }

  #rangeAround(address: IpAddress): Range<V> | undefined {
    if (this.#ranges.length === 0) return undefined
    const bits = bitsOfAddress(address)
    const wanted = { bits, length: widthOf(bits) }
    let [low, high] = [0, this.#ranges.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (comparePrefixBits((this.#ranges[middle] as Range<V>).prefix, wanted) <= 0) low = middle + 1
      else high = middle
    }
    let range = this.#ranges[low - 1]
    while (range !== undefined && !containsBits(range.prefix, wanted)) range = range.wider
    return range
  }
}

const nested = <V>(sorted: readonly Omit<Range<V>, 'wider'>[]): readonly Range<V>[] => {
  const ranges: Range<V>[] = []
  for (const each of sorted) {
    let wider = ranges.at(-1)
    while (wider !== undefined && !containsBits(wider.prefix, each.prefix)) wider = wider.wider
    if (wider === undefined || comparePrefixBits(wider.prefix, each.prefix) !== 0) ranges.push({ ...each, wider })
  }
  return ranges
}
