import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { fresh } from '../../event-format/codec-outline.js'
import { policyTestResult } from '../../policy/policy-tests.js'
import { policyTestIdCodec, prefixContainsAddress } from '../../values/index.js'
import { largeMapGet } from '../large-map.js'
import type { MeshError } from '../mesh-error.js'
import type { MeshState, Network, PolicyTest, TestEnd } from '../mesh-state.js'
import { policyTestProps } from '../policy-codecs.js'
import { testEndKey } from '../selector-key.js'
import { commandCodec } from './command-codec.js'
import { titleCodec } from './command-parts.js'
import { alreadySo, type Decision, type ExistingMesh, refuse } from './decision.js'
import { clientProblem, findNamesake, nodeProblem } from './policy-rules.js'

/** Hold the policies to something from now on (G6): what would break it is refused. It must hold already. */
export type AddPolicyTest = t.TypeOf<typeof addPolicyTestCodec>

export const addPolicyTestCodec = commandCodec('AddPolicyTest', {
  ...policyTestProps,
  /** Fresh. */
  policyTestId: fresh(policyTestIdCodec),
  name: titleCodec(64),
})

export const decideAddPolicyTest = (command: AddPolicyTest, state: ExistingMesh): Decision => {
  const { type: _type, atEpochMs, ...test } = command
  const { policyTestId, networkId } = test
  const network = largeMapGet(state.networks, networkId)
  if (network === undefined) return refuse({ code: 'network-unknown', networkId })
  const present = largeMapGet(state.policyTests, policyTestId)
  if (present !== undefined && contentOf(present) === contentOf(test)) return alreadySo
  if (present !== undefined) return refuse({ code: 'policy-test-id-taken', policyTestId, name: present.name })
  const problem = testProblem(state, network, test)
  if (problem !== undefined) return refuse(problem)
  if (policyTestResult(state, network, test).verdict === 'broken')
    return refuse({ code: 'policy-test-fails', name: test.name, expect: test.expect })
  return E.right([{ type: 'PolicyTestAdded', atEpochMs, ...test }])
}

const contentOf = ({ networkId, name, from, to, protocol, port, expect }: PolicyTest): string =>
  JSON.stringify([networkId, name, testEndKey(from), testEndKey(to), protocol, port, expect])

const testProblem = (state: MeshState, network: Network, test: PolicyTest): MeshError | undefined => {
  const { policyTestId, name, protocol, port } = test
  const hasName = (id: PolicyTest['policyTestId']) => largeMapGet(state.policyTests, id)?.name === name
  const namesake = findNamesake(network.policyTestIds, hasName, policyTestId)
  if (namesake !== undefined)
    return { code: 'policy-test-name-taken', name, policyTestId: namesake, networkName: network.name }
  if ((protocol === 'icmp') !== (port === null)) return { code: 'policy-test-port', protocol }
  return endProblem(state, network, test.from) ?? endProblem(state, network, test.to)
}

const endProblem = (state: MeshState, network: Network, end: TestEnd): MeshError | undefined => {
  if (end.kind === 'node') return nodeProblem(state, network, end.nodeId)
  if (end.kind === 'client') return clientProblem(state, network, end.clientId)
  const { address } = end
  const isInside = [network.range4, network.range6].some(
    (range) => range !== null && prefixContainsAddress(range, address),
  )
  return isInside ? { code: 'policy-test-address', address, networkName: network.name } : undefined
}
