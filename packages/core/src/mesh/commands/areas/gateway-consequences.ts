import type { AreaConsequences } from '../removal.js'

export const gatewayConsequences: AreaConsequences = () => {}
