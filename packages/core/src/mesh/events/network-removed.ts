import * as t from 'io-ts'
import { epochMsCodec, networkIdCodec } from '../../values/index.js'
import { largeMapDelete, largeMapGet } from '../large-map.js'
import type { MeshDraft } from '../mesh-state.js'

/** A network ends. Its nodes left before, each with an event of its own; its hosts stay in the mesh. */
export type NetworkRemoved = t.TypeOf<typeof networkRemovedCodec>

export const networkRemovedCodec = t.type(
  { type: t.literal('NetworkRemoved'), atEpochMs: epochMsCodec, networkId: networkIdCodec },
  'NetworkRemoved',
)

export const evolveNetworkRemoved = (draft: MeshDraft, event: NetworkRemoved): void => {
  const network = largeMapGet(draft.networks, event.networkId)
  if (network === undefined) return
  largeMapDelete(draft.indexes.networkIdsByName, network.name)
  largeMapDelete(draft.networks, event.networkId)
}
