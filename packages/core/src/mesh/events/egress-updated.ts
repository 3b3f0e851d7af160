import * as t from 'io-ts'
import { epochMsCodec } from '../../values/index.js'
import { egressContentProps, egressIdentityProps } from '../egress-codecs.js'
import { putEgress } from '../egress-records.js'
import { shortText } from '../event-parts.js'
import { largeMapHas } from '../large-map.js'
import type { MeshDraft } from '../mesh-state.js'

/** An egress is something else: all of it, as it is from now on. Also when a router leaves the network; without any nobody serves it. */
export type EgressUpdated = t.TypeOf<typeof egressUpdatedCodec>

export const egressUpdatedCodec = t.type(
  {
    type: t.literal('EgressUpdated'),
    atEpochMs: epochMsCodec,
    ...egressIdentityProps,
    name: shortText(64),
    ...egressContentProps,
  },
  'EgressUpdated',
)

export const evolveEgressUpdated = (draft: MeshDraft, event: EgressUpdated): void => {
  const { type: _type, atEpochMs, ...content } = event
  if (largeMapHas(draft.egresses, event.egressId)) putEgress(draft, content, atEpochMs)
}
