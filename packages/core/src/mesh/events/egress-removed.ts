import * as t from 'io-ts'
import { epochMsCodec } from '../../values/index.js'
import { egressIdentityProps } from '../egress-codecs.js'
import { dropEgress } from '../egress-records.js'
import type { MeshDraft } from '../mesh-state.js'

/** The ranges of an egress are no longer the mesh's business. Its routers stay in the network. */
export type EgressRemoved = t.TypeOf<typeof egressRemovedCodec>

export const egressRemovedCodec = t.type(
  {
    type: t.literal('EgressRemoved'),
    atEpochMs: epochMsCodec,
    ...egressIdentityProps,
    cause: t.keyof({ removed: null, 'network-removed': null }),
  },
  'EgressRemoved',
)

export const evolveEgressRemoved = (draft: MeshDraft, { egressId }: EgressRemoved): void => dropEgress(draft, egressId)
