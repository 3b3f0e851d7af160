/**
 * Sets of addresses, written as lists of prefixes in any order, overlapping or not. Results are in the one minimal form:
 * sorted by {@link comparePrefixes}, no prefix inside another, no two halves of one prefix side by side. A prefix then
 * lies in the set exactly when it lies in one prefix of the list, because two prefixes are nested or disjoint; every
 * function here is a walk along two sorted lists that rests on this.
 */
import type { IpPrefix } from './ip-prefix.js'
import { bitsOfPrefix, prefixOfBits } from './ip-prefix.js'
import {
  areHalves,
  comparePrefixBits,
  containsBits,
  halvesOf,
  isMappedPrefix,
  type PrefixBits,
  parentOf,
} from './prefix-bits.js'

/** The minimal form of a set. */
export function mergePrefixes(prefixes: readonly IpPrefix[]): readonly IpPrefix[] {
  return minimal(prefixes).map(prefixOfBits)
}

/**
 * The addresses of `a` that are not in `b`. Pieces that consist of IPv4-mapped addresses (`::ffff:0:0/96`), which no
 * prefix may name, are left out; that takes a `b` with a range right beside them.
 */
export function subtractPrefixes(a: readonly IpPrefix[], b: readonly IpPrefix[]): readonly IpPrefix[] {
  const holes = minimal(b)
  const rest: PrefixBits[] = []
  let from = 0
  for (const prefix of minimal(a)) {
    while (from < holes.length && isBefore(holes[from], prefix)) from++
    let to = from
    while (to < holes.length && overlap(holes[to], prefix)) to++
    subtractWithin(prefix, holes, from, to, rest)
  }
  return rest.filter((prefix) => !isMappedPrefix(prefix)).map(prefixOfBits)
}

/** As {@link subtractPrefixes}, for one prefix after the other: what is left of each without `b`, which is read once. */
export function prefixesWithout(b: readonly IpPrefix[]): (prefix: IpPrefix) => readonly IpPrefix[] {
  const holes = minimal(b)
  return (prefix) => {
    const bits = bitsOfPrefix(prefix)
    return holes.some((hole) => overlap(hole, bits)) ? subtractPrefixes([prefix], b) : [prefix]
  }
}

/** The addresses that are in both. */
export function intersectPrefixes(a: readonly IpPrefix[], b: readonly IpPrefix[]): readonly IpPrefix[] {
  return commonPrefixes(minimal(a), minimal(b), Number.POSITIVE_INFINITY).map(prefixOfBits)
}

/** Whether the two share an address. */
export function prefixSetsOverlap(a: readonly IpPrefix[], b: readonly IpPrefix[]): boolean {
  return commonPrefixes(minimal(a), minimal(b), 1).length > 0
}

/** Whether every address of `b` is in `a`; true when `b` is empty. */
export function prefixSetContains(a: readonly IpPrefix[], b: readonly IpPrefix[]): boolean {
  const outer = minimal(a)
  let at = 0
  return minimal(b).every((prefix) => {
    while (at < outer.length && isBefore(outer[at], prefix)) at++
    const candidate = outer[at]
    return candidate !== undefined && containsBits(candidate, prefix)
  })
}

function minimal(prefixes: readonly IpPrefix[]): readonly PrefixBits[] {
  const merged: PrefixBits[] = []
  for (const prefix of prefixes.map(bitsOfPrefix).sort(comparePrefixBits)) {
    const last = merged.at(-1)
    if (last === undefined || !containsBits(last, prefix)) pushJoining(merged, prefix)
  }
  return merged
}

/** Appends `prefix`, and as long as the last two are the halves of one prefix, puts that in their place. */
function pushJoining(merged: PrefixBits[], prefix: PrefixBits): void {
  let joined = prefix
  for (let last = merged.at(-1); last !== undefined && areHalves(last, joined); last = merged.at(-1)) {
    merged.pop()
    joined = parentOf(joined)
  }
  merged.push(joined)
}

/** Collects what `prefix` keeps without `holes[from]` to `holes[to - 1]`, which are sorted, disjoint and overlap it. */
function subtractWithin(
  prefix: PrefixBits,
  holes: readonly PrefixBits[],
  from: number,
  to: number,
  rest: PrefixBits[],
): void {
  const hole = holes[from]
  if (from === to || hole === undefined) {
    rest.push(prefix)
    return
  }
  if (containsBits(hole, prefix)) return
  const [lower, upper] = halvesOf(prefix)
  let [middle, end] = [from, to]
  while (middle < end) {
    const probe = (middle + end) >>> 1
    if (isBefore(holes[probe], upper)) middle = probe + 1
    else end = probe
  }
  subtractWithin(lower, holes, from, middle, rest)
  subtractWithin(upper, holes, middle, to, rest)
}

/** The narrower of every two that are nested, at most `limit` of them. */
function commonPrefixes(a: readonly PrefixBits[], b: readonly PrefixBits[], limit: number): readonly PrefixBits[] {
  const common: PrefixBits[] = []
  let [atA, atB] = [0, 0]
  while (common.length < limit) {
    const [inA, inB] = [a[atA], b[atB]]
    if (inA === undefined || inB === undefined) break
    if (containsBits(inA, inB)) {
      common.push(inB)
      atB++
    } else if (containsBits(inB, inA)) {
      common.push(inA)
      atA++
    } else if (comparePrefixBits(inA, inB) < 0) atA++
    else atB++
  }
  return common
}

function overlap(a: PrefixBits | undefined, b: PrefixBits): boolean {
  return a !== undefined && (containsBits(a, b) || containsBits(b, a))
}

/** Whether all of `a` lies below all of `b`. */
function isBefore(a: PrefixBits | undefined, b: PrefixBits): boolean {
  return a !== undefined && comparePrefixBits(a, b) < 0 && !containsBits(a, b)
}
