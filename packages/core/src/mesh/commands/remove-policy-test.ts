import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { policyTestIdCodec } from '../../values/index.js'
import { largeMapGet } from '../large-map.js'
import { commandCodec } from './command-codec.js'
import { type Decision, type ExistingMesh, refuse } from './decision.js'

/** Give up a policy test (G6), broken or not. */
export type RemovePolicyTest = t.TypeOf<typeof removePolicyTestCodec>

export const removePolicyTestCodec = commandCodec('RemovePolicyTest', { policyTestId: policyTestIdCodec })

export const decideRemovePolicyTest = (
  { policyTestId, atEpochMs }: RemovePolicyTest,
  state: ExistingMesh,
): Decision => {
  const test = largeMapGet(state.policyTests, policyTestId)
  if (test === undefined) return refuse({ code: 'policy-test-unknown', policyTestId })
  const { networkId } = test
  return E.right([{ type: 'PolicyTestRemoved', atEpochMs, policyTestId, networkId, cause: 'removed' }])
}
