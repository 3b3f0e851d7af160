import { castDraft } from 'immer'
import * as t from 'io-ts'
import { createAddressPool, epochMsCodec, ipPrefixCodec, networkIdCodec, networkNameCodec } from '../../values/index.js'
import { networkSettingsCodec, orNull } from '../event-parts.js'
import { largeMapDelete, largeMapGet, largeMapSet } from '../large-map.js'
import type { MeshDraft } from '../mesh-state.js'

/** A network's settings changed, or, before it ever had a node, its name or ranges. Carries all of them as they are from now on. */
export type NetworkUpdated = t.TypeOf<typeof networkUpdatedCodec>

export const networkUpdatedCodec = t.type(
  {
    type: t.literal('NetworkUpdated'),
    atEpochMs: epochMsCodec,
    networkId: networkIdCodec,
    name: networkNameCodec,
    range4: orNull(ipPrefixCodec),
    range6: orNull(ipPrefixCodec),
    settings: networkSettingsCodec,
  },
  'NetworkUpdated',
)

export const evolveNetworkUpdated = (draft: MeshDraft, event: NetworkUpdated): void => {
  const network = largeMapGet(draft.networks, event.networkId)
  if (network === undefined) return
  network.settings = castDraft(event.settings)
  if (network.name !== event.name) {
    largeMapDelete(draft.indexes.networkIdsByName, network.name)
    largeMapSet(draft.indexes.networkIdsByName, event.name, event.networkId)
    network.name = event.name
  }
  if (network.range4 !== event.range4) {
    network.range4 = event.range4
    network.pool4 = event.range4 === null ? null : castDraft(createAddressPool(event.range4))
  }
  if (network.range6 !== event.range6) {
    network.range6 = event.range6
    network.pool6 = event.range6 === null ? null : castDraft(createAddressPool(event.range6))
  }
}
