import * as E from 'fp-ts/lib/Either.js'
import { policyTestResult } from '../../policy/policy-tests.js'
import { evolveAll } from '../evolve.js'
import { largeMapGet, largeMapValues } from '../large-map.js'
import type { MeshCommand, MeshCommandType } from '../mesh-command.js'
import type { MeshEvent, MeshEventType } from '../mesh-event.js'
import type { MeshState, PolicyTest } from '../mesh-state.js'
import { type Decision, refuse } from './decision.js'

/**
 * Refuses a command that would break policy tests that hold (G6). What happens by itself is never refused: time, absence and
 * failures don't ask; the test then shows as broken.
 */
export const keepingPolicyTests = (command: MeshCommand, state: MeshState, decision: Decision): Decision => {
  if (state.policyTests.size === 0 || E.isLeft(decision)) return decision
  if (automaticCommands.has(command.type) || decision.right.every(({ type }) => isWithoutPolicy(type))) return decision
  const broken = testsBrokenBy(state, decision.right)
  return broken.length === 0 ? decision : refuse({ code: 'policy-test-broken', tests: broken })
}

/** Given by sweepers, agents and reactions, not by people. */
const automaticCommands: ReadonlySet<MeshCommandType> = new Set([
  'EnrollHost',
  'EnrollDevice',
  'ReportHostEndpoints',
  'ExpireNode',
  'MarkNodeAway',
  'MarkNodeReturned',
  'RemoveAwayNode',
  'ReportRelayVector',
  'RankGateways',
  'EngageAutoRelay',
  'MoveAutoRelay',
  'ReleaseAutoRelay',
])

/** Events that no answer of a policy depends on; what isn't here is looked at. */
const eventsWithoutPolicy: ReadonlySet<MeshEventType> = new Set([
  'MeshSettingsUpdated',
  'MeshEpochRaised',
  'NetworkCreated',
  'NetworkUpdated',
  'HostRegistered',
  'HostEndpointsChanged',
  'HostKeyRotated',
  'HostPrefixesExcluded',
  'HostResolversChanged',
  'DnsRecordAdded',
  'DnsRecordRemoved',
  'ResolverAdded',
  'ResolverRemoved',
  'ResolverUpdated',
  'NodeJoined',
  'NodeApproved',
  'NodeConnected',
  'NodeDisconnected',
  'NodeExpired',
  'NodeWentAway',
  'NodeReturned',
  'EnrollmentKeyCreated',
  'EnrollmentKeyUsed',
  'EnrollmentKeyRevoked',
  'EnrollmentKeyResumed',
  'EnrollmentKeySuspended',
  'EnrollmentKeyUpdated',
  'ApiTokenCreated',
  'ApiTokenRevoked',
  'GroupAdded',
  'GroupUpdated',
  'UserAdded',
  'UserUpdated',
  'ClientConfigIssued',
  'ClientDisabled',
  'ClientEnabled',
  'PolicyTestAdded',
  'PolicyTestRemoved',
  'GatewayCreated',
  'GatewayUpdated',
  'GatewayRankingChanged',
  'AutoRelayEngaged',
  'AutoRelayMoved',
  'AutoRelayReleased',
  'NodeTraitsUpdated',
])

const isWithoutPolicy = (type: MeshEvent['type']): boolean => eventsWithoutPolicy.has(type)

const testsBrokenBy = (
  state: MeshState,
  events: readonly MeshEvent[],
): readonly Pick<PolicyTest, 'policyTestId' | 'name'>[] => {
  const after = evolveAll(state, events)
  return [...largeMapValues(after.policyTests)]
    .filter((test) => isBroken(after, test) && !isBroken(state, test))
    .map(({ policyTestId, name }) => ({ policyTestId, name }))
    .sort((one, other) => (one.policyTestId < other.policyTestId ? -1 : 1))
}

const isBroken = (state: MeshState, test: PolicyTest): boolean => {
  const network = largeMapGet(state.networks, test.networkId)
  return network !== undefined && policyTestResult(state, network, test).verdict === 'broken'
}
