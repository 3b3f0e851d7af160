import type { AreaConsequences } from '../removal.js'

export const policyConsequences: AreaConsequences = () => {}
