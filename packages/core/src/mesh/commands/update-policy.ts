import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { policyIdCodec } from '../../values/index.js'
import { largeMapGet } from '../large-map.js'
import { destinationsCodec, directionCodec, sourcesCodec, trafficCodec } from '../policy-codecs.js'
import { commandCodec } from './command-codec.js'
import { titleCodec } from './command-parts.js'
import { alreadySo, type Decision, type ExistingMesh, refuse } from './decision.js'
import { canonicalContent, policyProblem, sameContent } from './policy-rules.js'

/** Change what a policy says (G4). What is left out stays. Tightening ends established flows. */
export type UpdatePolicy = t.TypeOf<typeof updatePolicyCodec>

export const updatePolicyCodec = commandCodec(
  'UpdatePolicy',
  { policyId: policyIdCodec },
  {
    name: titleCodec(64),
    enabled: t.boolean,
    sources: sourcesCodec,
    destinations: destinationsCodec,
    traffic: trafficCodec,
    direction: directionCodec,
  },
)

export const decideUpdatePolicy = (command: UpdatePolicy, state: ExistingMesh): Decision => {
  const { policyId, atEpochMs } = command
  const policy = largeMapGet(state.policies, policyId)
  const network = policy === undefined ? undefined : largeMapGet(state.networks, policy.networkId)
  if (policy === undefined || network === undefined) return refuse({ code: 'policy-unknown', policyId })
  const content = canonicalContent({
    name: command.name ?? policy.name,
    enabled: command.enabled ?? policy.enabled,
    sources: command.sources ?? policy.sources,
    destinations: command.destinations ?? policy.destinations,
    traffic: command.traffic ?? policy.traffic,
    direction: command.direction ?? policy.direction,
  })
  if (sameContent(policy, content)) return alreadySo
  const problem = policyProblem(state, network, policyId, content)
  if (problem !== undefined) return refuse(problem)
  return E.right([{ type: 'PolicyUpdated', atEpochMs, policyId, networkId: policy.networkId, ...content }])
}
