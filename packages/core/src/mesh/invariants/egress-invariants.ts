import type { MeshState } from '../mesh-state.js'
import type { InvariantBreach } from './breach.js'

export const egressBreaches = (_state: MeshState): readonly InvariantBreach[] => []
