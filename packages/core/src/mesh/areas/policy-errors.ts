/** Why commands about policies, their tests, the default policy are refused: data here, and each one's English below. */
import type { EgressId, IpAddress, MemberId, NetworkName, PolicyId, PolicyTestId } from '../../values/index.js'
import type { PolicyTest } from '../mesh-state.js'
import type { RefusalTexts } from './refusal-texts.js'

/** What a selector, or the end of a test, names by its id. */
export type SelectorSubject = 'user' | 'group' | 'node' | 'client' | 'egress' | 'gateway'

/** Why commands about policies, their tests and the default policy are refused. */
export type PolicyError =
  | { readonly code: 'policy-unknown'; readonly policyId: PolicyId }
  /** The id belongs to a policy with other content. */
  | { readonly code: 'policy-id-taken'; readonly policyId: PolicyId; readonly name: string }
  /** Another policy of the network has the name. */
  | {
      readonly code: 'policy-name-taken'
      readonly name: string
      readonly policyId: PolicyId
      readonly networkName: NetworkName
    }
  /** More ranges of one protocol's ports than a policy may have, after what overlaps or touches was joined. */
  | { readonly code: 'policy-ports-too-many'; readonly ranges: number; readonly limit: number }
  /** A policy or test names somebody who isn't there. */
  | { readonly code: 'selected-unknown'; readonly kind: SelectorSubject; readonly id: string }
  /** A policy or test names something of another network, `home`. */
  | {
      readonly code: 'selected-elsewhere'
      readonly kind: SelectorSubject
      readonly id: string
      readonly networkName: NetworkName
      readonly home: string
    }
  | { readonly code: 'policy-test-unknown'; readonly policyTestId: PolicyTestId }
  /** The id belongs to a test with other content. */
  | { readonly code: 'policy-test-id-taken'; readonly policyTestId: PolicyTestId; readonly name: string }
  | {
      readonly code: 'policy-test-name-taken'
      readonly name: string
      readonly policyTestId: PolicyTestId
      readonly networkName: NetworkName
    }
  /** `tcp` and `udp` need a port, `icmp` has none. */
  | { readonly code: 'policy-test-port'; readonly protocol: PolicyTest['protocol'] }
  /** An address of the network's own range: who has it changes. */
  | { readonly code: 'policy-test-address'; readonly address: IpAddress; readonly networkName: NetworkName }
  /** The policies are not as the new test expects. */
  | { readonly code: 'policy-test-fails'; readonly name: string; readonly expect: PolicyTest['expect'] }
  /** The command would break tests that hold (G6). */
  | {
      readonly code: 'policy-test-broken'
      readonly tests: readonly { readonly policyTestId: PolicyTestId; readonly name: string }[]
    }

export const policyRefusals: RefusalTexts<PolicyError> = {
  'policy-unknown': ({ policyId }) => `There is no policy ${policyId}. List the policies to find the right id.`,
  'policy-id-taken': ({ policyId, name }) =>
    `The id ${policyId} is policy "${name}" already, with other content. Update that policy, or take a fresh id.`,
  'policy-name-taken': ({ name, networkName }) =>
    `Network "${networkName}" has a policy "${name}" already. Choose another name.`,
  'policy-ports-too-many': ({ ranges, limit }) =>
    `${ranges} ranges of ports are too many for one policy: at most ${limit} of a protocol. Make several policies of it.`,
  'selected-unknown': ({ kind, id }) =>
    `There is no ${kind} ${id}. List the ${plurals[kind]} to find the right id, or leave it out.`,
  'selected-elsewhere': ({ kind, id, networkName, home }, names) =>
    `The ${kind} ${kind === 'egress' ? `${names.egress(id as EgressId)} of network "${home}"` : names.member(id as MemberId)} is not of network "${networkName}". Networks are isolated: name one of "${networkName}".`,
  'policy-test-unknown': ({ policyTestId }) =>
    `There is no policy test ${policyTestId}. List the tests to find the right id.`,
  'policy-test-id-taken': ({ policyTestId, name }) =>
    `The id ${policyTestId} is policy test "${name}" already, with other content. Remove that test first, or take a fresh id.`,
  'policy-test-name-taken': ({ name, networkName }) =>
    `Network "${networkName}" has a policy test "${name}" already. Choose another name.`,
  'policy-test-port': ({ protocol }) =>
    protocol === 'icmp' ? 'ICMP has no ports. Leave the port out.' : `A test of ${protocol} needs a port. Give one.`,
  'policy-test-address': ({ address, networkName }) =>
    `${address} lies in the range of network "${networkName}", where addresses change hands. Name the node or client instead.`,
  'policy-test-fails': ({ name, expect }) =>
    `Policy test "${name}" doesn't hold now: the policies ${expect === 'allow' ? "don't allow" : 'allow'} it. Update the policies first, then add the test.`,
  'policy-test-broken': ({ tests }) =>
    `This would break ${tests
      .slice(0, 5)
      .map(({ name }) => `"${name}"`)
      .join(
        ', ',
      )}${tests.length > 5 ? ` and ${tests.length - 5} more policy tests` : ''}, which must hold. Ask for something else, or remove ${tests.length === 1 ? 'that policy test' : 'those policy tests'} first.`,
}

const plurals: { readonly [K in SelectorSubject]: string } = {
  user: 'users',
  group: 'groups',
  node: 'nodes',
  client: 'clients',
  egress: 'egresses',
  gateway: 'gateways',
}
