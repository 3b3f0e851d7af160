import type { AreaConsequences } from '../removal.js'

export const egressConsequences: AreaConsequences = () => {}
