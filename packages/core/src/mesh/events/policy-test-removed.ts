import * as t from 'io-ts'
import { epochMsCodec, networkIdCodec, policyTestIdCodec } from '../../values/index.js'
import { largeMapDelete, largeMapGet } from '../large-map.js'
import type { MeshDraft } from '../mesh-state.js'

/** The policies needn't keep to this any more. */
export type PolicyTestRemoved = t.TypeOf<typeof policyTestRemovedCodec>

export const policyTestRemovedCodec = t.type(
  {
    type: t.literal('PolicyTestRemoved'),
    atEpochMs: epochMsCodec,
    policyTestId: policyTestIdCodec,
    networkId: networkIdCodec,
    /** `end-removed`: the node or client that it is about is being removed. */
    cause: t.keyof({ removed: null, 'end-removed': null, 'network-removed': null }),
  },
  'PolicyTestRemoved',
)

export const evolvePolicyTestRemoved = (draft: MeshDraft, { policyTestId }: PolicyTestRemoved): void => {
  const test = largeMapGet(draft.policyTests, policyTestId)
  if (test === undefined) return
  largeMapDelete(draft.policyTests, policyTestId)
  const network = largeMapGet(draft.networks, test.networkId)
  if (network !== undefined) largeMapDelete(network.policyTestIds, policyTestId)
}
