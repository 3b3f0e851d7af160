import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { policyIdCodec } from '../../values/index.js'
import { largeMapGet } from '../large-map.js'
import { commandCodec } from './command-codec.js'
import { type Decision, type ExistingMesh, refuse } from './decision.js'

/** End a policy (G4). */
export type RemovePolicy = t.TypeOf<typeof removePolicyCodec>

export const removePolicyCodec = commandCodec('RemovePolicy', { policyId: policyIdCodec })

export const decideRemovePolicy = ({ policyId, atEpochMs }: RemovePolicy, state: ExistingMesh): Decision => {
  const policy = largeMapGet(state.policies, policyId)
  if (policy === undefined) return refuse({ code: 'policy-unknown', policyId })
  const { networkId } = policy
  return E.right([{ type: 'PolicyRemoved', atEpochMs, policyId, networkId, cause: 'removed' }])
}
