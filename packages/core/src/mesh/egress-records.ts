/** Egresses in the state, and what their network and routers know of them, kept together: recipes come here. */
import { castDraft } from 'immer'
import type { EgressId, EpochMs, NodeId } from '../values/index.js'
import { largeMapDelete, largeMapGet, largeMapSet } from './large-map.js'
import type { Egress, MeshDraft } from './mesh-state.js'
import { sortedWith, sortedWithout } from './sorted-ids.js'

/** Puts an egress in, or in the place of the one with its id, which then is as old as that. Nothing without its network. */
export const putEgress = (draft: MeshDraft, content: Omit<Egress, 'createdAtEpochMs'>, atEpochMs: EpochMs): void => {
  const { egressId, networkId, routers } = content
  const network = largeMapGet(draft.networks, networkId)
  if (network === undefined) return
  const createdAtEpochMs = largeMapGet(draft.egresses, egressId)?.createdAtEpochMs ?? atEpochMs
  dropEgress(draft, egressId)
  largeMapSet(draft.egresses, egressId, castDraft({ ...content, createdAtEpochMs }))
  largeMapSet(network.egressIds, egressId, true)
  for (const { nodeId } of routers) changeEgressIds(draft, nodeId, (ids) => sortedWith(ids, [egressId]))
}

export const dropEgress = (draft: MeshDraft, egressId: EgressId): void => {
  const egress = largeMapGet(draft.egresses, egressId)
  if (egress === undefined) return
  for (const { nodeId } of egress.routers) changeEgressIds(draft, nodeId, (ids) => sortedWithout(ids, [egressId]))
  const network = largeMapGet(draft.networks, egress.networkId)
  if (network !== undefined) largeMapDelete(network.egressIds, egressId)
  largeMapDelete(draft.egresses, egressId)
}

const changeEgressIds = (draft: MeshDraft, nodeId: NodeId, change: (ids: readonly EgressId[]) => EgressId[]): void => {
  const node = largeMapGet(draft.nodes, nodeId)
  if (node !== undefined) node.egressIds = change(node.egressIds)
}
