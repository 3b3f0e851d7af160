import * as t from 'io-ts'
import { epochMsCodec } from '../../values/index.js'
import { shortText } from '../event-parts.js'
import { largeMapHas } from '../large-map.js'
import type { MeshDraft } from '../mesh-state.js'
import { destinationsCodec, directionCodec, policyIdentityProps, sourcesCodec, trafficCodec } from '../policy-codecs.js'
import { putPolicy } from '../policy-records.js'

/** A policy says something else: all of it, as it is from now on. Also when it lost one that was removed and others are left. */
export type PolicyUpdated = t.TypeOf<typeof policyUpdatedCodec>

export const policyUpdatedCodec = t.type(
  {
    type: t.literal('PolicyUpdated'),
    atEpochMs: epochMsCodec,
    ...policyIdentityProps,
    name: shortText(64),
    enabled: t.boolean,
    sources: sourcesCodec,
    destinations: destinationsCodec,
    traffic: trafficCodec,
    direction: directionCodec,
  },
  'PolicyUpdated',
)

export const evolvePolicyUpdated = (draft: MeshDraft, event: PolicyUpdated): void => {
  const { type: _type, atEpochMs: _at, ...policy } = event
  if (largeMapHas(draft.policies, event.policyId)) putPolicy(draft, policy)
}
