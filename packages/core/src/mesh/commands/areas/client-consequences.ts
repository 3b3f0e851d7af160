import type { AreaConsequences } from '../removal.js'

export const clientConsequences: AreaConsequences = () => {}
