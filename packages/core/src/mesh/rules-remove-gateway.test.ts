import { describe, expect, test } from 'vitest'
import { sampleClientAdded } from '../testing/sample-clients.js'
import {
  gatewayCreated,
  gatewayRemoved,
  internetDisabled,
  relayAssigned,
  relayMoved,
  relayUnassigned,
  routeAllSet,
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
import {
  eventsOf,
  sampleAddPolicy,
  sampleAddUser,
  sampleCreateEnrollmentKey,
  sampleTime,
} from '../testing/sample-mesh.js'
import { meshSpecification as mesh } from '../testing/specification.js'
import { clientId, deviceId, enrollmentKeyId, hostId, hostName, networkId, userId } from '../values/index.js'
import type { RemoveGateway } from './commands/remove-gateway.js'
import { replay } from './evolve.js'
import { largeMapGet } from './large-map.js'
import type { MeshCommand } from './mesh-command.js'
import type { MeshEvent, MeshEventOf } from './mesh-event.js'
import { pairIdOf } from './mesh-state.js'

const at = { atEpochMs: sampleTime } as const
const net1 = networkId('net-1')
/** Nodes 1 and 2 are gateways. */
const two = [...sampleMeshOfSix, sampleCreateGateway(1), sampleCreateGateway(2)]
const given = (...more: readonly MeshCommand[]) => mesh.given(eventsOf(...two, ...more))
const [client1, client2] = [clientId('client-1'), clientId('client-2')]
const toTwo: Partial<RemoveGateway> = { moveTo: sampleNode(2) }
const letGo: Partial<RemoveGateway> = { withoutTarget: 'let-go' }
const one = { nodeId: sampleNode(1), name: hostName('machine-1') }

const clientMoved = (id = client1): MeshEventOf<'ClientMoved'> => ({
  type: 'ClientMoved',
  ...at,
  clientId: id,
  networkId: net1,
  gatewayId: sampleNode(2),
  cause: 'gateway-removed',
})
const clientRemoved = (id = client1): MeshEventOf<'ClientRemoved'> => ({
  type: 'ClientRemoved',
  ...at,
  clientId: id,
  networkId: net1,
  cause: 'gateway-removed',
})

describe('a gateway is removed', () => {
  test('B3 the host and its node stay, and can be a gateway again', () => {
    const state = given()
      .when(sampleRemoveGateway(1))
      .then([gatewayRemoved(1)])
    expect(largeMapGet(state.nodes, sampleNode(1))).toMatchObject({ connected: true, relay: null })
    given(sampleRemoveGateway(1))
      .when(sampleCreateGateway(1))
      .then([gatewayCreated(1)])
    given(sampleRemoveGateway(1)).when(sampleRemoveGateway(1)).thenRefused('gateway-unknown', { nodeId: one.nodeId })
  })

  test('B3 automatic nodes move to the next of their list, whatever the command says', () => {
    for (const changes of [{}, toTwo, letGo])
      given(sampleSetAutoGateway(3))
        .when(sampleRemoveGateway(1, changes))
        .then([relayMoved(3, [2], 'gateway-removed'), gatewayRemoved(1)])
    mesh
      .given(eventsOf(...two, sampleSetAutoGateway(3), sampleCreateGateway(4)))
      .when(sampleRemoveGateway(2))
      .then([relayMoved(3, [1, 4], 'gateway-removed'), gatewayRemoved(2)])
  })

  test('B3 automatic nodes wait, unassigned, only when no gateway is left', () => {
    const state = mesh
      .given(eventsOf(...sampleMeshOfSix, sampleCreateGateway(1), sampleSetAutoGateway(3)))
      .when(sampleRemoveGateway(1))
      .then([relayMoved(3, [], 'gateway-removed'), gatewayRemoved(1)])
    expect(largeMapGet(state.nodes, sampleNode(3))?.relay).toMatchObject({ mode: 'auto', gatewayIds: [], sequence: 0 })
    expect(largeMapGet(state.networks, net1)?.relayedNodeIds.size).toBe(0)
  })

  test('B3 pairs move to the next that both ends had proven, and end when there is none', () => {
    const pairId = pairIdOf(sampleNode(3), sampleNode(4))
    const quiet = { ...at, pairId, cause: 'gateway-removed', evidence: null } as const
    given(sampleEngage(3, 4, 1, 2))
      .when(sampleRemoveGateway(1))
      .then([{ type: 'AutoRelayMoved', ...quiet, gatewayIds: [sampleNode(2)], sequence: 0 }, gatewayRemoved(1)])
    given(sampleEngage(3, 4, 1))
      .when(sampleRemoveGateway(1, toTwo))
      .then([{ type: 'AutoRelayReleased', ...quiet }, gatewayRemoved(1)])
  })

  test('B3 assigned nodes move where the command says, in the place of the gateway that goes', () => {
    given(sampleAssignRelay(3, 1))
      .when(sampleRemoveGateway(1, toTwo))
      .then([relayMoved(3, [2], 'gateway-removed'), gatewayRemoved(1)])
    given(sampleCreateGateway(4), sampleAssignRelay(3, 1, 4), sampleAssignRelay(5, 4, 1))
      .when(sampleRemoveGateway(1, toTwo))
      .then([relayMoved(3, [2, 4], 'gateway-removed'), relayMoved(5, [4, 2], 'gateway-removed'), gatewayRemoved(1)])
    given(sampleAssignRelay(3, 1, 2))
      .when(sampleRemoveGateway(1, toTwo))
      .then([relayMoved(3, [2], 'gateway-removed'), gatewayRemoved(1)])
  })

  test('B3 assigned nodes with a standby go there; others are unassigned, if the command says so', () => {
    const relayed = [sampleAssignRelay(3, 1, 2), sampleAssignRelay(4, 1)]
    given(...relayed)
      .when(sampleRemoveGateway(1, letGo))
      .then([relayMoved(3, [2], 'gateway-removed'), relayUnassigned(4, 'gateway-removed'), gatewayRemoved(1)])
    given(...relayed)
      .when(sampleRemoveGateway(1))
      .thenRefused('gateway-has-dependents', { ...one, nodes: 1, clients: 0 })
    given(sampleAssignRelay(3, 1, 2))
      .when(sampleRemoveGateway(1))
      .then([relayMoved(3, [2], 'gateway-removed'), gatewayRemoved(1)])
  })

  test('B3 automatic nodes go first, then pairs, then assigned nodes and clients', () => {
    const events = [
      ...eventsOf(...two, sampleSetAutoGateway(6), sampleEngage(4, 5, 1, 2), sampleAssignRelay(3, 1)),
      sampleClientAdded(),
    ]
    mesh
      .given(events)
      .when(sampleRemoveGateway(1, toTwo))
      .then([
        relayMoved(6, [2], 'gateway-removed'),
        {
          type: 'AutoRelayMoved',
          ...at,
          pairId: pairIdOf(sampleNode(4), sampleNode(5)),
          gatewayIds: [sampleNode(2)],
          sequence: 0,
          cause: 'gateway-removed',
          evidence: null,
        },
        relayMoved(3, [2], 'gateway-removed'),
        clientMoved(),
        gatewayRemoved(1),
      ])
  })

  test('B3 the target is another gateway of the network that takes part', () => {
    const elsewhere = sampleNode(4, 2)
    const withOther = given(sampleCreateGateway(4, { nodeId: elsewhere }))
    withOther
      .when(sampleRemoveGateway(1, { moveTo: elsewhere }))
      .thenRefused('gateway-elsewhere', { nodeId: elsewhere })
    withOther.when(sampleRemoveGateway(1, { moveTo: sampleNode(3) })).thenRefused('gateway-unknown')
    withOther.when(sampleRemoveGateway(1, { moveTo: one.nodeId })).thenRefused('gateway-of-itself')
    given({ type: 'DisconnectNode', ...at, nodeId: sampleNode(2) })
      .when(sampleRemoveGateway(1, toTwo))
      .thenRefused('gateway-away', { nodeId: sampleNode(2) })
  })

  test('B3 a node that may not use the target is one without: hosts use one internet gateway', () => {
    const exits = [sampleCreateExit(6), sampleCreateExit(5, 2)]
    const elsewhere = { type: 'AssignRelay', ...at, nodeId: sampleNode(4, 2), gatewayIds: [sampleNode(5, 2)] } as const
    const relayed = given(...exits, elsewhere, sampleAssignRelay(4, 1), sampleAssignRelay(3, 1))
    const toExit = { moveTo: sampleNode(6) }
    relayed.when(sampleRemoveGateway(1, toExit)).thenRefused('gateway-has-dependents', { nodes: 1, clients: 0 })
    relayed
      .when(sampleRemoveGateway(1, { ...toExit, ...letGo }))
      .then([relayMoved(3, [6], 'gateway-removed'), relayUnassigned(4, 'gateway-removed'), gatewayRemoved(1)])
  })
})

describe('clients of a gateway that is removed', () => {
  const [ada, grace] = [userId('user-1'), userId('user-2')]
  const base = eventsOf(...two, sampleAddUser(1, { networkIds: [net1] }), sampleAddUser(2, { role: 'auditor' }))
  const phone = { ownerUserId: ada, deviceId: deviceId('phone') }
  const when = (events: readonly MeshEvent[], changes: Partial<RemoveGateway>) =>
    mesh.given([...base, ...events]).when(sampleRemoveGateway(1, changes))

  test('B3 move with their keys and addresses, or are removed, as the command says', () => {
    const clients = [sampleClientAdded(1), sampleClientAdded(2, phone)]
    const state = when(clients, toTwo).then([clientMoved(client1), clientMoved(client2), gatewayRemoved(1)])
    expect(largeMapGet(state.clients, client1)).toMatchObject({
      gatewayId: sampleNode(2),
      publicKey: sampleClientAdded(1).publicKey,
      addresses: sampleClientAdded(1).addresses,
    })
    when(clients, letGo).then([clientRemoved(client1), clientRemoved(client2), gatewayRemoved(1)])
    when(clients, {}).thenRefused('gateway-has-dependents', { ...one, nodes: 0, clients: 2 })
  })

  test("B3 a user's device is removed, not moved, where the user has a client there already", () => {
    const there = sampleClientAdded(2, { ...phone, gatewayId: sampleNode(2) })
    when([sampleClientAdded(1, phone), there], toTwo).then([clientRemoved(), gatewayRemoved(1)])
  })

  test("B3 a user's device is removed, not moved, where the user may not use the target", () => {
    const foreign = sampleClientAdded(1, { ...phone, ownerUserId: grace })
    when([foreign, sampleClientAdded(2)], toTwo).then([clientMoved(client2), clientRemoved(), gatewayRemoved(1)])
  })

  const tablet = deviceId('tablet')
  const enrolled: MeshEvent = { type: 'DeviceEnrolled', ...at, hostId: hostId('host-3'), userId: ada, deviceId: tablet }
  const left: MeshEvent = {
    type: 'NodeLeft',
    ...at,
    nodeId: sampleNode(3),
    networkId: net1,
    hostId: hostId('host-3'),
    cause: 'gateway-removed',
  }

  test("B3 F6 a user's device that runs an agent moves, or goes where the user has a client there already", () => {
    const relayed = [enrolled, relayAssigned(3, [1])]
    when(relayed, toTwo).then([relayMoved(3, [2], 'gateway-removed'), gatewayRemoved(1)])
    when(relayed, letGo).then([relayUnassigned(3, 'gateway-removed'), gatewayRemoved(1)])
    const there = sampleClientAdded(1, { ownerUserId: ada, deviceId: tablet, gatewayId: sampleNode(2) })
    const gone = [relayUnassigned(3, 'node-left'), left, gatewayRemoved(1)]
    when([...relayed, there], toTwo).then(gone)
    when([{ ...enrolled, userId: grace }, relayAssigned(3, [1])], toTwo).then(gone)
    when([...relayed, there, gatewayCreated(4), relayAssigned(3, [1, 4])], toTwo).then([
      relayMoved(3, [4], 'gateway-removed'),
      gatewayRemoved(1),
    ])
  })

  test('B3 policies that name only them end with them', () => {
    const sources = [{ kind: 'gateway-clients', gatewayId: sampleNode(1) }] as const
    const [policy] = eventsOf(...two, sampleAddPolicy(1, { sources })).slice(-1) as [MeshEventOf<'PolicyAdded'>]
    const { policyId } = policy
    when([policy], {}).then([
      { type: 'PolicyRemoved', ...at, policyId, networkId: net1, cause: 'nothing-left' },
      gatewayRemoved(1),
    ])
  })
})

describe('enrolment keys of a gateway that is removed', () => {
  const keyId = enrollmentKeyId('key-1')
  const key = sampleCreateEnrollmentKey({ gateway: { mode: 'manual', nodeId: sampleNode(1) } })

  test('B3 are suspended, unless they move with the others', () => {
    for (const changes of [{}, letGo])
      given(key)
        .when(sampleRemoveGateway(1, changes))
        .then([{ type: 'EnrollmentKeySuspended', ...at, keyId }, gatewayRemoved(1)])
    const gateway = { mode: 'manual', nodeId: sampleNode(2) } as const
    given(key)
      .when(sampleRemoveGateway(1, toTwo))
      .then([{ type: 'EnrollmentKeyUpdated', ...at, keyId, gateway }, gatewayRemoved(1)])
  })

  test('B3 stay as they are where the gateway is whichever is nearest', () => {
    given({ ...key, gateway: { mode: 'auto' } })
      .when(sampleRemoveGateway(1))
      .then([gatewayRemoved(1)])
  })
})

describe('an internet gateway is removed', () => {
  const exits = [...sampleMeshOfSix, sampleCreateExit(1), sampleCreateGateway(2)]

  test('D7 B3 its nodes fall back to their own internet', () => {
    mesh
      .given(eventsOf(...exits, sampleAssignRelay(3, 1), sampleRouteAll(3)))
      .when(sampleRemoveGateway(1, toTwo))
      .then([
        routeAllSet(3, false, 'gateway-removed'),
        relayMoved(3, [2], 'gateway-removed'),
        internetDisabled(1, 'gateway-removed'),
        gatewayRemoved(1),
      ])
  })

  test('D7 B3 nodes that go to another internet gateway send everything there', () => {
    mesh
      .given(eventsOf(...exits, sampleCreateExit(5), sampleAssignRelay(3, 1), sampleRouteAll(3)))
      .when(sampleRemoveGateway(1, { moveTo: sampleNode(5) }))
      .then([relayMoved(3, [5], 'gateway-removed'), internetDisabled(1, 'gateway-removed'), gatewayRemoved(1)])
  })

  test('D7 nodes that stayed closed while it was away are open again', () => {
    const away = { type: 'DisconnectNode', ...at, nodeId: sampleNode(1) } as const
    mesh
      .given(eventsOf(...exits, sampleSetAutoGateway(3), sampleRouteAll(3), away))
      .when(sampleRemoveGateway(1))
      .then([routeAllSet(3, false, 'gateway-removed'), internetDisabled(1, 'gateway-removed'), gatewayRemoved(1)])
  })
})

describe('a gateway goes with its node, host or network', () => {
  const events = [...eventsOf(...two, sampleSetAutoGateway(3), sampleAssignRelay(4, 1)), sampleClientAdded()]

  test('B3 A5 with its node or host the others move or are let go, each with an event', () => {
    const left: MeshEvent = {
      type: 'NodeLeft',
      ...at,
      nodeId: sampleNode(1),
      networkId: net1,
      hostId: hostId('host-1'),
      cause: 'removed',
    }
    const consequences = [
      relayMoved(3, [2], 'gateway-removed'),
      relayUnassigned(4, 'gateway-removed'),
      clientRemoved(),
      gatewayRemoved(1, 'node-left'),
    ]
    mesh
      .given(events)
      .when({ type: 'RemoveNode', ...at, nodeId: sampleNode(1) })
      .then([...consequences, left])
    mesh
      .given(events)
      .when({ type: 'RemoveHost', ...at, hostId: hostId('host-1') })
      .then([
        ...consequences,
        { ...left, cause: 'host-removed' },
        { type: 'HostRemoved', ...at, hostId: hostId('host-1') },
      ])
  })

  test('B3 with its network nothing moves', () => {
    const all = eventsOf(...two, sampleSetAutoGateway(3), sampleAssignRelay(4, 1), sampleEngage(5, 6, 1, 2), {
      type: 'RemoveNetwork',
      ...at,
      networkId: net1,
      evenWithNodes: true,
    })
    expect(all.filter(({ type }) => type === 'RelayMoved' || type === 'AutoRelayMoved')).toEqual([])
    for (const host of [3, 4]) expect(all).toContainEqual(relayUnassigned(host, 'network-removed'))
    for (const host of [1, 2]) expect(all).toContainEqual(gatewayRemoved(host, 'network-removed'))
    expect(all).toContainEqual(expect.objectContaining({ type: 'AutoRelayReleased', cause: 'network-removed' }))
    expect(replay(all).gateways.size).toBe(0)
  })
})
