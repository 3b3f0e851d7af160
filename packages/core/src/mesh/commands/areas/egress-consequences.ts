import type { EpochMs, NetworkId, NodeId } from '../../../values/index.js'
import { egressesOfNetwork } from '../../egress-queries.js'
import { largeMapGet } from '../../large-map.js'
import type { AreaConsequences } from '../removal.js'
import type { Unfolding } from '../unfolding.js'

/** A router that goes is one no longer; without its last one an egress stays, served by nobody. With its network it ends. */
export const egressConsequences: AreaConsequences = (removal, unfolding) => {
  const { atEpochMs } = removal
  if (removal.kind === 'network') return endAll(unfolding, removal.networkId, atEpochMs)
  if (removal.kind !== 'node') return
  const node = largeMapGet(unfolding.state().nodes, removal.nodeId)
  if (node === undefined) return
  // All at once with the first node: what is left of the network leads nowhere.
  if (removal.cause === 'network-removed') endAll(unfolding, node.networkId, atEpochMs)
  else endRouting(unfolding, removal.nodeId, atEpochMs)
}

const endRouting = (unfolding: Unfolding, nodeId: NodeId, atEpochMs: EpochMs): void => {
  for (const egressId of largeMapGet(unfolding.state().nodes, nodeId)?.egressIds ?? []) {
    const egress = largeMapGet(unfolding.state().egresses, egressId)
    if (egress === undefined) continue
    const { createdAtEpochMs: _createdAt, ...content } = egress
    const routers = egress.routers.filter((router) => router.nodeId !== nodeId)
    unfolding.emit({ type: 'EgressUpdated', atEpochMs, ...content, routers })
  }
}

const endAll = (unfolding: Unfolding, networkId: NetworkId, atEpochMs: EpochMs): void => {
  for (const { egressId } of egressesOfNetwork(unfolding.state(), networkId))
    unfolding.emit({ type: 'EgressRemoved', atEpochMs, egressId, networkId, cause: 'network-removed' })
}
