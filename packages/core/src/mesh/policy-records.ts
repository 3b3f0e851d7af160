/** Policies in the state, and the nodes they name, kept together: recipes come here. */
import { castDraft, type Draft } from 'immer'
import type { PolicyId } from '../values/index.js'
import { largeMapDelete, largeMapGet, largeMapSet } from './large-map.js'
import { countNamedNodes } from './members.js'
import type { MeshState, Policy } from './mesh-state.js'

/** Puts a policy in, or in the place of the one with its id. Nothing without its network. */
export const putPolicy = (draft: Draft<MeshState>, policy: Policy): void => {
  const network = largeMapGet(draft.networks, policy.networkId)
  if (network === undefined) return
  const before = largeMapGet(draft.policies, policy.policyId) as Policy | undefined
  if (before !== undefined && before.networkId !== policy.networkId) dropPolicy(draft, policy.policyId)
  largeMapSet(draft.policies, policy.policyId, castDraft(policy))
  largeMapSet(network.policyIds, policy.policyId, true)
  // The new one first: nodes that both name stay as they are.
  countNamedNodes(draft, policy, 1)
  if (before?.networkId === policy.networkId) countNamedNodes(draft, before, -1)
}

export const dropPolicy = (draft: Draft<MeshState>, policyId: PolicyId): void => {
  const policy = largeMapGet(draft.policies, policyId) as Policy | undefined
  if (policy === undefined) return
  largeMapDelete(draft.policies, policyId)
  const network = largeMapGet(draft.networks, policy.networkId)
  if (network === undefined) return
  largeMapDelete(network.policyIds, policyId)
  countNamedNodes(draft, policy, -1)
}
