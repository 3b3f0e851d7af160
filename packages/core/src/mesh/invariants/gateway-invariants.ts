import type { MeshState } from '../mesh-state.js'
import type { InvariantBreach } from './breach.js'

export const gatewayBreaches = (_state: MeshState): readonly InvariantBreach[] => []
