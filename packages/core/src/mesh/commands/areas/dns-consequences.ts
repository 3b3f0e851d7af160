import type { AreaConsequences } from '../removal.js'

export const dnsConsequences: AreaConsequences = () => {}
