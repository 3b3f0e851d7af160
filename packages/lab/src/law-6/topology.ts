/** Random meshes for law 6, as commands: what the rules refuse is left out. */
import { type IpPrefix, type MeshCommand, networkId } from '@meshfold/core'
import {
  sampleAddClient,
  sampleAddEgress,
  sampleAddPolicy,
  sampleCreateNetwork,
  sampleJoinNetwork,
  sampleTime,
} from '@meshfold/core/testing'
import { type Plan, planOf } from './plan.js'
import { node, Reading, user } from './reading.js'
import {
  additionalAddress,
  aroundSites,
  aroundUplinks,
  commonRanges,
  everything,
  ownRanges,
  siteInterface,
  virtualRanges,
} from './sites.js'
import { ownersOf, peopleOf, waysOutOf } from './ways-out.js'

const at = { atEpochMs: sampleTime } as const

/** Commands that fit hosts 1 to `hosts`, which are registered already; rules may refuse some of them. */
export interface Topology {
  readonly hosts: number
  readonly commands: readonly MeshCommand[]
}

const commandsOf = (plan: Plan): readonly MeshCommand[] => {
  const read = new Reading(plan)
  return [
    ...joining(read),
    ...peopleOf(),
    ...ownersOf(read),
    ...carrying(read),
    ...waysOutOf(read),
    ...plan.egresses.map((each, index) => egressCommand(read, each, index)),
    ...plan.clients.flatMap((each, index) => clientCommands(read, each, index)),
    ...plan.tagged.map(
      ({ at: number, network: of, tag }): MeshCommand => ({
        type: 'AssignTag',
        ...at,
        memberId: read.node(number, of),
        tag,
      }),
    ),
    ...plan.policies.map((each, index) => policyCommand(read, each, index)),
    ...plan.everyoneAllowed.map(
      (everyoneAllowed, index): MeshCommand => ({
        type: 'SwitchDefaultPolicy',
        ...at,
        networkId: networkId(`net-${index + 1}`),
        everyoneAllowed,
      }),
    ),
  ]
}

const joining = (read: Reading): readonly MeshCommand[] => [
  sampleCreateNetwork(1, {
    ...(read.plan.families === 'ipv4' && { range6: null }),
    ...(read.plan.families === 'ipv6' && { range4: null }),
    ...settingsOf(read),
  }),
  sampleCreateNetwork(2, settingsOf(read)),
  ...Array.from({ length: read.plan.hosts }, (_, index) => sampleJoinNetwork(1, index + 1)),
  ...read.hosts(read.plan.inSecond).map((each) => sampleJoinNetwork(2, each)),
]

const settingsOf = ({ plan }: Reading) => ({
  settings: {
    ...sampleCreateNetwork().settings,
    gatewayBehindInternetGateway: plan.ways.cascades ? ('cascade' as const) : ('refuse' as const),
  },
})

/** Gateways, who is relayed, and which pairs use a relay. */
const carrying = (read: Reading): readonly MeshCommand[] => [
  ...read.plan.gateways.map(
    ({ at: number, network: of }): MeshCommand => ({ type: 'CreateGateway', ...at, nodeId: read.node(number, of) }),
  ),
  ...read.plan.relayed.map(
    ({ at: number, by, network: of }): MeshCommand => ({
      type: 'AssignRelay',
      ...at,
      nodeId: read.node(number, of),
      gatewayIds: read.gateways(by, of),
    }),
  ),
  ...read.plan.pairs.map(
    ({ one, other, by }): MeshCommand => ({
      type: 'EngageAutoRelay',
      ...at,
      oneNodeId: read.node(one, 1),
      otherNodeId: read.node(other, 1),
      gatewayIds: read.gateways(by, 1),
      evidence: { handshakeAgeMs: null, missedProbes: 3, measured: [] },
    }),
  ),
]

type EgressKind = Plan['egresses'][number]['kind']

const rangesOf = (kind: EgressKind, router: number): readonly IpPrefix[] => {
  const [provider = [], within = []] = aroundUplinks
  switch (kind) {
    case 'everything':
      return everything
    case 'around sites':
      return aroundSites
    case 'provider':
      return provider
    case 'within provider':
      return within
    case 'own':
      return ownRanges(router).map(({ prefix }) => prefix)
    case 'common':
    case 'virtual':
      return commonRanges.map(({ prefix }) => prefix)
  }
}

/** They lead by the uplink, or by several links. */
const unnamedKinds: readonly EgressKind[] = ['everything', 'provider', 'within provider']

/** A range of its own has one router; what every site has, and the internet, may have two: metrics tell which one is used. */
const egressCommand = (
  read: Reading,
  { kind, routers, nat, isNamed, restricted, network: of }: Plan['egresses'][number],
  index: number,
): MeshCommand => {
  const hosts = read.hosts(routers)
  const [first = 1] = hosts
  return sampleAddEgress(index + 1, {
    networkId: networkId(`net-${of}`),
    ranges: rangesOf(kind, first),
    virtualRanges: kind === 'virtual' ? virtualRanges(first) : null,
    routers: hosts.slice(0, kind === 'own' || kind === 'virtual' ? 1 : 2).map((each, rank) => ({
      nodeId: node(each, of),
      metric: 10 * (rank + 1),
      // What leads everywhere leads to LANs as well, by other interfaces than the uplink's, of which the tracer knows nothing.
      ...(isNamed && !unnamedKinds.includes(kind) && { interfaceName: siteInterface }),
    })),
    nat,
    restricted,
    returnRoute: nat ? 'none' : 'external',
  })
}

const clientCommands = (
  read: Reading,
  { at: number, fullTunnel, hasMore, owner }: Plan['clients'][number],
  index: number,
): readonly MeshCommand[] =>
  read.gateways([number], 1).map((gatewayId) =>
    sampleAddClient(index + 1, {
      gatewayId,
      fullTunnel,
      ...(hasMore && { additionalAddresses: [additionalAddress(index + 1)] }),
      ...(owner !== null && { ownerUserId: user(owner) }),
    }),
  )

const policyCommand = (
  read: Reading,
  { network: of, sources, destinations, traffic: entries, isOneWay }: Plan['policies'][number],
  index: number,
): MeshCommand =>
  sampleAddPolicy(index + 1, {
    networkId: networkId(`net-${of}`),
    sources: sources.map((each) => read.selector(each, of)),
    destinations: destinations.map((each) => read.destination(each, of)),
    traffic: entries,
    direction: isOneWay ? 'one-way' : 'both',
  })

/** Topology `run` of a seed: the same on every machine. */
export function topologyOf(seed: number, run: number): Topology {
  const plan = planOf(seed, run)
  return { hosts: plan.hosts, commands: commandsOf(plan) }
}
