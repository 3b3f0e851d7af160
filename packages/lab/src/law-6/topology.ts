/** Random meshes for law 6, as commands: what the rules refuse is left out. */
import { clientId, egressId, type MeshCommand, type NodeId, networkId, nodeId, type Selector } from '@meshfold/core'
import {
  sampleAddClient,
  sampleAddEgress,
  sampleAddPolicy,
  sampleCreateNetwork,
  sampleJoinNetwork,
  sampleTime,
} from '@meshfold/core/testing'
import { blue, type Plan, type PlannedSelector, planOf, red } from './plan.js'
import { commonRanges, mostClients, ownRanges, siteInterface, virtualRanges } from './sites.js'

const at = { atEpochMs: sampleTime } as const
const node = (host: number, network = 1) => nodeId(`node-${network}-${host}`)

/** Commands that fit hosts 1 to `hosts`, which are registered already; rules may refuse some of them. */
export interface Topology {
  readonly hosts: number
  readonly commands: readonly MeshCommand[]
}

/** Reads a plan's numbers: as hosts that are there, and as gateways where there are any. */
class Reading {
  constructor(readonly plan: Plan) {}

  host(number: number): number {
    return 1 + (number % this.plan.hosts)
  }

  hosts(numbers: readonly number[]): readonly number[] {
    return [...new Set(numbers.map((each) => this.host(each)))]
  }

  node(number: number, of: number): NodeId {
    return node(this.host(number), of)
  }

  gateways(numbers: readonly number[], of: number): readonly NodeId[] {
    const there = this.plan.gateways.filter((each) => each.network === of)
    const found = numbers.map((each) => there[each % Math.max(there.length, 1)]?.at ?? each)
    return this.hosts(found).map((each) => node(each, of))
  }

  selector({ kind, at: number }: PlannedSelector, of: number): Selector {
    const [prefix] = ownRanges(this.host(number))
    if (kind === 'tag') return { kind, tag: number % 2 === 0 ? red : blue }
    if (kind === 'node') return { kind, nodeId: this.node(number, of) }
    if (kind === 'egress') return { kind, egressId: egressId(`egress-${1 + (number % 3)}`) }
    if (kind === 'client') return { kind, clientId: clientId(`client-${1 + (number % mostClients)}`) }
    if (kind === 'gateway-clients') return { kind, gatewayId: this.gateways([number], of)[0] ?? this.node(number, of) }
    if (kind === 'prefix' && prefix !== undefined) return { kind, prefix: prefix.prefix }
    return { kind: 'everyone' }
  }
}

const commandsOf = (plan: Plan): readonly MeshCommand[] => {
  const read = new Reading(plan)
  return [
    ...joining(read),
    ...carrying(read),
    ...plan.egresses.map((each, index) => egressCommand(read, each, index)),
    ...plan.clientsAt.flatMap((each, index) =>
      read.gateways([each], 1).map((gatewayId) => sampleAddClient(index + 1, { gatewayId })),
    ),
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
  }),
  sampleCreateNetwork(2),
  ...Array.from({ length: read.plan.hosts }, (_, index) => sampleJoinNetwork(1, index + 1)),
  ...read.hosts(read.plan.inSecond).map((each) => sampleJoinNetwork(2, each)),
]

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

/** A range of its own has one router; what every site has may have several, among which viewers choose where there is NAT. */
const egressCommand = (
  read: Reading,
  { kind, routers, nat, isNamed, restricted, network: of }: Plan['egresses'][number],
  index: number,
): MeshCommand => {
  const hosts = read.hosts(routers)
  const [first = 1] = hosts
  return sampleAddEgress(index + 1, {
    networkId: networkId(`net-${of}`),
    ranges: (kind === 'own' ? ownRanges(first) : commonRanges).map(({ prefix }) => prefix),
    virtualRanges: kind === 'virtual' ? virtualRanges(first) : null,
    routers: hosts.slice(0, kind === 'common' && nat ? 2 : 1).map((each, rank) => ({
      nodeId: node(each, of),
      metric: 10 * (rank + 1),
      ...(isNamed && { interfaceName: siteInterface }),
    })),
    nat,
    restricted,
    returnRoute: nat ? 'none' : 'external',
  })
}

const policyCommand = (
  read: Reading,
  { network: of, sources, destinations, traffic: entries, isOneWay }: Plan['policies'][number],
  index: number,
): MeshCommand =>
  sampleAddPolicy(index + 1, {
    networkId: networkId(`net-${of}`),
    sources: sources.map((each) => read.selector(each, of)),
    destinations: destinations.map((each) => read.selector(each, of)),
    traffic: entries,
    direction: isOneWay ? 'one-way' : 'both',
  })

/** Topology `run` of a seed: the same on every machine. */
export function topologyOf(seed: number, run: number): Topology {
  const plan = planOf(seed, run)
  return { hosts: plan.hosts, commands: commandsOf(plan) }
}
