import type { MeshState } from '../mesh-state.js'
import type { InvariantBreach } from './breach.js'

export const dnsBreaches = (_state: MeshState): readonly InvariantBreach[] => []
