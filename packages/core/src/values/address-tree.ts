/**
 * Which addresses of a range are taken, as a tree over the digits (5 bits) of the address. A slot of a branch stands for
 * all addresses that begin with its digits. Wholly taken slots are bits in `full`, partly taken ones are branches of
 * their own, and an untouched slot costs nothing: 100,000 addresses in a row need a dozen branches, and every question
 * is answered along one path from the root, whatever was taken before.
 *
 * The form depends on the taken addresses alone, not on the order of events that led there, and is plain data: it works
 * as an immer draft, as private mutable state, and through JSON.
 */
import { type AddressBits, digitAt, fillHostBits, widthOf, withDigit } from './address-bits.js'
import type { PrefixBits } from './prefix-bits.js'

/** A branch: 32 slots, at the root perhaps fewer. */
export interface AddressTree {
  /** Bit `n` is set when slot `n` is wholly taken; unsigned. */
  full: number
  /** The partly taken slots, neither full nor empty; beside `full`, because immer drafts each object of a path. */
  [slot: number]: AddressTree
}

/** Where a branch stands: its slots are `width` bits of the address, with `shift` bits below them. */
interface Level {
  readonly shift: number
  readonly width: number
}

const DIGIT_BITS = 5
const SLOTS = 1 << DIGIT_BITS
const ALL_SLOTS = 0xffff_ffff

/** A tree with nothing taken. */
export function emptyTree(): AddressTree {
  return { full: 0 }
}

/** Takes every address of `prefix`; what is taken already stays so. */
export function takeInTree(root: AddressTree, range: PrefixBits, prefix: PrefixBits): void {
  takeBelow(root, rootLevel(range), prefix)
}

/** Frees every address of `prefix`; what is free already stays so. */
export function releaseInTree(root: AddressTree, range: PrefixBits, prefix: PrefixBits): void {
  releaseBelow(root, rootLevel(range), prefix)
}

/** Whether an address of `prefix` is taken. */
export function isTouchedInTree(root: AddressTree, range: PrefixBits, prefix: PrefixBits): boolean {
  let [branch, level] = [root, rootLevel(range)]
  while (!endsAt(level, prefix)) {
    const slot = digitAt(prefix.bits, level.shift, level.width)
    if (isSet(branch.full, slot)) return true
    const part = branch[slot]
    if (part === undefined) return false
    ;[branch, level] = [part, below(level)]
  }
  const run = runOf(level, prefix)
  return (branch.full & run) !== 0 || (level.shift > 0 && slotsIn(branch, run).length > 0)
}

/** The lowest address of `range` that is not taken. */
export function lowestFreeInTree(root: AddressTree, range: PrefixBits): AddressBits | undefined {
  return findFree(
    root,
    range,
    (slots) => 31 - Math.clz32(slots & -slots),
    range.bits,
    (bits) => bits,
  )
}

/** The highest address of `range` that is not taken. */
export function highestFreeInTree(root: AddressTree, range: PrefixBits): AddressBits | undefined {
  return findFree(root, range, (slots) => 31 - Math.clz32(slots), range.bits, fillHostBits)
}

function findFree(
  root: AddressTree,
  range: PrefixBits,
  choose: (slots: number) => number,
  first: AddressBits,
  fill: (bits: AddressBits, length: number) => AddressBits,
): AddressBits | undefined {
  let [level, bits] = [rootLevel(range), first]
  for (let branch: AddressTree | undefined = root; ; level = below(level)) {
    const free = ~branch.full & slotsOf(level)
    if (free === 0) return undefined
    const slot = choose(free)
    bits = withDigit(bits, level.shift, slot)
    branch = branch[slot]
    if (branch === undefined) return fill(bits, widthOf(bits) - level.shift)
  }
}

function takeBelow(branch: AddressTree, level: Level, prefix: PrefixBits): void {
  if (endsAt(level, prefix)) {
    const run = runOf(level, prefix)
    removeParts(branch, level, run)
    branch.full = (branch.full | run) >>> 0
    return
  }
  const slot = digitAt(prefix.bits, level.shift, level.width)
  if (isSet(branch.full, slot)) return
  branch[slot] ??= emptyTree()
  const part = branch[slot]
  takeBelow(part, below(level), prefix)
  if (part.full !== ALL_SLOTS) return
  delete branch[slot]
  branch.full = (branch.full | (1 << slot)) >>> 0
}

function releaseBelow(branch: AddressTree, level: Level, prefix: PrefixBits): void {
  if (endsAt(level, prefix)) {
    const run = runOf(level, prefix)
    removeParts(branch, level, run)
    branch.full = (branch.full & ~run) >>> 0
    return
  }
  const slot = digitAt(prefix.bits, level.shift, level.width)
  if (isSet(branch.full, slot)) {
    branch.full = (branch.full & ~(1 << slot)) >>> 0
    branch[slot] = { full: ALL_SLOTS }
  }
  const part = branch[slot]
  if (part === undefined) return
  releaseBelow(part, below(level), prefix)
  if (isEmpty(part, below(level))) delete branch[slot]
}

function rootLevel(range: PrefixBits): Level {
  const hostBits = widthOf(range.bits) - range.length
  const shift = Math.max(0, Math.ceil(hostBits / DIGIT_BITS) - 1) * DIGIT_BITS
  return { shift, width: hostBits - shift }
}

function below(level: Level): Level {
  return { shift: level.shift - DIGIT_BITS, width: DIGIT_BITS }
}

/** Whether the prefix is made of whole slots of this level. */
function endsAt(level: Level, prefix: PrefixBits): boolean {
  return widthOf(prefix.bits) - prefix.length >= level.shift
}

/** The slots that make up the prefix, as a bit set. */
function runOf(level: Level, prefix: PrefixBits): number {
  const width = Math.min(widthOf(prefix.bits) - prefix.length - level.shift, level.width)
  return slotsOf({ ...level, width }) << digitAt(prefix.bits, level.shift, level.width)
}

/** All slots of a level, as a bit set. */
function slotsOf(level: Level): number {
  return level.width === DIGIT_BITS ? ALL_SLOTS : (1 << (1 << level.width)) - 1
}

/** The lowest level has no branches below it. */
function removeParts(branch: AddressTree, level: Level, run: number): void {
  if (level.shift > 0) for (const slot of slotsIn(branch, run)) delete branch[slot]
}

/** The partly taken slots among those of `run`. */
function slotsIn(branch: AddressTree, run: number): readonly number[] {
  return Object.keys(branch)
    .map(Number)
    .filter((slot) => slot >= 0 && isSet(run, slot))
}

/** Asks for each slot, because immer is slow to tell all keys of a draft. */
function isEmpty(branch: AddressTree, level: Level): boolean {
  if (branch.full !== 0 || level.shift === 0) return branch.full === 0
  for (let slot = 0; slot < SLOTS; slot += 1) if (slot in branch) return false
  return true
}

function isSet(slots: number, slot: number): boolean {
  return ((slots >>> slot) & 1) === 1
}
