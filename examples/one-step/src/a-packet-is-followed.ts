/** A packet is followed, host by host, as the configs would carry it: what lets it through, and what stops another. */
import assert from 'node:assert/strict'
import {
  createTraceWorld,
  describeExplanation,
  explain,
  type HostId,
  hostId,
  ipAddress,
  type MeshCommand,
  networkId,
  nodeId,
  type Packet,
  type PacketOrigin,
  type PeerHealth,
  policyAllows,
  replay,
  type Trace,
  tracePacket,
  udpEndpoint,
} from '@meshfold/core'
import {
  eventsOf,
  sampleAddPolicy,
  sampleCreateMesh,
  sampleCreateNetwork,
  sampleJoinNetwork,
  sampleRegisterHost,
  sampleTime,
} from '@meshfold/core/testing'

const about = { atEpochMs: sampleTime }
const nodes = [1, 2, 3, 4].map((number) => nodeId(`node-1-${number}`))
const [node1 = assert.fail(), node2 = assert.fail(), node3 = assert.fail(), node4 = assert.fail()] = nodes
const commands: readonly MeshCommand[] = [
  { type: 'CreateGateway', ...about, nodeId: node1 },
  { type: 'CreateGateway', ...about, nodeId: node2 },
  { type: 'AssignRelay', ...about, nodeId: node3, gatewayIds: [node1, node2] },
  { type: 'SwitchDefaultPolicy', ...about, networkId: networkId('net-1'), everyoneAllowed: false },
  sampleAddPolicy(1, {
    name: 'Web',
    sources: [{ kind: 'node', nodeId: node3 }],
    destinations: [{ kind: 'node', nodeId: node4 }],
    traffic: [{ protocol: 'tcp', ports: [{ first: 443, last: 443 }] }],
    direction: 'one-way',
  }),
]
const registers = (number: number) =>
  sampleRegisterHost(number, {
    capabilities: ['forward', 'filter'],
    endpoints: [{ endpoint: udpEndpoint(`203.0.113.${number}:51821`), origin: 'declared' }],
  })
const state = replay(
  eventsOf(
    sampleCreateMesh(),
    sampleCreateNetwork(1, { range6: null }),
    ...[1, 2, 3, 4].map(registers),
    ...[1, 2, 3, 4].map((number) => sampleJoinNetwork(1, number)),
    ...commands,
  ),
)

const [gateway1, gateway2, laptop] = [hostId('host-1'), hostId('host-2'), hostId('host-3')]
const [laptopAddress, serverAddress] = [ipAddress('10.1.0.3'), ipAddress('10.1.0.4')]
const onLaptop: PacketOrigin = { kind: 'host', hostId: laptop }
const toServer = (port: number): Packet => ({
  source: laptopAddress,
  destination: serverAddress,
  traffic: { protocol: 'tcp', port },
})
const show = ({ hops, verdict }: Trace) => {
  for (const { hostId, action, why } of hops) console.log(`  ${hostId}: ${action}${why === null ? '' : `, ${why}`}`)
  return verdict.kind
}

console.log('Host 3, relayed by host 1, opens a connection to port 443 of host 4:')
// #region follow
const world = createTraceWorld(state)
const web = tracePacket(world, onLaptop, toServer(443))
assert.equal(show(web), 'delivered')
// #endregion

console.log('To port 22:')
const ssh = tracePacket(world, onLaptop, toServer(22))
assert.equal(show(ssh), 'dropped')

console.log('Host 1 takes the address of host 4 for a packet of its own, and sends it straight to host 2:')
// #region rogue
const rogue: PacketOrigin = { kind: 'rogue-host', hostId: gateway1, peer: gateway2 }
const forged = tracePacket(world, rogue, {
  ...toServer(443),
  source: serverAddress,
  destination: ipAddress('10.1.0.2'),
})
assert.equal(show(forged), 'dropped')
// #endregion

console.log('Host 1 is dead, and nobody has noticed:')
// #region dead
const dead = new Set([gateway1])
const unnoticed = tracePacket(createTraceWorld(state, { dead }), onLaptop, toServer(443))
assert.equal(show(unnoticed), 'dropped')
// #endregion

console.log('Host 3 has noticed, and the others follow its vector:')
// #region noticed
const isDown: PeerHealth = { state: 'down', roundTripMs: null }
const isUp: PeerHealth = { state: 'up', roundTripMs: 12 }
const found = new Map([
  [gateway1, isDown],
  [gateway2, isUp],
])
const healthOf = (viewer: HostId) => (viewer === laptop ? found : new Map<HostId, PeerHealth>())
const noticed = tracePacket(createTraceWorld(state, { dead, healthOf }), onLaptop, toServer(443))
assert.equal(show(noticed), 'delivered')
// #endregion

console.log('Told to people:')
// #region explain
const ends = [node3, node4].map((id) => ({ kind: 'node', nodeId: id }) as const)
const [from = assert.fail(), to = assert.fail()] = ends
for (const port of [443, 22]) {
  const told = explain(state, from, to, { protocol: 'tcp', port })
  assert(told !== undefined)
  for (const line of describeExplanation(state, told)) console.log(`  ${line}`)
}
// #endregion

// #region law
for (const port of [443, 22]) {
  const { traffic } = toServer(port)
  const source = { kind: 'node', nodeId: node3, address: laptopAddress } as const
  const destination = { kind: 'node', nodeId: node4, address: serverAddress } as const
  const { allowed } = policyAllows(state, networkId('net-1'), source, destination, traffic)
  assert.equal(tracePacket(world, onLaptop, toServer(port)).verdict.kind === 'delivered', allowed)
}
// #endregion
