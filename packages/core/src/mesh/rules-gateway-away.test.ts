import { describe, expect, test } from 'vitest'
import { sampleClientAdded } from '../testing/sample-clients.js'
import {
  gatewayRemoved,
  internetDisabled,
  relayMoved,
  sampleAssignRelay,
  sampleCreateExit,
  sampleCreateGateway,
  sampleEngage,
  sampleMeshOfSix,
  sampleNode,
  sampleRemoveGateway,
  sampleSetAutoGateway,
} from '../testing/sample-gateways.js'
import { eventsOf, sampleTime } from '../testing/sample-mesh.js'
import { meshSpecification as mesh } from '../testing/specification.js'
import { clientId } from '../values/index.js'
import { largeMapGet } from './large-map.js'
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
