/**
 * What {@link mergePrefixes} gives, kept up while prefixes come and go: a change costs what it changes, and a copy of the list where
 * that is asked for.
 */
import { widthOf } from './address-bits.js'
import type { IpPrefix } from './ip-prefix.js'
import { bitsOfPrefix, prefixOfBits } from './ip-prefix.js'
import { mergePrefixes, subtractPrefixes } from './ip-prefix-set.js'
import { areHalves, comparePrefixBits, containsBits, type PrefixBits, parentOf } from './prefix-bits.js'

/** Prefixes, each perhaps several times, and the minimal form of the set of their addresses. */
export class MergedPrefixes {
  /** How often each prefix is held. */
  readonly #counts = new Map<IpPrefix, number>()
  /** Those that may hold others. */
  readonly #ranges = new Map<IpPrefix, PrefixBits>()
  /** The minimal form, twice: as bits to search in, as texts to give away. */
  readonly #bits: PrefixBits[]
  readonly #texts: IpPrefix[]
  #list: readonly IpPrefix[] | undefined

  constructor(prefixes: readonly IpPrefix[] = []) {
    for (const prefix of prefixes) this.#count(prefix)
    this.#texts = [...mergePrefixes([...this.#counts.keys()])]
    this.#bits = this.#texts.map(bitsOfPrefix)
  }

  /** The minimal form. The same object until it is another list. */
  get list(): readonly IpPrefix[] {
    this.#list ??= this.#texts.slice()
    return this.#list
  }

  /** Holds it once more. */
  add(prefix: IpPrefix): void {
    if (this.#count(prefix) > 1) return
    const bits = bitsOfPrefix(prefix)
    if (this.#coverOf(bits) !== undefined) return
    let from = this.#positionOf(bits)
    let to = from
    while (to < this.#bits.length && containsBits(bits, this.#bits[to] as PrefixBits)) to += 1
    let joined = bits
    for (;;) {
      const [before, after] = [this.#bits[from - 1], this.#bits[to]]
      if (before !== undefined && areHalves(before, joined)) from -= 1
      else if (after !== undefined && areHalves(joined, after)) to += 1
      else break
      joined = parentOf(joined)
    }
    this.#replace(from, to, [prefixOfBits(joined)])
  }

  /** Takes away what was added, once; what wasn't counts for nothing. */
  remove(prefix: IpPrefix): void {
    const count = this.#counts.get(prefix) ?? 0
    if (count > 1) this.#counts.set(prefix, count - 1)
    if (count !== 1) return
    this.#counts.delete(prefix)
    this.#ranges.delete(prefix)
    const bits = bitsOfPrefix(prefix)
    for (const range of this.#ranges.values()) if (containsBits(range, bits)) return
    const at = this.#coverOf(bits)
    if (at === undefined) return
    const cover = this.#texts[at] as IpPrefix
    this.#replace(at, at + 1, mergePrefixes([...subtractPrefixes([cover], [prefix]), ...this.#within(bits)]))
  }

  #count(prefix: IpPrefix): number {
    const count = (this.#counts.get(prefix) ?? 0) + 1
    this.#counts.set(prefix, count)
    if (count === 1 && !isHostPrefix(prefix)) this.#ranges.set(prefix, bitsOfPrefix(prefix))
    return count
  }

  #within(outer: PrefixBits): readonly IpPrefix[] {
    if (outer.length === widthOf(outer.bits)) return []
    return [...this.#counts.keys()].filter((prefix) => containsBits(outer, bitsOfPrefix(prefix)))
  }

  /** Where the prefix of the minimal form stands that holds this one. */
  #coverOf(bits: PrefixBits): number | undefined {
    const at = this.#positionOf(bits)
    for (const candidate of [at, at - 1]) {
      const held = this.#bits[candidate]
      if (held !== undefined && containsBits(held, bits)) return candidate
    }
    return undefined
  }

  /** Where the first stands that is not before it. */
  #positionOf(bits: PrefixBits): number {
    let low = 0
    let high = this.#bits.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (comparePrefixBits(this.#bits[middle] as PrefixBits, bits) < 0) low = middle + 1
      else high = middle
    }
    return low
  }

  #replace(from: number, to: number, instead: readonly IpPrefix[]): void {
    this.#texts.splice(from, to - from, ...instead)
    this.#bits.splice(from, to - from, ...instead.map(bitsOfPrefix))
    this.#list = undefined
  }
}

const isHostPrefix = (prefix: IpPrefix): boolean => prefix.endsWith(prefix.includes(':') ? '/128' : '/32')
