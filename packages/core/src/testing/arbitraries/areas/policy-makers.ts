import type { PolicyCommand } from '../../../mesh/commands/areas/policy-commands.js'
import { largeMapKeys } from '../../../mesh/large-map.js'
import type { DestinationSelector, PolicyTest, Selector, TestEnd, Traffic } from '../../../mesh/mesh-state.js'
import {
  clientId,
  egressId,
  groupId,
  ipAddress,
  ipPrefix,
  nodeId,
  type PolicyId,
  type PolicyTestId,
  policyId,
  policyTestId,
  tagName,
  userId,
} from '../../../values/index.js'
import { type CommandContext, someNetwork, someNode, someOf } from '../mesh-command-parts.js'
import type { CommandMakers } from './command-makers.js'

const somePolicy = ({ draw, state }: CommandContext): PolicyId =>
  someOf(draw, largeMapKeys(state.policies), policyId('none'))
const someTest = ({ draw, state }: CommandContext): PolicyTestId =>
  someOf(draw, largeMapKeys(state.policyTests), policyTestId('none'))

/** Of what there is, where there is something: names of others are refused often enough. */
const someSelector = (context: CommandContext): Selector => {
  const { draw, state } = context
  const { users, groups, clients, egresses, gateways } = state
  return draw.pick<() => Selector>([
    () => ({ kind: 'everyone' }),
    () => ({ kind: 'node', nodeId: someNode(context) }),
    () => ({ kind: 'tag', tag: draw.pick([tagName('web'), tagName('db')]) }),
    () => ({ kind: 'prefix', prefix: ipPrefix(draw.pick(['10.1.0.0/29', '10.0.0.0/8', 'fd01:0:0:1::/64'])) }),
    () =>
      users.size > 0
        ? { kind: 'user', userId: someOf(draw, largeMapKeys(users), userId('nobody')) }
        : { kind: 'everyone' },
    () =>
      groups.size > 0
        ? { kind: 'group', groupId: someOf(draw, largeMapKeys(groups), groupId('none')) }
        : { kind: 'everyone' },
    () =>
      clients.size > 0
        ? { kind: 'client', clientId: someOf(draw, largeMapKeys(clients), clientId('none')) }
        : { kind: 'everyone' },
    () =>
      egresses.size > 0
        ? { kind: 'egress', egressId: someOf(draw, largeMapKeys(egresses), egressId('none')) }
        : { kind: 'everyone' },
    () =>
      gateways.size > 0
        ? { kind: 'gateway-clients', gatewayId: someOf(draw, largeMapKeys(gateways), nodeId('none')) }
        : { kind: 'everyone' },
  ])()
}

const someSources = (context: CommandContext): readonly Selector[] =>
  Array.from({ length: 1 + context.draw.below(2) }, () => someSelector(context))

const someDestinations = (context: CommandContext): readonly DestinationSelector[] =>
  context.draw.oneIn(4)
    ? [{ kind: context.draw.pick(['own-devices', 'internet'] as const) }, someSelector(context)]
    : someSources(context)

const someTraffic = ({ draw }: CommandContext): readonly Traffic[] =>
  draw.pick<readonly Traffic[]>([
    [{ protocol: 'any' }],
    [
      { protocol: 'icmp' },
      {
        protocol: 'tcp',
        ports: [
          { first: 443, last: 443 },
          { first: 80, last: 81 },
        ],
      },
    ],
    [{ protocol: 'udp', ports: [] }],
  ])

const someEnd = (context: CommandContext): TestEnd => {
  const { draw, state } = context
  if (draw.oneIn(4)) return { kind: 'address', address: ipAddress(draw.pick(['192.0.2.1', '10.9.0.1', '2001:db8::1'])) }
  if (state.clients.size > 0 && draw.oneIn(3))
    return { kind: 'client', clientId: someOf(draw, largeMapKeys(state.clients), clientId('none')) }
  return { kind: 'node', nodeId: someNode(context) }
}

const isThere = {
  network: ({ networks }: CommandContext['state']) => networks.size > 0,
  node: ({ nodes }: CommandContext['state']) => nodes.size > 0,
  policy: ({ policies }: CommandContext['state']) => policies.size > 0,
  test: ({ policyTests }: CommandContext['state']) => policyTests.size > 0,
}

export const randomPolicyCommands: CommandMakers<PolicyCommand> = {
  makers: {
    AddPolicy: (context) => ({
      type: 'AddPolicy',
      atEpochMs: context.atEpochMs,
      policyId: context.draw.oneIn(12) ? somePolicy(context) : policyId(`policy-${context.serial}`),
      networkId: someNetwork(context),
      name: context.draw.oneIn(8) ? 'Web' : `Policy ${context.serial}`,
      sources: someSources(context),
      destinations: someDestinations(context),
      traffic: someTraffic(context),
      direction: context.draw.pick(['one-way', 'both']),
    }),
    UpdatePolicy: (context) => ({
      type: 'UpdatePolicy',
      atEpochMs: context.atEpochMs,
      policyId: somePolicy(context),
      ...(context.draw.oneIn(4) ? { enabled: context.draw.oneIn(2) } : {}),
      ...(context.draw.oneIn(2) ? { sources: someSources(context) } : {}),
      ...(context.draw.oneIn(2) ? { destinations: someDestinations(context) } : {}),
      ...(context.draw.oneIn(4) ? { traffic: someTraffic(context) } : {}),
    }),
    RemovePolicy: (context) => ({ type: 'RemovePolicy', atEpochMs: context.atEpochMs, policyId: somePolicy(context) }),
    AddPolicyTest: (context) => ({
      type: 'AddPolicyTest',
      atEpochMs: context.atEpochMs,
      policyTestId: context.draw.oneIn(12) ? someTest(context) : policyTestId(`test-${context.serial}`),
      networkId: someNetwork(context),
      name: context.draw.oneIn(8) ? 'Reachable' : `Test ${context.serial}`,
      from: someEnd(context),
      to: someEnd(context),
      ...context.draw.pick<Pick<PolicyTest, 'protocol' | 'port'>>([
        { protocol: 'tcp', port: 443 },
        { protocol: 'icmp', port: null },
        { protocol: 'udp', port: 53 },
        { protocol: 'tcp', port: null },
      ]),
      expect: context.draw.pick(['allow', 'deny']),
    }),
    RemovePolicyTest: (context) => ({
      type: 'RemovePolicyTest',
      atEpochMs: context.atEpochMs,
      policyTestId: someTest(context),
    }),
    SwitchDefaultPolicy: (context) => ({
      type: 'SwitchDefaultPolicy',
      atEpochMs: context.atEpochMs,
      networkId: someNetwork(context),
      everyoneAllowed: context.draw.oneIn(2),
    }),
  },
  weights: {
    AddPolicy: [6, isThere.network],
    UpdatePolicy: [4, isThere.policy],
    RemovePolicy: [1, isThere.policy],
    AddPolicyTest: [3, isThere.node],
    RemovePolicyTest: [1, isThere.test],
    SwitchDefaultPolicy: [2, isThere.network],
  },
}
