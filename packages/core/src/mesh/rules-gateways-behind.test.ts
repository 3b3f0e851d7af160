import { describe, expect, test } from 'vitest'
import {
  gatewayCreated,
  gatewayRemoved,
  internetDisabled,
  relayAssigned,
  relayMoved,
  relayUnassigned,
  routeAllSet,
  sampleAbleHost,
  sampleAssignRelay,
  sampleCascadingMesh,
  sampleConnect,
  sampleCreateExit,
  sampleCreateGateway,
  sampleEnableInternet,
  sampleEngage,
  sampleMeshOfSix,
  sampleNode,
  sampleRemoveGateway,
  sampleRouteAll,
  sampleSetAutoGateway,
  sampleUnassignRelay,
} from '../testing/sample-gateways.js'
import {
  eventsOf,
  sampleCreateEnrollmentKey,
  sampleCreateNetwork,
  sampleEnrollHost,
  sampleJoinNetwork,
  sampleTime,
} from '../testing/sample-mesh.js'
import { meshSpecification as mesh } from '../testing/specification.js'
import { hostName, networkId, networkName } from '../values/index.js'
import type { AssignRelay } from './commands/assign-relay.js'
import type { UpdateNetwork } from './commands/update-network.js'
import { internetGatewayOf, routeAllTrafficOf } from './gateway-queries.js'
import { largeMapGet } from './large-map.js'
import type { MeshCommand } from './mesh-command.js'
import { defaultNetworkSettings } from './mesh-state.js'

const at = { atEpochMs: sampleTime } as const
const names = (...networks: readonly number[]) => networks.map((network) => networkName(`office-${network}`))
const concerned = (host: number) => ({ hosts: [hostName(`machine-${host}`)], count: 1 })
/** In network 2. */
const assignInTwo = (host: number, gateway: number): AssignRelay => ({
  type: 'AssignRelay',
  ...at,
  nodeId: sampleNode(host, 2),
  gatewayIds: [sampleNode(gateway, 2)],
})
const set = (network: number, gatewayBehindInternetGateway: 'refuse' | 'cascade'): UpdateNetwork => ({
  type: 'UpdateNetwork',
  ...at,
  networkId: networkId(`net-${network}`),
  settings: { gatewayBehindInternetGateway },
})
const { name, range4, range6 } = sampleCreateNetwork(2)
const network2 = { type: 'NetworkUpdated', ...at, networkId: networkId('net-2'), name, range4, range6 } as const
const behind = 'gateway-behind-internet-gateway'

describe('a gateway behind an internet gateway, where networks refuse that', () => {
  /** Node 1 is an internet gateway, and so is the node of host 6 in network 2. */
  const exits = [...sampleMeshOfSix, sampleCreateExit(1), sampleCreateExit(6, 2)]
  const given = (...more: readonly MeshCommand[]) => mesh.given(eventsOf(...exits, ...more))

  test('D6 is not assigned or connected to one', () => {
    for (const command of [sampleAssignRelay(2, 1), sampleConnect(1, [2])])
      given(sampleCreateGateway(2))
        .when(command)
        .thenRefused(behind, { ...concerned(2), networkNames: names(1) })
  })

  test('D6 is refused through another network of its host as well', () => {
    given(sampleCreateGateway(4))
      .when(assignInTwo(4, 6))
      .thenRefused(behind, { ...concerned(4), networkNames: names(1, 2) })
    given(assignInTwo(4, 6))
      .when(sampleCreateGateway(4))
      .thenRefused(behind, { ...concerned(4), networkNames: names(1, 2) })
  })

  test('D6 may use one once it is no gateway', () => {
    given(sampleCreateGateway(2), sampleRemoveGateway(2))
      .when(sampleAssignRelay(2, 1))
      .then([relayAssigned(2, [1])])
  })

  test('D2 D6 automatic lists leave internet gateways out for its host', () => {
    given(sampleCreateGateway(4, { nodeId: sampleNode(4, 2) }), sampleCreateGateway(2))
      .when(sampleSetAutoGateway(4))
      .then([relayAssigned(4, [2], { mode: 'auto' })])
  })
})

describe('a gateway behind an internet gateway, where networks let it cascade', () => {
  /** Nodes 1 and 5 are internet gateways, 2 and 3 gateways. */
  const ready = [
    ...sampleCascadingMesh,
    sampleCreateExit(1),
    sampleCreateExit(5),
    sampleCreateGateway(2),
    sampleCreateGateway(3),
  ]
  const given = (...more: readonly MeshCommand[]) => mesh.given(eventsOf(...ready, ...more))
  const twoBehindOne = sampleAssignRelay(2, 1)

  test('D6 stays a gateway with direct peers: it is assigned to internet gateways only', () => {
    const state = given()
      .when(sampleAssignRelay(2, 1))
      .then([relayAssigned(2, [1])])
    expect(largeMapGet(state.gateways, sampleNode(2))?.autoRelay).toBe(true)
    expect(internetGatewayOf(state, sampleNode(2))).toEqual({ gatewayId: sampleNode(1), by: 'own' })
    for (const command of [sampleAssignRelay(2, 3), sampleAssignRelay(2, 1, 3)])
      given()
        .when(command)
        .thenRefused('gateway-not-relayed', { nodeId: sampleNode(2) })
    given().when(sampleSetAutoGateway(2)).thenRefused('gateway-not-relayed')
  })

  test('D6 every network of the host must agree', () => {
    given(sampleCreateGateway(4), set(2, 'refuse'))
      .when(sampleAssignRelay(4, 1))
      .thenRefused(behind, { ...concerned(4), networkNames: names(2) })
    given(sampleCreateGateway(4), sampleAssignRelay(4, 1))
      .when(set(2, 'refuse'))
      .thenRefused(behind, { ...concerned(4), networkNames: names(2) })
    given(twoBehindOne)
      .when(set(1, 'refuse'))
      .thenRefused(behind, { ...concerned(2), networkNames: names(1) })
    given(sampleAssignRelay(4, 1))
      .when(set(2, 'refuse'))
      .then([{ ...network2, settings: { ...defaultNetworkSettings, gatewayBehindInternetGateway: 'refuse' } }])
  })

  test('D6 nor may its host join a network that refuses', () => {
    given(twoBehindOne, set(2, 'refuse'))
      .when(sampleJoinNetwork(2, 2))
      .thenRefused(behind, { ...concerned(2), networkNames: names(2) })
    const { type: _type, ...facts } = sampleAbleHost(2)
    given(twoBehindOne, set(2, 'refuse'), sampleCreateEnrollmentKey({ networkIds: [networkId('net-2')] }))
      .when({ ...sampleEnrollHost(2), ...facts })
      .thenRefused(behind, { ...concerned(2), networkNames: names(2) })
  })

  test('D3 holds all the same: who uses an internet gateway is none', () => {
    given(twoBehindOne)
      .when(sampleEnableInternet(2))
      .thenRefused('internet-gateway-chained', { ...concerned(2), reason: 'uses-internet-gateway' })
    given()
      .when(sampleAssignRelay(5, 1))
      .thenRefused('internet-gateway-chained', { ...concerned(5), reason: 'is-internet-gateway' })
    given(
      twoBehindOne,
      sampleRouteAll(2),
      sampleAssignRelay(6, 2),
      sampleCreateGateway(6, { nodeId: sampleNode(6, 2) }),
    )
      .when({ ...sampleEnableInternet(6), nodeId: sampleNode(6, 2) })
      .thenRefused('internet-gateway-chained', { ...concerned(6), reason: 'uses-internet-gateway' })
  })

  test('D6 while it sends everything, so do its nodes: their switch shows by whom and is not theirs', () => {
    const cascade = [twoBehindOne, sampleAssignRelay(6, 2), sampleRouteAll(2)]
    const state = given(twoBehindOne, sampleAssignRelay(6, 2))
      .when(sampleRouteAll(2))
      .then([routeAllSet(2, true)])
    const six = largeMapGet(state.nodes, sampleNode(6))
    expect(six && routeAllTrafficOf(state, six)).toBe('by-gateway')
    expect(internetGatewayOf(state, sampleNode(6))).toEqual({ gatewayId: sampleNode(1), by: 'gateway' })
    given(...cascade)
      .when(sampleRouteAll(6))
      .thenNothing()
    given(...cascade)
      .when(sampleRouteAll(6, false))
      .thenRefused('route-all-by-gateway', { nodeId: sampleNode(6), name: hostName('machine-6') })
    given(...cascade)
      .when(sampleRouteAll(2, false))
      .then([routeAllSet(2, false)])
  })

  test('D2 D6 the effective one counts: hosts behind it use no other', () => {
    const elsewhere = [sampleCreateExit(4, 2), assignInTwo(6, 4)]
    given(...elsewhere, twoBehindOne, sampleAssignRelay(6, 2))
      .when(sampleRouteAll(2))
      .thenRefused('internet-gateway-second', concerned(6))
    given(...elsewhere, twoBehindOne, sampleRouteAll(2))
      .when(sampleAssignRelay(6, 2))
      .thenRefused('internet-gateway-second', concerned(6))
    given(sampleCreateExit(4, 2), twoBehindOne, sampleRouteAll(2), sampleAssignRelay(6, 2))
      .when(assignInTwo(6, 4))
      .thenRefused('internet-gateway-second', concerned(6))
  })

  test('D2 D6 automatic nodes whose hosts use another leave it while it sends everything', () => {
    const automatic = [sampleCreateExit(4, 2), assignInTwo(6, 4), twoBehindOne, sampleSetAutoGateway(6)]
    given(...automatic)
      .when(sampleRouteAll(2))
      .then([relayMoved(6, [3], 'internet-gateway'), routeAllSet(2, true)])
    given(...automatic, sampleRemoveGateway(3), sampleRouteAll(2))
      .when(sampleRouteAll(2, false))
      .then([routeAllSet(2, false), relayMoved(6, [2], 'gateway-came')])
    given(...automatic, sampleRemoveGateway(3), sampleRouteAll(2))
      .when(sampleUnassignRelay(2))
      .then([routeAllSet(2, false, 'relay-changed'), relayUnassigned(2), relayMoved(6, [2], 'gateway-came')])
  })

  test('D6 D7 is let go when the internet gateway is switched off, or goes to another', () => {
    const disable = { type: 'DisableInternetGateway', ...at, nodeId: sampleNode(1) } as const
    given(twoBehindOne, sampleRouteAll(2))
      .when(disable)
      .then([
        routeAllSet(2, false, 'internet-gateway-disabled'),
        relayUnassigned(2, 'internet-gateway-disabled'),
        internetDisabled(1),
      ])
    given(sampleAssignRelay(2, 1, 5), sampleRouteAll(2))
      .when(disable)
      .then([relayMoved(2, [5], 'internet-gateway'), internetDisabled(1)])
  })

  test('B3 D6 does not go where it would be relayed when the internet gateway is removed', () => {
    given(twoBehindOne)
      .when(sampleRemoveGateway(1, { moveTo: sampleNode(3) }))
      .thenRefused('gateway-has-dependents', { nodes: 1, clients: 0 })
    given(twoBehindOne)
      .when(sampleRemoveGateway(1, { moveTo: sampleNode(2), withoutTarget: 'let-go' }))
      .then([relayUnassigned(2, 'gateway-removed'), internetDisabled(1, 'gateway-removed'), gatewayRemoved(1)])
    given(twoBehindOne)
      .when(sampleRemoveGateway(1, { moveTo: sampleNode(5) }))
      .then([relayMoved(2, [5], 'gateway-removed'), internetDisabled(1, 'gateway-removed'), gatewayRemoved(1)])
  })

  test('D6 keeps its pairs, and can be made a gateway where its host uses one', () => {
    given(sampleEngage(4, 6, 2))
      .when(twoBehindOne)
      .then([relayAssigned(2, [1])])
    given(sampleAssignRelay(6, 1))
      .when(sampleCreateGateway(6, { nodeId: sampleNode(6, 2) }))
      .then([gatewayCreated(6, { nodeId: sampleNode(6, 2), networkId: networkId('net-2') })])
  })
})
