import { describe, expect, test } from 'vitest'
import { sampleClientAdded } from '../testing/sample-clients.js'
import {
  gatewayCreated,
  gatewayRemoved,
  internetDisabled,
  internetEnabled,
  relayAssigned,
  relayMoved,
  sampleAbleHost,
  sampleAssignRelay,
  sampleCreateExit,
  sampleCreateGateway,
  sampleEngage,
  sampleMeshOfSix,
  sampleNode,
  sampleRemoveGateway,
  sampleRouteAll,
  sampleSetAutoGateway,
} from '../testing/sample-gateways.js'
import { eventsOf, sampleCreateEnrollmentKey, sampleTime } from '../testing/sample-mesh.js'
import { meshSpecification as mesh } from '../testing/specification.js'
import { clientId, type HostCapability, hostCapabilities, hostId, hostName } from '../values/index.js'
import { gatewayAbsenceOf } from './gateway-queries.js'
import { largeMapGet } from './large-map.js'
import type { MeshCommand } from './mesh-command.js'
import type { MeshEventOf } from './mesh-event.js'
import { pairIdOf } from './mesh-state.js'

const at = { atEpochMs: sampleTime } as const
/** Nodes 1 and 2 are gateways. */
const two = [...sampleMeshOfSix, sampleCreateGateway(1), sampleCreateGateway(2)]

describe('a gateway is away for a while', () => {
  const aside = { type: 'DisconnectNode', ...at, nodeId: sampleNode(1) } as const
  const back = { type: 'ConnectNode', ...at, nodeId: sampleNode(1) } as const

  test('A5 automatic nodes and pairs move, assigned nodes and clients wait for it', () => {
    const events = [
      ...eventsOf(...two, sampleSetAutoGateway(3), sampleAssignRelay(4, 1), sampleEngage(5, 6, 1)),
      sampleClientAdded(),
    ]
    const state = mesh
      .given(events)
      .when(aside)
      .then([
        relayMoved(3, [2], 'gateway-away'),
        {
          type: 'AutoRelayReleased',
          ...at,
          pairId: pairIdOf(sampleNode(5), sampleNode(6)),
          cause: 'gateway-away',
          evidence: null,
        },
        { type: 'NodeDisconnected', ...at, nodeId: sampleNode(1) },
      ])
    expect(largeMapGet(state.nodes, sampleNode(4))?.relay?.gatewayIds).toEqual([sampleNode(1)])
    expect(largeMapGet(state.clients, clientId('client-1'))?.gatewayId).toBe(sampleNode(1))
  })

  test('A5 F4 those who lose their only gateway spread over the others: each counts those who moved before it', () => {
    const alone = [...sampleMeshOfSix, sampleCreateGateway(1), ...[4, 5, 6].map(sampleSetAutoGateway)]
    mesh
      .given(eventsOf(...alone, sampleCreateGateway(2), sampleCreateGateway(3)))
      .when(aside)
      .then([
        relayMoved(4, [2, 3], 'gateway-away'),
        relayMoved(5, [3, 2], 'gateway-away'),
        relayMoved(6, [2, 3], 'gateway-away'),
        { type: 'NodeDisconnected', ...at, nodeId: sampleNode(1) },
      ])
  })

  test('A5 F1 automatic nodes that wait for a gateway get it when it is back', () => {
    mesh
      .given(eventsOf(...sampleMeshOfSix, sampleCreateGateway(1), sampleSetAutoGateway(3), aside))
      .when(back)
      .then([{ type: 'NodeConnected', ...at, nodeId: sampleNode(1) }, relayMoved(3, [1], 'gateway-came')])
  })

  test('A5 D2 F1 a node whose only gateway leads to the internet waits when that goes, and isn’t given it again', () => {
    const given = mesh.given(eventsOf(...sampleMeshOfSix, sampleCreateExit(1), sampleSetAutoGateway(3)))
    given
      .when(aside)
      .then([relayMoved(3, [], 'gateway-away'), { type: 'NodeDisconnected', ...at, nodeId: sampleNode(1) }])
    given
      .when(sampleRemoveGateway(1))
      .then([relayMoved(3, [], 'gateway-removed'), internetDisabled(1, 'gateway-removed'), gatewayRemoved(1)])
  })

  test('A5 the same when its time runs out, and when it is given more', () => {
    const later = (seconds: number) => (sampleTime + seconds * 1000) as typeof sampleTime
    const expiring = { type: 'UpdateNode', ...at, nodeId: sampleNode(1), expiresAtEpochMs: later(60) } as const
    const expired = { type: 'ExpireNode', atEpochMs: later(61), nodeId: sampleNode(1) } as const
    mesh
      .given(eventsOf(...two, sampleSetAutoGateway(3), expiring))
      .when(expired)
      .then([
        relayMoved(3, [2], 'gateway-away', { atEpochMs: later(61) }),
        { type: 'NodeExpired', atEpochMs: later(61), nodeId: sampleNode(1) },
      ])
    const renewed = { type: 'UpdateNode', atEpochMs: later(62), nodeId: sampleNode(1), expiresAtEpochMs: null } as const
    mesh
      .given(eventsOf(...sampleMeshOfSix, sampleCreateGateway(1), sampleSetAutoGateway(3), expiring, expired))
      .when(renewed)
      .then([{ ...renewed, type: 'NodeUpdated' }, relayMoved(3, [1], 'gateway-came', { atEpochMs: later(62) })])
  })
})

describe('a gateway whose driver can forward no longer', () => {
  const able = (host: number, capabilities: readonly HostCapability[] = hostCapabilities): MeshCommand => ({
    type: 'UpdateHost',
    ...at,
    hostId: hostId(`host-${host}`),
    capabilities,
  })
  const unable = able(1, ['isolate-networks', 'filter'])
  const { name, system, listenPort, mtuBytes } = sampleAbleHost(1)
  const hostUpdated = (capabilities: readonly HostCapability[]): MeshEventOf<'HostUpdated'> => ({
    type: 'HostUpdated',
    ...at,
    hostId: hostId('host-1'),
    name,
    system,
    listenPort,
    mtuBytes,
    capabilities,
  })
  const pairId = pairIdOf(sampleNode(5), sampleNode(6))

  test('B1 is away: automatic nodes and pairs move first, assigned nodes, clients and keys wait for it', () => {
    const key = sampleCreateEnrollmentKey({ gateway: { mode: 'manual', nodeId: sampleNode(1) } })
    const events = [
      ...eventsOf(...two, key, sampleSetAutoGateway(3), sampleAssignRelay(4, 1), sampleEngage(5, 6, 1)),
      sampleClientAdded(),
    ]
    const state = mesh
      .given(events)
      .when(unable)
      .then([
        relayMoved(3, [2], 'gateway-away'),
        { type: 'AutoRelayReleased', ...at, pairId, cause: 'gateway-away', evidence: null },
        hostUpdated(['isolate-networks', 'filter']),
      ])
    expect(largeMapGet(state.nodes, sampleNode(4))?.relay?.gatewayIds).toEqual([sampleNode(1)])
    expect(largeMapGet(state.clients, clientId('client-1'))?.gatewayId).toBe(sampleNode(1))
    expect([1, 2].map((gateway) => gatewayAbsenceOf(state, sampleNode(gateway)))).toEqual(['cannot-forward', null])
  })

  test('B1 is no candidate meanwhile, and a refusal says why', () => {
    const given = (...more: readonly MeshCommand[]) => mesh.given(eventsOf(...two, unable, ...more))
    given()
      .when(sampleSetAutoGateway(3))
      .then([relayAssigned(3, [2], { mode: 'auto' })])
    given()
      .when(sampleAssignRelay(3, 1))
      .thenRefused('gateway-needs-forwarding', { hostName: hostName('machine-1') })
    given()
      .when(sampleEngage(3, 4, 1))
      .thenRefused('gateway-needs-forwarding')
    given({ type: 'DisconnectNode', ...at, nodeId: sampleNode(1) })
      .when(sampleAssignRelay(3, 1))
      .thenRefused('gateway-away')
  })

  test('B1 F1 is there again once it can, for those that wait', () => {
    const only = [...sampleMeshOfSix, sampleCreateGateway(1), sampleSetAutoGateway(3), unable]
    mesh
      .given(eventsOf(...only))
      .when(able(1))
      .then([hostUpdated(hostCapabilities), relayMoved(3, [1], 'gateway-came')])
    const aside = { type: 'DisconnectNode', ...at, nodeId: sampleNode(1) } as const
    mesh
      .given(eventsOf(...only, aside))
      .when(able(1))
      .then([hostUpdated(hostCapabilities)])
    mesh
      .given(eventsOf(...only, aside))
      .when({ type: 'ConnectNode', ...at, nodeId: sampleNode(1) })
      .then([{ type: 'NodeConnected', ...at, nodeId: sampleNode(1) }])
  })

  test('B3 is removed as any other: assigned nodes and clients move where the command says', () => {
    mesh
      .given(eventsOf(...two, sampleAssignRelay(4, 1), unable))
      .when(sampleRemoveGateway(1, { moveTo: sampleNode(2) }))
      .then([relayMoved(4, [2], 'gateway-removed'), gatewayRemoved(1)])
  })

  test('D1 D8 that can masquerade no longer leads nowhere: automatic nodes that send everything go to another', () => {
    const noNat = hostCapabilities.filter((each) => each !== 'nat')
    const routing = [...sampleMeshOfSix, sampleCreateExit(1), sampleSetAutoGateway(3), sampleRouteAll(3)]
    mesh
      .given(eventsOf(...routing, sampleCreateExit(2), sampleSetAutoGateway(4)))
      .when(able(1, noNat))
      .then([relayMoved(3, [2, 1], 'internet-gateway'), hostUpdated(noNat)])
    const state = mesh
      .given(eventsOf(...routing, sampleCreateGateway(2)))
      .when(able(1, noNat))
      .then([hostUpdated(noNat)])
    expect(largeMapGet(state.nodes, sampleNode(3))).toMatchObject({
      routeAllTraffic: true,
      relay: { gatewayIds: [sampleNode(1)] },
    })
    mesh
      .given(eventsOf(...routing, sampleCreateGateway(2), able(1, noNat)))
      .when(sampleCreateExit(5))
      .then([gatewayCreated(5), internetEnabled(5), relayMoved(3, [5, 1, 2], 'gateway-came')])
  })
})
