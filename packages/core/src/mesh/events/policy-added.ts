import * as t from 'io-ts'
import { epochMsCodec } from '../../values/index.js'
import { shortText } from '../event-parts.js'
import type { MeshDraft } from '../mesh-state.js'
import { destinationsCodec, directionCodec, policyIdentityProps, sourcesCodec, trafficCodec } from '../policy-codecs.js'
import { putPolicy } from '../policy-records.js'

/** Some may talk to some about something from now on, if it is enabled. What other policies allow stays allowed. */
export type PolicyAdded = t.TypeOf<typeof policyAddedCodec>

export const policyAddedCodec = t.type(
  {
    type: t.literal('PolicyAdded'),
    atEpochMs: epochMsCodec,
    ...policyIdentityProps,
    name: shortText(64),
    enabled: t.boolean,
    sources: sourcesCodec,
    destinations: destinationsCodec,
    traffic: trafficCodec,
    direction: directionCodec,
  },
  'PolicyAdded',
)

export const evolvePolicyAdded = (draft: MeshDraft, event: PolicyAdded): void => {
  const { type: _type, atEpochMs: _at, ...policy } = event
  putPolicy(draft, policy)
}
