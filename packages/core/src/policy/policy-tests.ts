/** Whether what must be so of the policies is so (G6). */
import { largeMapGet } from '../mesh/large-map.js'
import type { MeshState, Network, PolicyTest } from '../mesh/mesh-state.js'
import type { NetworkId, PolicyTestId } from '../values/index.js'
import { endsOf, sameFamily } from './end.js'
import { policyTestsOf } from './network-policies.js'
import { type PolicyVerdict, policyAllows } from './policy-allows.js'
import type { PacketTraffic } from './traffic.js'

/** What the policies say now to one test. It is broken when any answer is not the expected one. */
export interface PolicyTestResult {
  readonly policyTestId: PolicyTestId
  readonly name: string
  readonly verdict: 'holds' | 'broken'
  /** What each pair of addresses that the test stands for is answered. */
  readonly answers: readonly PolicyVerdict[]
}

/** Every test of a network, by id. */
export const policyTestResults = (state: MeshState, networkId: NetworkId): readonly PolicyTestResult[] => {
  const network = largeMapGet(state.networks, networkId)
  if (network === undefined) return []
  return policyTestsOf(state, network).map((test) => policyTestResult(state, network, test))
}

/**
 * "Allowed" means in every family that both ends have, and that there is one; "denied" means in none.
 */
export const policyTestResult = (state: MeshState, network: Network, test: PolicyTest): PolicyTestResult => {
  const traffic = packetOf(test)
  const froms = endsOf(state, network, test.from, test.to)
  const tos = endsOf(state, network, test.to, test.from)
  const answers = froms.flatMap((from) =>
    tos.filter((to) => sameFamily(from, to)).map((to) => policyAllows(state, network.networkId, from, to, traffic)),
  )
  const allowed = answers.filter((answer) => answer.allowed).length
  const holds = test.expect === 'allow' ? answers.length > 0 && allowed === answers.length : allowed === 0
  return { policyTestId: test.policyTestId, name: test.name, verdict: holds ? 'holds' : 'broken', answers }
}

const packetOf = ({ protocol, port }: PolicyTest): PacketTraffic =>
  protocol === 'icmp' || port === null ? { protocol: 'icmp' } : { protocol, port }
