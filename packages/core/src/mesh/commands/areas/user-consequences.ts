import type { AreaConsequences } from '../removal.js'

export const userConsequences: AreaConsequences = () => {}
