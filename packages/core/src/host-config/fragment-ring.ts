/**
 * The last changes of all fragments, shared by all agents: what a server answers from when an agent comes back after a short
 * absence. Bounded by the number of fragment changes it holds; what is older is answered from tables of versions instead.
 */
import type { MeshState } from '../mesh/mesh-state.js'
import type { HostId } from '../values/index.js'
import { coalesceChanges } from './coalesce-changes.js'
import type { AsOf, FragmentChanges, Patch, PatchChange } from './fragment-change.js'
import { asOfState, forget, putOf } from './patch.js'
import { canSee } from './visibility.js'

/** The latest steps of a mesh, and what viewers are missing of them. */
export interface FragmentRing {
  /** To be called for each step, in order. A step that doesn't follow on the last one empties the ring first. */
  readonly append: (changes: FragmentChanges) => void
  /**
   * What a viewer that holds everything up to `from` is missing. `undefined`: the ring can't tell, because it doesn't reach back
   * so far, or because the viewer looks elsewhere than it did; ask for its table of versions.
   */
  readonly patchSince: (state: MeshState, viewer: HostId, from: AsOf) => Patch | undefined
  /** How many fragment changes are held. */
  readonly size: () => number
}

/** 10,000 changes are a few megabytes, and minutes of a busy mesh. */
export const defaultRingCapacity = 10_000

/** An empty ring. `capacity` is in fragment changes; a step of more than that is not held. */
export const createFragmentRing = (capacity: number = defaultRingCapacity): FragmentRing => {
  let steps: FragmentChanges[] = []
  let first = 0
  let held = 0

  const append = (changes: FragmentChanges): void => {
    const last = steps.at(-1)
    if (last !== undefined && !sameAsOf(last.asOf, changes.since)) {
      steps = []
      first = 0
      held = 0
    }
    steps.push(changes)
    held += weightOf(changes)
    while (held > capacity && first < steps.length) {
      held -= weightOf(steps[first] as FragmentChanges)
      first += 1
    }
    // Moved down in one go, now and then: a shift for each step would cost its length.
    if (first > 1024 && first * 2 > steps.length) {
      steps = steps.slice(first)
      first = 0
    }
  }

  const patchSince = (state: MeshState, viewer: HostId, from: AsOf): Patch | undefined => {
    const asOf = asOfState(state)
    if (sameAsOf(from, asOf)) return { asOf, changes: [] }
    const start = findStep(steps, first, from)
    const newest = steps.at(-1)
    if (start === undefined || newest === undefined || !sameAsOf(newest.asOf, asOf)) return undefined
    const missed = steps.slice(start)
    if (missed.some((step) => step.reviewed.includes(viewer))) return undefined
    return { asOf, changes: missedChanges(state, viewer, missed) }
  }

  return { append, patchSince, size: () => held }
}

/** Index of the step that begins at `from`, by halving: steps are in order and have no gaps. */
const findStep = (steps: readonly FragmentChanges[], first: number, from: AsOf): number | undefined => {
  let low = first
  let high = steps.length - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const { since } = steps[middle] as FragmentChanges
    if (sameAsOf(since, from)) return middle
    if (since.epoch < from.epoch || (since.epoch === from.epoch && since.revision < from.revision)) low = middle + 1
    else high = middle - 1
  }
  return undefined
}

/** What came into view meanwhile is sent as it is now: whether the viewer had it before, nobody knows any more. */
const missedChanges = (
  state: MeshState,
  viewer: HostId,
  missed: readonly FragmentChanges[],
): readonly PatchChange[] => {
  const revealed = new Set(missed.flatMap((step) => step.revealed.filter((id) => canSee(state, viewer, id))))
  const seen = missed.flatMap((step) =>
    step.changes.filter(({ fragment }) => !revealed.has(fragment) && canSee(state, viewer, fragment)),
  )
  const removed = new Set(missed.flatMap((step) => step.removed.filter((id) => !canSee(state, viewer, id))))
  return [
    ...coalesceChanges(seen),
    ...[...revealed].flatMap((id) => putOf(state, id) ?? []),
    ...[...removed].map(forget),
  ]
}

const weightOf = (step: FragmentChanges): number =>
  step.changes.length + step.revealed.length + step.reviewed.length + step.removed.length + 1

const sameAsOf = (a: AsOf, b: AsOf): boolean => a.epoch === b.epoch && a.revision === b.revision
