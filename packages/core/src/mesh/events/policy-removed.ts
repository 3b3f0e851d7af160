import * as t from 'io-ts'
import { epochMsCodec } from '../../values/index.js'
import type { MeshDraft } from '../mesh-state.js'
import { policyIdentityProps } from '../policy-codecs.js'
import { dropPolicy } from '../policy-records.js'

/** A policy ends: nothing passes any more that it alone allowed. */
export type PolicyRemoved = t.TypeOf<typeof policyRemovedCodec>

export const policyRemovedCodec = t.type(
  {
    type: t.literal('PolicyRemoved'),
    atEpochMs: epochMsCodec,
    ...policyIdentityProps,
    /** `nothing-left`: the last of its sources, or of its destinations, is being removed. */
    cause: t.keyof({ removed: null, 'nothing-left': null, 'network-removed': null }),
  },
  'PolicyRemoved',
)

export const evolvePolicyRemoved = (draft: MeshDraft, { policyId }: PolicyRemoved): void => dropPolicy(draft, policyId)
