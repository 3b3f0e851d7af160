import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { nodeIdCodec } from '../../values/index.js'
import { largeMapGet } from '../large-map.js'
import { addSeconds, isAhead } from '../time.js'
import { commandCodec } from './command-codec.js'
import { type Decision, type ExistingMesh, refuse } from './decision.js'
import { leaveAll } from './leave-rules.js'
import { unfoldFrom } from './unfolding.js'

/** Remove an ephemeral node that was away longer than the grace of the mesh (A5). From the sweeper. */
export type RemoveAwayNode = t.TypeOf<typeof removeAwayNodeCodec>

export const removeAwayNodeCodec = commandCodec('RemoveAwayNode', { nodeId: nodeIdCodec })

export const decideRemoveAwayNode = ({ nodeId, atEpochMs }: RemoveAwayNode, state: ExistingMesh): Decision => {
  const node = largeMapGet(state.nodes, nodeId)
  if (node === undefined) return refuse({ code: 'node-unknown', nodeId })
  const { name, ephemeral, awaySinceEpochMs } = node
  if (!ephemeral) return refuse({ code: 'node-not-ephemeral', nodeId, name })
  const { ephemeralGraceSeconds } = state.mesh.settings
  const removableAtEpochMs = awaySinceEpochMs === null ? null : addSeconds(awaySinceEpochMs, ephemeralGraceSeconds)
  if (removableAtEpochMs === null || isAhead(removableAtEpochMs, atEpochMs))
    return refuse({ code: 'node-not-away-long-enough', nodeId, name, removableAtEpochMs })
  const unfolding = unfoldFrom(state)
  leaveAll(unfolding, [nodeId], 'away-too-long', atEpochMs)
  return E.right(unfolding.events())
}
