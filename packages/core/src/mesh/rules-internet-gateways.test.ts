import { describe, expect, test } from 'vitest'
import {
  gatewayCreated,
  internetDisabled,
  internetEnabled,
  relayAssigned,
  relayMoved,
  relayUnassigned,
  routeAllSet,
  sampleAbleHost,
  sampleAssignRelay,
  sampleConnect,
  sampleCreateExit,
  sampleCreateGateway,
  sampleEnableInternet,
  sampleMeshOfSix,
  sampleNode,
  sampleRouteAll,
  sampleSetAutoGateway,
  sampleUnassignRelay,
} from '../testing/sample-gateways.js'
import { eventsOf, sampleJoinNetwork, sampleTime } from '../testing/sample-mesh.js'
import { meshSpecification as mesh } from '../testing/specification.js'
import { hostCapabilities, hostName } from '../values/index.js'
import { internetGatewayOf, routeAllTrafficOf } from './gateway-queries.js'
import { largeMapGet } from './large-map.js'
import type { MeshCommand } from './mesh-command.js'

const at = { atEpochMs: sampleTime } as const
/** Node 1 is a gateway. */
const one = [...sampleMeshOfSix, sampleCreateGateway(1)]
/** Node 1 is an internet gateway, node 2 a gateway. */
const exitAndPlain = [...sampleMeshOfSix, sampleCreateExit(1), sampleCreateGateway(2)]
const given = (...more: readonly MeshCommand[]) => mesh.given(eventsOf(...exitAndPlain, ...more))
const byInternet = { cause: 'internet-gateway' } as const
const three = { nodeId: sampleNode(3), name: hostName('machine-3') }
const disable = { type: 'DisableInternetGateway', ...at, nodeId: sampleNode(1) } as const

describe('an internet gateway', () => {
  test('D1 is a gateway on Linux that can masquerade', () => {
    const state = mesh
      .given(eventsOf(...one))
      .when(sampleEnableInternet(1))
      .then([internetEnabled(1)])
    expect(largeMapGet(state.gateways, sampleNode(1))?.internet).toBe(true)
    const machine = sampleAbleHost(7)
    const with7 = (changes: Parameters<typeof sampleAbleHost>[1]) =>
      mesh.given(eventsOf(...one, sampleAbleHost(7, changes), sampleJoinNetwork(1, 7), sampleCreateGateway(7)))
    for (const os of ['windows', 'macos'] as const)
      with7({ system: { ...machine.system, os } })
        .when(sampleEnableInternet(7))
        .thenRefused('internet-gateway-needs-linux', { name: machine.name, os })
    with7({ capabilities: hostCapabilities.filter((each) => each !== 'nat') })
      .when(sampleEnableInternet(7))
      .thenRefused('internet-gateway-needs-nat', { name: machine.name })
    mesh
      .given(eventsOf(...one))
      .when(sampleEnableInternet(2))
      .thenRefused('gateway-unknown', { nodeId: sampleNode(2) })
  })

  test.each(['linux', 'windows', 'macos'] as const)('D1 is used by nodes on %s', (os) => {
    const machine = sampleAbleHost(7, { system: { ...sampleAbleHost(7).system, os } })
    given(machine, sampleJoinNetwork(1, 7))
      .when(sampleAssignRelay(7, 1))
      .then([relayAssigned(7, [1])])
  })

  test('D7 is created with the nodes that use it, in one command', () => {
    mesh
      .given(eventsOf(...sampleMeshOfSix))
      .when(sampleCreateGateway(1, { internet: { connectNodeIds: [sampleNode(4), sampleNode(3)] } }))
      .then([
        gatewayCreated(1),
        internetEnabled(1),
        relayAssigned(3, [1], byInternet),
        relayAssigned(4, [1], byInternet),
      ])
    mesh
      .given(eventsOf(...one))
      .when(sampleEnableInternet(1, 3))
      .then([internetEnabled(1), relayAssigned(3, [1], byInternet)])
    given().when(sampleEnableInternet(1)).thenNothing()
    given()
      .when(sampleEnableInternet(1, 3))
      .then([relayAssigned(3, [1], byInternet)])
  })

  test('D7 its nodes are updated: some are connected, others disconnected', () => {
    given(sampleConnect(1, [3, 4]))
      .when(sampleConnect(1, [5], [3]))
      .then([relayUnassigned(3), relayAssigned(5, [1], byInternet)])
    given(sampleConnect(1, [3]))
      .when(sampleConnect(1, [3], [3]))
      .thenNothing()
    given()
      .when(sampleConnect(1, [], [3]))
      .thenNothing()
    given(sampleAssignRelay(3, 1, 2))
      .when(sampleConnect(1, [], [3]))
      .then([relayMoved(3, [2], 'internet-gateway')])
    given(sampleConnect(1, [3]), sampleRouteAll(3))
      .when(sampleConnect(1, [], [3]))
      .then([routeAllSet(3, false, 'relay-changed'), relayUnassigned(3)])
  })

  test('D7 connecting is refused for nodes that can not be relayed by it', () => {
    given()
      .when(sampleConnect(2, [3]))
      .thenRefused('internet-gateway-unknown', { nodeId: sampleNode(2) })
    given()
      .when(sampleConnect(4, [3]))
      .thenRefused('gateway-unknown', { nodeId: sampleNode(4) })
    given()
      .when(sampleConnect(1, [9]))
      .thenRefused('node-unknown', { nodeId: sampleNode(9) })
    given()
      .when(sampleConnect(1, [], [9]))
      .thenRefused('node-unknown', { nodeId: sampleNode(9) })
    given()
      .when(sampleConnect(1, [1]))
      .thenRefused('gateway-of-itself', { nodeId: sampleNode(1) })
    given()
      .when({ ...sampleConnect(1, []), connectNodeIds: [sampleNode(4, 2)] })
      .thenRefused('gateway-elsewhere', { nodeId: sampleNode(4, 2) })
    given(sampleSetAutoGateway(3))
      .when(sampleConnect(1, [], [3]))
      .thenRefused('relay-automatic', three)
  })

  test('D7 switched off: its nodes fall back to their own internet and stay relayed', () => {
    const state = given(sampleConnect(1, [3, 4]), sampleRouteAll(3))
      .when(disable)
      .then([routeAllSet(3, false, 'internet-gateway-disabled'), internetDisabled(1)])
    expect(largeMapGet(state.nodes, sampleNode(3))?.relay?.gatewayIds).toEqual([sampleNode(1)])
    expect(largeMapGet(state.gateways, sampleNode(1))?.internet).toBe(false)
    given(disable).when(disable).thenNothing()
    given()
      .when({ ...disable, nodeId: sampleNode(3) })
      .thenRefused('gateway-unknown')
  })

  test('D7 switched off: nodes with another internet gateway go there', () => {
    given(sampleCreateExit(5), sampleAssignRelay(3, 1, 5), sampleRouteAll(3))
      .when(disable)
      .then([internetDisabled(1)])
    given(sampleCreateExit(5), sampleSetAutoGateway(3), sampleRouteAll(3))
      .when(disable)
      .then([relayMoved(3, [5, 1, 2], 'internet-gateway'), internetDisabled(1)])
  })

  test('D7 D8 switched off: nodes that stayed closed while it was away are open again', () => {
    given(sampleSetAutoGateway(3), sampleRouteAll(3), { type: 'DisconnectNode', ...at, nodeId: sampleNode(1) })
      .when(disable)
      .then([routeAllSet(3, false, 'internet-gateway-disabled'), internetDisabled(1)])
  })

  test('D2 D7 F1 switched off: automatic nodes that could not use it and wait get it', () => {
    const exitElsewhere = sampleCreateExit(5, 2)
    const uses = { type: 'AssignRelay', ...at, nodeId: sampleNode(4, 2), gatewayIds: [sampleNode(5, 2)] } as const
    const only = eventsOf(...sampleMeshOfSix, sampleCreateExit(1), exitElsewhere, uses, sampleSetAutoGateway(4))
    expect(only.at(-1)).toEqual(relayAssigned(4, [], { mode: 'auto' }))
    mesh
      .given(only)
      .when(disable)
      .then([internetDisabled(1), relayMoved(4, [1], 'gateway-came')])
  })
})

describe('a node that uses an internet gateway', () => {
  test('D4 is relayed by it, and sends only what is for the mesh there', () => {
    const state = given()
      .when(sampleAssignRelay(3, 1))
      .then([relayAssigned(3, [1])])
    const node = largeMapGet(state.nodes, sampleNode(3))
    expect(node?.routeAllTraffic).toBe(false)
    expect(internetGatewayOf(state, sampleNode(3))).toEqual({ gatewayId: sampleNode(1), by: 'own' })
  })

  test('D4 sends everything there once that is switched on, and no longer once it is off', () => {
    const state = given(sampleAssignRelay(3, 1))
      .when(sampleRouteAll(3))
      .then([routeAllSet(3, true)])
    const node = largeMapGet(state.nodes, sampleNode(3))
    expect(node && routeAllTrafficOf(state, node)).toBe('on')
    given(sampleAssignRelay(3, 1), sampleRouteAll(3)).when(sampleRouteAll(3)).thenNothing()
    given(sampleAssignRelay(3, 1), sampleRouteAll(3))
      .when(sampleRouteAll(3, false))
      .then([routeAllSet(3, false)])
    given().when(sampleRouteAll(3, false)).thenNothing()
  })

  test('D4 needs one in its list, and a driver that can', () => {
    given().when(sampleRouteAll(3)).thenRefused('route-all-needs-internet-gateway', three)
    given(sampleAssignRelay(3, 2)).when(sampleRouteAll(3)).thenRefused('route-all-needs-internet-gateway', three)
    given().when(sampleRouteAll(9)).thenRefused('node-unknown')
    given(
      sampleAbleHost(7, { capabilities: hostCapabilities.filter((each) => each !== 'full-tunnel') }),
      sampleJoinNetwork(1, 7),
      sampleAssignRelay(7, 1),
    )
      .when(sampleRouteAll(7))
      .thenRefused('full-tunnel-unsupported', { hostName: hostName('machine-7') })
  })

  test('D4 at most one node of a host sends everything', () => {
    // Its internet gateways are all away, and it stays closed: the host may use another one meanwhile, but in split tunnel.
    const closed = [
      sampleSetAutoGateway(4),
      sampleRouteAll(4),
      { type: 'DisconnectNode', ...at, nodeId: sampleNode(1) },
      sampleCreateExit(5, 2),
      { type: 'AssignRelay', ...at, nodeId: sampleNode(4, 2), gatewayIds: [sampleNode(5, 2)] },
    ] as const
    given(...closed)
      .when({ ...sampleRouteAll(4), nodeId: sampleNode(4, 2) })
      .thenRefused('route-all-elsewhere', { nodeId: sampleNode(4), networkName: 'office-1' })
  })

  test('D4 D7 falls back to its own internet when it is unassigned, or assigned elsewhere', () => {
    const routing = given(sampleAssignRelay(3, 1), sampleRouteAll(3))
    routing.when(sampleUnassignRelay(3)).then([routeAllSet(3, false, 'relay-changed'), relayUnassigned(3)])
    routing.when(sampleAssignRelay(3, 2)).then([routeAllSet(3, false, 'relay-changed'), relayAssigned(3, [2])])
    routing.when(sampleAssignRelay(3, 2, 1)).then([relayAssigned(3, [2, 1])])
  })

  test('D5 says what stays outside its tunnel, and what happens while its gateway is gone', () => {
    const tunnel = { whenGatewayGone: 'allow', localNetwork: 'inside', dns: 'keep' } as const
    const change = { type: 'UpdateNodeTraits', ...at, nodeId: sampleNode(3), tunnel } as const
    const traits = { autoRelay: 'allowed', ownLan: 'own' } as const
    given()
      .when(change)
      .then([{ ...change, ...traits, type: 'NodeTraitsUpdated' }])
    given()
      .when({ ...change, tunnel: { dns: 'keep' } })
      .then([
        {
          ...change,
          ...traits,
          type: 'NodeTraitsUpdated',
          tunnel: { whenGatewayGone: 'block', localNetwork: 'outside', dns: 'keep' },
        },
      ])
    given(change).when(change).thenNothing()
  })
})
