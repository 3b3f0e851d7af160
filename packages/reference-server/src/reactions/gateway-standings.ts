import { type EpochMs, gatewayVerdictOf, largeMapKeys, type MeshState, type ReactionMemory } from '@meshfold/core'
import type { GatewayStanding } from '../metrics/metrics.js'

/** How many gateways there are of each standing, by what their users say (F2). */
export const gatewayStandings = (
  state: MeshState,
  memory: ReactionMemory,
  nowEpochMs: EpochMs,
): Readonly<Record<GatewayStanding, number>> => {
  const counts = { healthy: 0, unhealthy: 0, unknown: 0 }
  for (const gatewayId of largeMapKeys(state.gateways))
    counts[gatewayVerdictOf(memory, gatewayId, nowEpochMs)?.health ?? 'unknown'] += 1
  return counts
}
