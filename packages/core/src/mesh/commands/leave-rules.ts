import type { EpochMs, HostId, NodeId } from '../../values/index.js'
import type { NodeLeft } from '../events/node-left.js'
import { largeMapGet } from '../large-map.js'
import { leaveNetwork } from './node-leaving.js'
import { emitConsequences } from './removal-consequences.js'
import type { Unfolding } from './unfolding.js'

/** Takes nodes out of their networks, each with what goes along, in the order of their ids. */
export const leaveAll = (
  unfolding: Unfolding,
  nodeIds: readonly NodeId[],
  cause: NodeLeft['cause'],
  atEpochMs: EpochMs,
): void => {
  for (const nodeId of [...nodeIds].sort()) leaveNetwork({ nodeId, cause, atEpochMs }, unfolding, emitConsequences)
}

/** Takes a machine out of the mesh, its nodes first. */
export const removeHost = (unfolding: Unfolding, hostId: HostId, atEpochMs: EpochMs): void => {
  const host = largeMapGet(unfolding.state().hosts, hostId)
  if (host === undefined) return
  leaveAll(unfolding, host.nodeIds, 'host-removed', atEpochMs)
  unfolding.emit({ type: 'HostRemoved', atEpochMs, hostId })
}
