import type { MeshState } from '../mesh-state.js'
import type { InvariantBreach } from './breach.js'

export const userBreaches = (_state: MeshState): readonly InvariantBreach[] => []
