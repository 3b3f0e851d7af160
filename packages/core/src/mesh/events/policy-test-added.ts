import { castDraft } from 'immer'
import * as t from 'io-ts'
import { epochMsCodec } from '../../values/index.js'
import { shortText } from '../event-parts.js'
import { largeMapDelete, largeMapGet, largeMapSet } from '../large-map.js'
import type { MeshDraft } from '../mesh-state.js'
import { policyTestProps } from '../policy-codecs.js'

/** The policies shall keep to this from now on. It held when it was added; it may break by itself later, and then shows as broken. */
export type PolicyTestAdded = t.TypeOf<typeof policyTestAddedCodec>

export const policyTestAddedCodec = t.type(
  { type: t.literal('PolicyTestAdded'), atEpochMs: epochMsCodec, ...policyTestProps, name: shortText(64) },
  'PolicyTestAdded',
)

export const evolvePolicyTestAdded = (draft: MeshDraft, event: PolicyTestAdded): void => {
  const network = largeMapGet(draft.networks, event.networkId)
  if (network === undefined) return
  const before = largeMapGet(draft.policyTests, event.policyTestId)
  const networkBefore = before === undefined ? undefined : largeMapGet(draft.networks, before.networkId)
  if (networkBefore !== undefined) largeMapDelete(networkBefore.policyTestIds, event.policyTestId)
  const { type: _type, atEpochMs: _at, ...test } = event
  largeMapSet(draft.policyTests, event.policyTestId, castDraft(test))
  largeMapSet(network.policyTestIds, event.policyTestId, true)
}
