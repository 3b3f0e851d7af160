import type { NodeId } from '../../values/index.js'
import type { AutoRelayReleased } from '../events/auto-relay-released.js'
import { largeMapGet } from '../large-map.js'
import type { Unfolding } from './unfolding.js'

/** Ends the pairs that a node is an end of. */
export const releasePairsOf = (
  unfolding: Unfolding,
  nodeId: NodeId,
  cause: AutoRelayReleased['cause'],
  atEpochMs: AutoRelayReleased['atEpochMs'],
): void => {
  for (const pairId of largeMapGet(unfolding.state().nodes, nodeId)?.pairIds ?? [])
    unfolding.emit({ type: 'AutoRelayReleased', atEpochMs, pairId, cause, evidence: null })
}
