/**
 * Histories that begin in the middle: three networks with gateways, relayed nodes, an internet gateway, clients, egresses, users and
 * policies, which commands of every type then change. From an empty mesh few random histories come so far.
 */
import type fc from 'fast-check'
import { evolveAll } from '../../mesh/evolve.js'
import type { MeshCommand } from '../../mesh/mesh-command.js'
import type { MeshEvent } from '../../mesh/mesh-event.js'
import { defaultNetworkSettings, emptyMeshState } from '../../mesh/mesh-state.js'
import {
  groupId,
  hostCapabilities,
  hostId,
  ipPrefix,
  networkId,
  nodeId,
  tagName,
  udpEndpoint,
  userId,
} from '../../values/index.js'
import {
  eventsOf,
  sampleAddClient,
  sampleAddEgress,
  sampleAddGroup,
  sampleAddPolicy,
  sampleAddUser,
  sampleCreateMesh,
  sampleCreateNetwork,
  sampleJoinNetwork,
  sampleRegisterHost,
  sampleTime,
} from '../sample-mesh.js'
import { type MeshHistory, meshHistory } from './mesh.js'

const at = { atEpochMs: sampleTime } as const
const cascading = { ...defaultNetworkSettings, gatewayBehindInternetGateway: 'cascade' } as const

const machine = (number: number): MeshCommand =>
  sampleRegisterHost(number, {
    capabilities: hostCapabilities,
    endpoints: [{ endpoint: udpEndpoint(`203.0.113.${number}:51821`), origin: 'declared' }],
  })

const gateway = (id: string): MeshCommand => ({ type: 'CreateGateway', ...at, nodeId: nodeId(id) })

const relayed = (id: string, ...gateways: readonly string[]): MeshCommand => ({
  type: 'AssignRelay',
  ...at,
  nodeId: nodeId(id),
  gatewayIds: gateways.map(nodeId),
})

const [red, blue] = [tagName('red'), tagName('blue')]

const tagged = (memberId: string, tag: typeof red): MeshCommand => ({
  type: 'AssignTag',
  ...at,
  memberId: nodeId(memberId),
  tag,
})

/** Seven hosts, each in one or two of three networks; the default policy of the first is off, so that its policies decide. */
export const busyMeshBeginning: readonly MeshEvent[] = eventsOf(
  sampleCreateMesh(),
  sampleCreateNetwork(1),
  sampleCreateNetwork(2, { settings: cascading }),
  sampleCreateNetwork(3),
  sampleAddUser(1, { role: 'admin' }),
  sampleAddUser(2, { networkIds: [networkId('net-1'), networkId('net-2')] }),
  sampleAddGroup(1),
  {
    type: 'ChangeGroupMembers',
    ...at,
    groupId: groupId('group-1'),
    add: [userId('user-2')],
    remove: [],
    byUserId: null,
  },
  ...[1, 2, 3, 4, 5, 6, 7].map(machine),
  ...[1, 2, 3, 4, 5, 6].map((host) => sampleJoinNetwork(1, host)),
  ...[3, 5, 7].map((host) => sampleJoinNetwork(2, host)),
  ...[6, 7].map((host) => sampleJoinNetwork(3, host)),
  { type: 'SetHostOwner', ...at, hostId: hostId('host-3'), userId: userId('user-2') },
  gateway('node-1-1'),
  gateway('node-1-2'),
  gateway('node-2-7'),
  { type: 'EnableInternetGateway', ...at, nodeId: nodeId('node-1-2'), connectNodeIds: [] },
  relayed('node-1-4', 'node-1-1', 'node-1-2'),
  relayed('node-2-5', 'node-2-7'),
  sampleAddClient(1, { additionalAddresses: [ipPrefix('172.16.1.1/32')] }),
  sampleAddClient(2, { gatewayId: nodeId('node-1-2'), prefixesBehind: [ipPrefix('172.17.1.0/24')] }),
  sampleAddClient(3, { gatewayId: nodeId('node-2-7') }),
  sampleAddEgress(1, { routers: [{ nodeId: nodeId('node-1-3') }, { nodeId: nodeId('node-1-5') }] }),
  sampleAddEgress(2, {
    ranges: [ipPrefix('192.168.2.0/24')],
    virtualRanges: [ipPrefix('100.64.2.0/24')],
    routers: [{ nodeId: nodeId('node-1-4') }],
    nat: false,
  }),
  tagged('node-1-3', red),
  tagged('node-1-4', blue),
  sampleAddPolicy(1, { sources: [{ kind: 'tag', tag: red }], destinations: [{ kind: 'everyone' }] }),
  sampleAddPolicy(2, {
    sources: [{ kind: 'everyone' }],
    destinations: [{ kind: 'tag', tag: blue }, { kind: 'internet' }],
    traffic: [{ protocol: 'tcp', ports: [{ first: 443, last: 443 }] }],
  }),
  { type: 'SwitchDefaultPolicy', ...at, networkId: networkId('net-1'), everyoneAllowed: false },
)

/** Commands of every type on from {@link busyMeshBeginning}; 40 at most unless told. */
export const busyMeshHistory = (maxCommands = 40): fc.Arbitrary<MeshHistory> =>
  meshHistory({ maxCommands, start: evolveAll(emptyMeshState(), busyMeshBeginning) })
