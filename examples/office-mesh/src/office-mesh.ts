/** A mesh to ask questions about: two gateways, a web farm, a database, a lab behind a router, laptops and a phone. */
import {
  type EpochMs,
  egressId,
  epochMs,
  hostCapabilities,
  hostName,
  ipPrefix,
  type MeshCommand,
  type NodeId,
  networkId,
  networkName,
  nodeId,
  policyId,
  tagName,
  udpEndpoint,
} from '@meshfold/core'
import {
  eventsOf,
  sampleAddClient,
  sampleAddEgress,
  sampleAddPolicy,
  sampleCreateMesh,
  sampleCreateNetwork,
  sampleJoinNetwork,
  sampleRegisterHost,
} from '@meshfold/core/testing'

/** A time of the mesh's first days, in November 2026, by UTC. */
export const on = (day: number, hour = 0, minute = 0): EpochMs => epochMs(Date.UTC(2026, 10, day, hour, minute))

/** The machines by their number in the mesh. */
export const machines = [
  'frankfurt',
  'lisbon',
  'web-1',
  'web-2',
  'database',
  'lab-router',
  'laptop-1',
  'laptop-2',
] as const

/** The node that a machine has in the office's network. */
export const nodeOf = (machine: (typeof machines)[number]): NodeId => nodeId(`node-1-${machines.indexOf(machine) + 1}`)

/** The office's only network. */
export const office = networkId('net-1')
/** Those who work in the office: laptops, and the phone. */
export const officeTag = tagName('office')
const [web, data] = [tagName('web'), tagName('database')]

const atEpochMs = on(18, 9)
const joined = machines.flatMap((name, at): readonly MeshCommand[] => [
  sampleRegisterHost(at + 1, {
    atEpochMs,
    name: hostName(name),
    capabilities: hostCapabilities,
    endpoints: [{ endpoint: udpEndpoint(`203.0.113.${at + 1}:51821`), origin: 'declared' }],
  }),
  sampleJoinNetwork(1, at + 1, { atEpochMs }),
])
const tagged = (tag: typeof web, ...names: readonly (typeof machines)[number][]): readonly MeshCommand[] =>
  names.map((name) => ({ type: 'AssignTag', atEpochMs, memberId: nodeOf(name), tag }))
const tcp = (port: number) => [{ protocol: 'tcp', ports: [{ first: port, last: port }] }] as const

/** How the office was set up, at nine o'clock of the 18th. */
export const setUp: readonly MeshCommand[] = [
  { ...sampleCreateMesh(), atEpochMs },
  sampleCreateNetwork(1, { atEpochMs, name: networkName('office'), range4: ipPrefix('10.20.0.0/24'), range6: null }),
  ...joined,
  { type: 'CreateGateway', atEpochMs, nodeId: nodeOf('frankfurt') },
  { type: 'CreateGateway', atEpochMs, nodeId: nodeOf('lisbon') },
  { type: 'AssignRelay', atEpochMs, nodeId: nodeOf('laptop-1'), gatewayIds: [nodeOf('frankfurt'), nodeOf('lisbon')] },
  sampleAddClient(1, { atEpochMs, name: hostName('phone') }),
  sampleAddEgress(1, {
    atEpochMs,
    name: 'Lab',
    ranges: [ipPrefix('192.168.50.0/24')],
    routers: [{ nodeId: nodeOf('lab-router') }],
  }),
  ...tagged(web, 'web-1', 'web-2'),
  ...tagged(data, 'database'),
  ...tagged(officeTag, 'laptop-1', 'laptop-2'),
  sampleAddPolicy(1, {
    atEpochMs,
    policyId: policyId('browse'),
    name: 'The office browses',
    sources: [{ kind: 'tag', tag: officeTag }],
    destinations: [{ kind: 'tag', tag: web }],
    traffic: tcp(443),
    direction: 'one-way',
  }),
  sampleAddPolicy(2, {
    atEpochMs,
    policyId: policyId('queries'),
    name: 'The web farm queries',
    sources: [{ kind: 'tag', tag: web }],
    destinations: [{ kind: 'tag', tag: data }],
    traffic: tcp(5432),
    direction: 'one-way',
  }),
  sampleAddPolicy(3, {
    atEpochMs,
    policyId: policyId('lab'),
    name: 'The office works in the lab',
    sources: [{ kind: 'tag', tag: officeTag }],
    destinations: [{ kind: 'egress', egressId: egressId('egress-1') }],
    direction: 'one-way',
  }),
  { type: 'SwitchDefaultPolicy', atEpochMs, networkId: office, everyoneAllowed: false },
]

/** What followed. */
export const beginning = eventsOf(...setUp)
