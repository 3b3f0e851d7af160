import type { StateChangeOptions } from '@meshfold/core'
import type { Questions } from '../mesh-service/questions.js'

export type IsEnough = NonNullable<StateChangeOptions['isEnough']>

/** Longer, and in a large mesh how configs change is looked at in part, and so is who gains or loses whom. */
const LONGEST_LOOK_MS = 2000

/** What is looked at first leaves its time to the next. */
export const longestLook = (questions: Questions): IsEnough => {
  const begun = new Map<string, () => boolean>()
  return (part) => {
    const isEnough = begun.get(part) ?? questions.enoughAfter(LONGEST_LOOK_MS)
    begun.set(part, isEnough)
    return isEnough()
  }
}
