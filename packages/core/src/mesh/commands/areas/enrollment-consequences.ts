import type { AreaConsequences } from '../removal.js'

export const enrollmentConsequences: AreaConsequences = () => {}
