/**
 * Which addresses of a network's range are given out. Nodes get the lowest free address, clients the highest, so that
 * the two meet in the middle. A pool is plain data that belongs to the state of a mesh: questions are pure, and the
 * functions that change one work on an immer draft and on private mutable state alike. Everything costs microseconds at
 * any number of addresses.
 */
import { clearHostBits, fillHostBits, widthOf } from './address-bits.js'
import {
  type AddressTree,
  emptyTree,
  highestFreeInTree,
  isTouchedInTree,
  lowestFreeInTree,
  releaseInTree,
  takeInTree,
} from './address-tree.js'
import { addressOfBits, bitsOfAddress, type IpAddress } from './ip-address.js'
import { bitsOfPrefix, type IpPrefix } from './ip-prefix.js'
import { containsBits, type PrefixBits } from './prefix-bits.js'

/** The addresses of `range` that are given out; `tree` is for the functions of this file. */
export interface AddressPool {
  readonly range: IpPrefix
  /** @hidden */
  readonly tree: AddressTree
}

/** The pool of `range` with nothing given out. */
export function createAddressPool(range: IpPrefix): AddressPool {
  const tree = emptyTree()
  const bits = bitsOfPrefix(range)
  for (const prefix of withheldPrefixes(bits)) takeInTree(tree, bits, prefix)
  return { range, tree }
}

/** The address the next node gets; `undefined` when all are taken. */
export function lowestFreeAddress(pool: AddressPool): IpAddress | undefined {
  const bits = lowestFreeInTree(pool.tree, bitsOfPrefix(pool.range))
  return bits === undefined ? undefined : addressOfBits(bits)
}

/** The address the next client gets; `undefined` when all are taken. */
export function highestFreeAddress(pool: AddressPool): IpAddress | undefined {
  const bits = highestFreeInTree(pool.tree, bitsOfPrefix(pool.range))
  return bits === undefined ? undefined : addressOfBits(bits)
}

/**
 * Whether `address` was given out. False for addresses outside the range and for those that are never given: ask
 * {@link isAddressUsable} too before giving out a particular one.
 */
export function isAddressTaken(pool: AddressPool, address: IpAddress): boolean {
  const place = usablePlace(pool.range, address)
  return place !== undefined && isTouchedInTree(pool.tree, place.range, place.single)
}

/** Whether `prefix` lies in the range and none of its addresses is taken or never given. */
export function isPrefixFree(pool: AddressPool, prefix: IpPrefix): boolean {
  const [range, bits] = [bitsOfPrefix(pool.range), bitsOfPrefix(prefix)]
  return containsBits(range, bits) && !isTouchedInTree(pool.tree, range, bits)
}

/**
 * Whether `address` lies in `range` and may be given out. Withheld are
 * - IPv4: the network and the broadcast address, but in a /31 (RFC 3021) and a /32 nothing;
 * - IPv6: the all-zero one (the subnet-router anycast address, RFC 4291 §2.6.1) and the highest 128 (RFC 2526 §2); in
 *   ranges of 128 addresses or fewer, which have no room for those, the all-zero one alone; in a /127 (RFC 6164) and a
 *   /128 nothing.
 */
export function isAddressUsable(range: IpPrefix, address: IpAddress): boolean {
  return usablePlace(range, address) !== undefined
}

/** Marks `address` as given out. No change when it is already, and when it is not usable ({@link isAddressUsable}). */
export function takeAddress(draftPool: AddressPool, address: IpAddress): void {
  const place = usablePlace(draftPool.range, address)
  if (place !== undefined) takeInTree(draftPool.tree, place.range, place.single)
}

/** Marks `address` as free. No change when it is already, and when it is not usable ({@link isAddressUsable}). */
export function releaseAddress(draftPool: AddressPool, address: IpAddress): void {
  const place = usablePlace(draftPool.range, address)
  if (place !== undefined) releaseInTree(draftPool.tree, place.range, place.single)
}

/** Marks every address of `prefix` as given out, at the cost of one. No change when it lies outside the range. */
export function takePrefix(draftPool: AddressPool, prefix: IpPrefix): void {
  const [range, bits] = [bitsOfPrefix(draftPool.range), bitsOfPrefix(prefix)]
  if (containsBits(range, bits)) takeInTree(draftPool.tree, range, bits)
}

/** Marks every address of `prefix` as free, except those never given. No change when it lies outside the range. */
export function releasePrefix(draftPool: AddressPool, prefix: IpPrefix): void {
  const [range, bits] = [bitsOfPrefix(draftPool.range), bitsOfPrefix(prefix)]
  if (!containsBits(range, bits)) return
  releaseInTree(draftPool.tree, range, bits)
  for (const withheld of withheldPrefixes(range)) {
    if (containsBits(bits, withheld)) takeInTree(draftPool.tree, range, withheld)
    else if (containsBits(withheld, bits)) takeInTree(draftPool.tree, range, bits)
  }
}

/** The IPv4-mapped addresses, ::ffff:0:0/96, which are no {@link IpAddress}. */
const MAPPED: PrefixBits = { bits: [0, 0, 0xffff, 0], length: 96 }

/** Range and address as bits, when the address may be given out in this range. */
function usablePlace(
  rangeText: IpPrefix,
  address: IpAddress,
): { readonly range: PrefixBits; readonly single: PrefixBits } | undefined {
  const { range, withheld } = rangeOf(rangeText)
  const bits = bitsOfAddress(address)
  const single = { bits, length: widthOf(bits) }
  if (!containsBits(range, single)) return undefined
  return withheld.some((prefix) => containsBits(prefix, single)) ? undefined : { range, single }
}

interface PoolRange {
  readonly range: PrefixBits
  readonly withheld: readonly PrefixBits[]
}

/** What follows from the text of a range, for those asked for last: there are few, and each is asked for at every address. */
const poolRanges = new Map<IpPrefix, PoolRange>()

function rangeOf(text: IpPrefix): PoolRange {
  const known = poolRanges.get(text)
  if (known !== undefined) return known
  const range = bitsOfPrefix(text)
  const fresh = { range, withheld: withheldPrefixes(range) }
  if (poolRanges.size >= 100) poolRanges.clear()
  poolRanges.set(text, fresh)
  return fresh
}

/** The parts of a range that are never given out. */
function withheldPrefixes(range: PrefixBits): readonly PrefixBits[] {
  const width = widthOf(range.bits)
  const hostBits = width - range.length
  if (hostBits <= 1) return []
  const lowest = { bits: range.bits, length: width }
  const highest = fillHostBits(range.bits, range.length)
  if (width === 32) return [lowest, { bits: highest, length: width }]
  if (hostBits <= 7) return [lowest]
  const anycast = { bits: clearHostBits(highest, 121), length: 121 }
  return containsBits(range, MAPPED) ? [lowest, anycast, MAPPED] : [lowest, anycast]
}
