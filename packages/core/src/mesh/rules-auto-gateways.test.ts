import { describe, expect, test } from 'vitest'
import {
  gatewayCreated,
  internetEnabled,
  relayAssigned,
  relayMoved,
  routeAllSet,
  sampleAssignRelay,
  sampleCreateExit,
  sampleCreateGateway,
  sampleEngage,
  sampleEvidence,
  sampleMeshOfSix,
  sampleNode,
  sampleReportVector,
  sampleRouteAll,
  sampleSetAutoGateway,
} from '../testing/sample-gateways.js'
import { eventsOf, sampleTime } from '../testing/sample-mesh.js'
import { meshSpecification as mesh } from '../testing/specification.js'
import { hostName, networkId } from '../values/index.js'
import type { RankGateways } from './commands/rank-gateways.js'
import { largeMapGet } from './large-map.js'
import type { MeshCommand } from './mesh-command.js'
import type { MeshEventOf } from './mesh-event.js'

const at = { atEpochMs: sampleTime } as const
/** Nodes 1 and 2 are gateways. */
const two = [...sampleMeshOfSix, sampleCreateGateway(1), sampleCreateGateway(2)]
const given = (...more: readonly MeshCommand[]) => mesh.given(eventsOf(...two, ...more))
const auto = { mode: 'auto' } as const
const three = { nodeId: sampleNode(3), name: hostName('machine-3') }
const aside = (host: number) => ({ type: 'DisconnectNode', ...at, nodeId: sampleNode(host) }) as const

const rank = (host: number, ...gateways: readonly number[]): RankGateways => ({
  type: 'RankGateways',
  ...at,
  nodeId: sampleNode(host),
  gatewayIds: gateways.map((gateway) => sampleNode(gateway)),
  evidence: sampleEvidence(...gateways),
})
const ranked = (host: number, ...gateways: readonly number[]): MeshEventOf<'GatewayRankingChanged'> => ({
  ...rank(host, ...gateways),
  type: 'GatewayRankingChanged',
})

describe('a node with an automatic gateway', () => {
  test('F1 F4 has those with the fewest users until they are measured, then those with the lower id', () => {
    given()
      .when(sampleSetAutoGateway(3))
      .then([relayAssigned(3, [1, 2], auto)])
    given(sampleAssignRelay(4, 1))
      .when(sampleSetAutoGateway(3))
      .then([relayAssigned(3, [2, 1], auto)])
    given(sampleEngage(4, 5, 1))
      .when(sampleSetAutoGateway(3))
      .then([relayAssigned(3, [2, 1], auto)])
    given(sampleSetAutoGateway(3)).when(sampleSetAutoGateway(3)).thenNothing()
    given().when(sampleSetAutoGateway(9)).thenRefused('node-unknown')
  })

  test('F1 keeps the one that was assigned to it', () => {
    given(sampleAssignRelay(3, 2))
      .when(sampleSetAutoGateway(3))
      .then([relayAssigned(3, [2, 1], auto)])
    given(sampleSetAutoGateway(3))
      .when(sampleAssignRelay(3, 2))
      .then([relayAssigned(3, [2])])
  })

  test('F1 has four at most, and none that takes no part', () => {
    mesh
      .given(eventsOf(...two, ...[3, 4, 5].map((host) => sampleCreateGateway(host))))
      .when(sampleSetAutoGateway(6))
      .then([relayAssigned(6, [1, 2, 3, 4], auto)])
    given(aside(1))
      .when(sampleSetAutoGateway(3))
      .then([relayAssigned(3, [2], auto)])
  })

  test('F1 waits, unassigned, where there is none, and gets the first that comes', () => {
    const waiting = eventsOf(...sampleMeshOfSix, sampleSetAutoGateway(3))
    expect(waiting.at(-1)).toEqual(relayAssigned(3, [], auto))
    const state = mesh
      .given(waiting)
      .when(sampleCreateGateway(1))
      .then([gatewayCreated(1), relayMoved(3, [1], 'gateway-came')])
    expect(largeMapGet(state.networks, networkId('net-1'))?.relayedNodeIds.size).toBe(1)
    mesh
      .given(eventsOf(...sampleMeshOfSix, sampleCreateGateway(1), sampleSetAutoGateway(3)))
      .when(sampleCreateGateway(2))
      .then([gatewayCreated(2)])
  })
})

describe('the gateways of an automatic node are ordered', () => {
  test('F1 F5 at selection, by what was measured, which the event keeps', () => {
    given(sampleSetAutoGateway(3))
      .when(rank(3, 2, 1))
      .then([relayMoved(3, [2, 1], 'selection', { evidence: sampleEvidence(2, 1) })])
    given(sampleSetAutoGateway(3))
      .when(rank(3, 1, 2))
      .thenNothing()
  })

  test('F1 F5 behind the one in use at any time: that moves nothing', () => {
    const all = [...two, sampleCreateGateway(4), sampleSetAutoGateway(3)]
    mesh
      .given(eventsOf(...all))
      .when(rank(3, 1, 4, 2))
      .then([ranked(3, 1, 4, 2)])
    mesh
      .given(eventsOf(...all, sampleReportVector(3, 7, 2, 1, 4)))
      .when(rank(3, 2, 4, 1))
      .then([ranked(3, 2, 4, 1)])
  })

  test('F3 not once it moved by itself, while its gateway is there', () => {
    const moved = [sampleSetAutoGateway(3), sampleReportVector(3, 7, 2, 1)]
    given(...moved)
      .when(rank(3, 1, 2))
      .thenRefused('relay-chosen-by-node', three)
    given(...moved, aside(2), { type: 'ConnectNode', ...at, nodeId: sampleNode(2) })
      .when(rank(3, 1, 2))
      .then([{ ...ranked(3, 1, 2) }])
  })

  test('F1 only of gateways that it could have, and not where they were named by hand', () => {
    given(sampleAssignRelay(3, 1))
      .when(rank(3, 1, 2))
      .thenRefused('relay-not-automatic', three)
    given().when(rank(3, 1)).thenRefused('relay-not-automatic', three)
    given().when(rank(9, 1)).thenRefused('node-unknown')
    const automatic = given(sampleSetAutoGateway(3))
    automatic.when(rank(3, 4)).thenRefused('gateway-unknown', { nodeId: sampleNode(4) })
    automatic.when(rank(3, 1, 1)).thenRefused('gateway-named-twice')
    given(sampleSetAutoGateway(3), aside(2))
      .when(rank(3, 1, 2))
      .thenRefused('gateway-away', { nodeId: sampleNode(2) })
  })
})

describe('an automatic node that sends everything through its gateway', () => {
  /** Node 1 leads to the internet, node 2 doesn't. */
  const exitAndPlain = [...sampleMeshOfSix, sampleCreateExit(1), sampleCreateGateway(2)]

  test('D8 has internet gateways first', () => {
    mesh
      .given(eventsOf(...exitAndPlain, sampleAssignRelay(4, 1), sampleSetAutoGateway(3)))
      .when(sampleRouteAll(3))
      .then([relayMoved(3, [1, 2], 'internet-gateway'), routeAllSet(3, true)])
    mesh
      .given(eventsOf(...exitAndPlain, sampleSetAutoGateway(3)))
      .when(sampleRouteAll(3))
      .then([routeAllSet(3, true)])
  })

  test('D8 is not ordered otherwise, by whoever measures', () => {
    const routing = mesh.given(eventsOf(...exitAndPlain, sampleSetAutoGateway(3), sampleRouteAll(3)))
    routing.when(rank(3, 2, 1)).thenRefused('relay-order-unfit', three)
    routing.when(rank(3, 2)).thenRefused('relay-order-unfit', three)
    routing.when(rank(3, 1)).then([ranked(3, 1)])
  })

  test('D8 uses any other while its internet gateways are away, and goes back to one that comes', () => {
    const away = [...exitAndPlain, sampleSetAutoGateway(3), sampleRouteAll(3)]
    const state = mesh
      .given(eventsOf(...away))
      .when(aside(1))
      .then([relayMoved(3, [2], 'gateway-away'), { ...aside(1), type: 'NodeDisconnected' }])
    expect(largeMapGet(state.nodes, sampleNode(3))?.routeAllTraffic).toBe(true)
    mesh
      .given(eventsOf(...away, aside(1)))
      .when({ type: 'ConnectNode', ...at, nodeId: sampleNode(1) })
      .then([{ type: 'NodeConnected', ...at, nodeId: sampleNode(1) }, relayMoved(3, [1, 2], 'gateway-came')])
    mesh
      .given(eventsOf(...away, aside(1)))
      .when(sampleCreateExit(4))
      .then([gatewayCreated(4), internetEnabled(4), relayMoved(3, [4, 2], 'gateway-came')])
  })

  test('D8 moved by itself to one that leads nowhere, it stays as closed as it wants to be', () => {
    const report = sampleReportVector(3, 7, 2)
    const state = mesh
      .given(eventsOf(...exitAndPlain, sampleSetAutoGateway(3), sampleRouteAll(3)))
      .when(report)
      .then([relayMoved(3, [2, 1], 'own-choice', { sequence: 7, evidence: report.evidence })])
    expect(largeMapGet(state.nodes, sampleNode(3))?.routeAllTraffic).toBe(true)
  })

  test('D8 needs one that it may use', () => {
    given(sampleSetAutoGateway(3)).when(sampleRouteAll(3)).thenRefused('route-all-needs-internet-gateway', three)
  })
})
