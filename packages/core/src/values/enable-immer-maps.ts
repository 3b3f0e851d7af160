import {
  enableMapSet,
  createDraft as immerCreateDraft,
  finishDraft as immerFinishDraft,
  produce as immerProduce,
} from 'immer'

enableMapSet()

/**
 * immer's `produce` with drafts of `Map` and `Set` switched on. Import it from here: a bare side-effect import could be
 * dropped by a bundler, since the package declares that it has no side effects.
 */
export const produce: typeof immerProduce = immerProduce

/** As `produce`, in two steps. */
export const createDraft: typeof immerCreateDraft = immerCreateDraft
export const finishDraft: typeof immerFinishDraft = immerFinishDraft
