import { describe, expect, test } from 'vitest'
import {
  gatewayCreated,
  internetEnabled,
  relayAssigned,
  relayMoved,
  relayUnassigned,
  sampleAssignRelay,
  sampleConnect,
  sampleCreateExit,
  sampleCreateGateway,
  sampleEnableInternet,
  sampleMeshOfSix,
  sampleNode,
  sampleSetAutoGateway,
} from '../testing/sample-gateways.js'
import { eventsOf, sampleAddEgress, sampleTime } from '../testing/sample-mesh.js'
import { meshSpecification as mesh } from '../testing/specification.js'
import { egressId, hostId, hostName, ipPrefix, networkId } from '../values/index.js'
import type { AddEgress } from './commands/add-egress.js'
import type { AssignRelay } from './commands/assign-relay.js'
import type { MeshCommand } from './mesh-command.js'

const at = { atEpochMs: sampleTime } as const
/** Internet gateways: node 1 of network 1, and the node of host 6 in network 2. Node 2 of network 1 is a gateway. Hosts 4 to 6 are in both. */
const exits = [...sampleMeshOfSix, sampleCreateExit(1), sampleCreateExit(6, 2), sampleCreateGateway(2)]
const given = (...more: readonly MeshCommand[]) => mesh.given(eventsOf(...exits, ...more))
/** In network 2. */
const assignInTwo = (host: number, gateway: number): AssignRelay => ({
  type: 'AssignRelay',
  ...at,
  nodeId: sampleNode(host, 2),
  gatewayIds: [sampleNode(gateway, 2)],
})
const concerned = (...hosts: readonly number[]) => ({
  hosts: hosts.map((host) => hostName(`machine-${host}`)),
  count: hosts.length,
})
const four = { nodeId: sampleNode(4), name: hostName('machine-4') }
const uses = assignInTwo(4, 6)
const exitEgress = (host: number): AddEgress =>
  sampleAddEgress(1, {
    ranges: [ipPrefix('0.0.0.0/0'), ipPrefix('::/0')],
    routers: [{ nodeId: sampleNode(host) }],
  })

describe('a host uses one internet gateway at most, whatever networks it is in', () => {
  test('D2 assigning a second one is refused, with the host named, as standby too', () => {
    given(uses).when(sampleAssignRelay(4, 1)).thenRefused('internet-gateway-second', concerned(4))
    given(uses)
      .when(sampleAssignRelay(4, 2, 1))
      .thenRefused('internet-gateway-second', concerned(4))
    given(uses)
      .when(sampleAssignRelay(4, 2))
      .then([relayAssigned(4, [2])])
    given(uses, { type: 'UnassignRelay', ...at, nodeId: sampleNode(4, 2) })
      .when(sampleAssignRelay(4, 1))
      .then([relayAssigned(4, [1])])
  })

  test('D2 the assignment counts, also of two in one list', () => {
    given(sampleCreateExit(3))
      .when(sampleAssignRelay(5, 1, 3))
      .then([relayAssigned(5, [1, 3])])
    given(sampleCreateExit(3), sampleAssignRelay(5, 3, 1))
      .when(assignInTwo(5, 6))
      .thenRefused('internet-gateway-second', concerned(5))
  })

  test('D2 connecting nodes names all hosts that would have two', () => {
    given(uses, assignInTwo(5, 6))
      .when(sampleConnect(1, [3, 4, 5]))
      .thenRefused('internet-gateway-second', concerned(4, 5))
    mesh
      .given(eventsOf(...sampleMeshOfSix, sampleCreateExit(6, 2), uses))
      .when(sampleCreateGateway(1, { internet: { connectNodeIds: [sampleNode(4)] } }))
      .thenRefused('internet-gateway-second', concerned(4))
  })

  test('D2 a gateway is not let lead to the internet while a host that is relayed by it uses another', () => {
    const relayed = [uses, assignInTwo(5, 6), sampleAssignRelay(4, 2), sampleAssignRelay(5, 2)]
    given(...relayed, sampleAssignRelay(3, 2))
      .when(sampleEnableInternet(2))
      .thenRefused('internet-gateway-second', concerned(4, 5))
    given(sampleAssignRelay(3, 2))
      .when(sampleEnableInternet(2))
      .then([internetEnabled(2)])
  })

  test('D2 automatic lists leave such gateways out, and lose one that begins to lead to the internet', () => {
    given(uses)
      .when(sampleSetAutoGateway(4))
      .then([relayAssigned(4, [2], { mode: 'auto' })])
    given(uses, sampleSetAutoGateway(4), sampleCreateGateway(3))
      .when(sampleEnableInternet(2))
      .then([relayMoved(4, [3], 'internet-gateway'), internetEnabled(2)])
    given(sampleSetAutoGateway(3))
      .when(sampleEnableInternet(2))
      .then([internetEnabled(2)])
  })

  test('D2 nor do they get it by a new order', () => {
    const evidence = { handshakeAgeMs: null, missedProbes: 0, measured: [] }
    given(uses, sampleSetAutoGateway(4))
      .when({ type: 'RankGateways', ...at, nodeId: four.nodeId, gatewayIds: [sampleNode(2), sampleNode(1)], evidence })
      .thenRefused('internet-gateway-second', concerned(4))
  })

  test('D2 nor by sending everything', () => {
    given(uses, sampleSetAutoGateway(4))
      .when({ type: 'SetRouteAllTraffic', ...at, nodeId: four.nodeId, routeAllTraffic: true })
      .thenRefused('internet-gateway-second', concerned(4))
  })

  test('D2 F1 automatic nodes that waited only for that get one when their host uses no other any more', () => {
    const waiting = [
      ...sampleMeshOfSix,
      sampleCreateExit(1),
      sampleCreateExit(6, 2),
      uses,
      sampleSetAutoGateway(4),
    ] as const
    const came = relayMoved(4, [1], 'gateway-came')
    const inTwo = { nodeId: sampleNode(4, 2) }
    mesh
      .given(eventsOf(...waiting))
      .when({ type: 'UnassignRelay', ...at, ...inTwo })
      .then([{ ...relayUnassigned(4), ...inTwo }, came])
    mesh
      .given(eventsOf(...waiting))
      .when({ type: 'RemoveNode', ...at, ...inTwo })
      .then([
        { ...relayUnassigned(4, 'node-left'), ...inTwo },
        {
          type: 'NodeLeft',
          ...at,
          ...inTwo,
          networkId: networkId('net-2'),
          hostId: hostId('host-4'),
          cause: 'removed',
        },
        came,
      ])
  })
})

describe('no chain of internet gateways', () => {
  test('D3 a host that is one uses none', () => {
    given()
      .when({ ...sampleAssignRelay(6, 1) })
      .thenRefused('internet-gateway-chained', { ...concerned(6), reason: 'is-internet-gateway' })
    given()
      .when(sampleConnect(1, [3, 6]))
      .thenRefused('internet-gateway-chained', { ...concerned(6), reason: 'is-internet-gateway' })
    given(sampleAssignRelay(6, 2))
      .when(sampleEnableInternet(2))
      .thenRefused('internet-gateway-chained', { ...concerned(6), reason: 'is-internet-gateway' })
    given()
      .when(sampleSetAutoGateway(6))
      .then([relayAssigned(6, [2], { mode: 'auto' })])
  })

  test('D3 E4 E10 a host that routes /0 uses none, and the other way round', () => {
    given(exitEgress(3))
      .when(sampleAssignRelay(3, 1))
      .thenRefused('internet-gateway-chained', { ...concerned(3), reason: 'routes-internet' })
    given(sampleAssignRelay(3, 1))
      .when(exitEgress(3))
      .thenRefused('internet-egress-chained', { name: hostName('machine-3') })
    given(exitEgress(3))
      .when(sampleSetAutoGateway(3))
      .then([relayAssigned(3, [2], { mode: 'auto' })])
  })
})

test('E10 one node is gateway, internet gateway and router of a site and of /0 at once', () => {
  const site = sampleAddEgress(7, { ranges: [ipPrefix('192.168.7.0/24')], routers: [{ nodeId: sampleNode(1) }] })
  expect(eventsOf(...exits, site, { ...exitEgress(1), egressId: egressId('egress-8') }).slice(-2)).toMatchObject([
    { type: 'EgressAdded', egressId: egressId('egress-7') },
    { type: 'EgressAdded', egressId: egressId('egress-8') },
  ])
  mesh
    .given(eventsOf(...sampleMeshOfSix, site, exitEgress(1)))
    .when(sampleCreateExit(1))
    .then([gatewayCreated(1), internetEnabled(1)])
})
