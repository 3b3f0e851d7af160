/** Patches that are the same for many but for what is each one's own. What is shared is remembered, so that it is encoded once. */
import type { PatchChange } from './fragment-change.js'

/** What a patch was put together of. */
export interface PatchParts {
  readonly own: readonly PatchChange[]
  /** The same object for all who share it. */
  readonly shared: readonly PatchChange[]
}

const partsByPatch = new WeakMap<readonly PatchChange[], PatchParts>()

/** First what is one's own. */
export const patchOfParts = (own: readonly PatchChange[], shared: readonly PatchChange[]): readonly PatchChange[] => {
  if (own.length === 0) return shared
  const patch = [...own, ...shared]
  partsByPatch.set(patch, { own, shared })
  return patch
}

/** `undefined`: it wasn't put together of parts. */
export const partsOfPatch = (patch: readonly PatchChange[]): PatchParts | undefined => partsByPatch.get(patch)
