import { describe, expect, test } from 'vitest'
import {
  relayAssigned,
  relayMoved,
  relayUnassigned,
  sampleAbleHost,
  sampleAssignRelay,
  sampleCreateExit,
  sampleCreateGateway,
  sampleEngage,
  sampleMeshOfSix,
  sampleNode,
  sampleReportVector,
  sampleSetAutoGateway,
  sampleUnassignRelay,
} from '../testing/sample-gateways.js'
import { eventsOf, sampleCreateEnrollmentKey, sampleEnrollHost, sampleTime } from '../testing/sample-mesh.js'
import { meshSpecification as mesh } from '../testing/specification.js'
import { hostName, networkId, networkName, nodeId } from '../values/index.js'
import type { CreateEnrollmentKey } from './commands/create-enrollment-key.js'
import { replay } from './evolve.js'
import { emptyLargeMap, largeMapGet, largeMapKeys } from './large-map.js'
import type { MeshCommand } from './mesh-command.js'
import type { MeshState } from './mesh-state.js'
import { pairIdOf } from './mesh-state.js'

const at = { atEpochMs: sampleTime } as const
const [net1, net2] = [networkId('net-1'), networkId('net-2')]
/** Nodes 1 and 2 are gateways. */
const two = [...sampleMeshOfSix, sampleCreateGateway(1), sampleCreateGateway(2)]
const given = (...more: readonly MeshCommand[]) => mesh.given(eventsOf(...two, ...more))
const relayedBy = (state: MeshState, gateway: number) => {
  const found = largeMapGet(state.gateways, sampleNode(gateway))
  return found === undefined ? undefined : [[...largeMapKeys(found.relayedNodeIds)], found.usedBy]
}

describe('a relayed node', () => {
  test('C1 is reached through its gateway, with the others that were named standing by', () => {
    const state = given()
      .when(sampleAssignRelay(3, 1, 2))
      .then([relayAssigned(3, [1, 2])])
    expect(largeMapGet(state.nodes, sampleNode(3))?.relay).toEqual({
      mode: 'manual',
      gatewayIds: [sampleNode(1), sampleNode(2)],
      sequence: 0,
      assignedAtEpochMs: sampleTime,
    })
    expect([1, 2].map((gateway) => relayedBy(state, gateway))).toEqual([
      [[sampleNode(3)], 1],
      [[sampleNode(3)], 0],
    ])
    expect([...largeMapKeys(largeMapGet(state.networks, net1)?.relayedNodeIds ?? emptyLargeMap())]).toEqual([
      sampleNode(3),
    ])
  })

  test('C1 has one gateway at most: another takes the place of the one it had', () => {
    given(sampleAssignRelay(3, 1)).when(sampleAssignRelay(3, 1)).thenNothing()
    const state = given(sampleAssignRelay(3, 1))
      .when(sampleAssignRelay(3, 2))
      .then([relayAssigned(3, [2])])
    expect([1, 2].map((gateway) => relayedBy(state, gateway))).toEqual([
      [[], 0],
      [[sampleNode(3)], 1],
    ])
    given(sampleAssignRelay(3, 1, 2))
      .when(sampleAssignRelay(3, 2, 1))
      .then([relayAssigned(3, [2, 1])])
  })

  test('C1 is relayed in that network only', () => {
    const state = given()
      .when(sampleAssignRelay(4, 1))
      .then([relayAssigned(4, [1])])
    expect(largeMapGet(state.nodes, sampleNode(4, 2))?.relay).toBeNull()
  })

  test('C1 its gateways are others of its network that take part, each named once', () => {
    const elsewhere = sampleNode(4, 2)
    const when = (...gatewayIds: readonly ReturnType<typeof sampleNode>[]) =>
      given(sampleCreateGateway(4, { nodeId: elsewhere }), {
        type: 'DisconnectNode',
        ...at,
        nodeId: sampleNode(2),
      }).when({ ...sampleAssignRelay(3), gatewayIds })
    when(sampleNode(5)).thenRefused('gateway-unknown', { nodeId: sampleNode(5) })
    when(sampleNode(1), elsewhere).thenRefused('gateway-elsewhere', {
      nodeId: elsewhere,
      networkName: networkName('office-1'),
    })
    when(sampleNode(2)).thenRefused('gateway-away', { nodeId: sampleNode(2), name: hostName('machine-2') })
    when(sampleNode(1), sampleNode(1)).thenRefused('gateway-named-twice', { nodeId: sampleNode(1) })
    when(sampleNode(1), sampleNode(3)).thenRefused('gateway-of-itself', { nodeId: sampleNode(3) })
    given()
      .when(sampleAssignRelay(9, 1))
      .thenRefused('node-unknown', { nodeId: sampleNode(9) })
  })

  test('C1 C3 no relay path contains an auto-relayed pair: those of the node end', () => {
    for (const command of [sampleAssignRelay(3, 1), sampleSetAutoGateway(3)])
      given(sampleEngage(3, 4, 1), sampleEngage(4, 5, 1))
        .when(command)
        .then([
          {
            type: 'AutoRelayReleased',
            ...at,
            pairId: pairIdOf(sampleNode(3), sampleNode(4)),
            cause: 'end-relayed',
            evidence: null,
          },
          command.type === 'AssignRelay' ? relayAssigned(3, [1]) : relayAssigned(3, [2, 1], { mode: 'auto' }),
        ])
  })

  test('C1 unassigned it is reached directly', () => {
    const state = given(sampleAssignRelay(3, 1))
      .when(sampleUnassignRelay(3))
      .then([relayUnassigned(3)])
    expect(relayedBy(state, 1)).toEqual([[], 0])
    expect(largeMapGet(state.networks, net1)?.relayedNodeIds.size).toBe(0)
    given(sampleSetAutoGateway(3))
      .when(sampleUnassignRelay(3))
      .then([relayUnassigned(3)])
    given().when(sampleUnassignRelay(3)).thenNothing()
    given().when(sampleUnassignRelay(9)).thenRefused('node-unknown')
  })

  test('C1 a node that leaves lets go of its gateway first', () => {
    given(sampleAssignRelay(3, 1))
      .when({ type: 'RemoveNode', ...at, nodeId: sampleNode(3) })
      .then([
        relayUnassigned(3, 'node-left'),
        {
          type: 'NodeLeft',
          ...at,
          nodeId: sampleNode(3),
          networkId: net1,
          hostId: sampleAbleHost(3).hostId,
          cause: 'removed',
        },
      ])
  })
})

describe('a relayed node that says which gateway it uses', () => {
  const withStandby = sampleAssignRelay(3, 1, 2)

  test('F3 F5 is recorded with what it measured, whether its gateways were named or chosen', () => {
    for (const relay of [withStandby, sampleSetAutoGateway(3)]) {
      const report = sampleReportVector(3, 7, 2, 1)
      const state = given(relay)
        .when(report)
        .then([relayMoved(3, [2, 1], 'own-choice', { sequence: 7, evidence: report.evidence })])
      expect([1, 2].map((gateway) => relayedBy(state, gateway))).toEqual([
        [[sampleNode(3)], 0],
        [[sampleNode(3)], 1],
      ])
    }
  })

  test('F3 what it said before, or says again, is old news', () => {
    for (const sequence of [6, 7])
      given(withStandby, sampleReportVector(3, 7, 2, 1))
        .when(sampleReportVector(3, sequence, 1, 2))
        .thenNothing()
    given(withStandby)
      .when(sampleReportVector(3, 7, 1))
      .thenNothing()
    given(withStandby).when(sampleReportVector(3, 7)).thenNothing()
  })

  test('F3 what it said before it was assigned is old news too', () => {
    given(withStandby, sampleReportVector(3, 7, 2, 1), withStandby)
      .when(sampleReportVector(3, 7, 2, 1))
      .thenNothing()
    given(withStandby, sampleReportVector(3, 7, 2, 1), withStandby)
      .when(sampleReportVector(3, 8, 2, 1))
      .then([relayMoved(3, [2, 1], 'own-choice', { sequence: 8, evidence: sampleReportVector(3, 8, 2, 1).evidence })])
  })

  test('F3 gateways that it can not use now stay behind, others come not in', () => {
    const report = sampleReportVector(3, 7, 2)
    given(withStandby)
      .when(report)
      .then([relayMoved(3, [2, 1], 'own-choice', { sequence: 7, evidence: report.evidence })])
    given(sampleAssignRelay(3, 1))
      .when(sampleReportVector(3, 7, 2, 1))
      .thenRefused('gateway-not-in-list', { gatewayId: sampleNode(2) })
    given()
      .when(sampleReportVector(3, 7, 1))
      .thenRefused('node-not-relayed', { nodeId: sampleNode(3), name: hostName('machine-3') })
    given()
      .when(sampleReportVector(9, 7, 1))
      .thenRefused('node-unknown')
  })
})

describe('an enrolment key with a gateway', () => {
  const key = (changes: Partial<CreateEnrollmentKey> = {}) =>
    sampleCreateEnrollmentKey({
      networkIds: [net1, net2],
      gateway: { mode: 'manual', nodeId: sampleNode(1) },
      ...changes,
    })
  const { type: _type, ...facts } = sampleAbleHost(7)
  const enroll = { ...sampleEnrollHost(7), ...facts }
  const relaysOf = (...commands: readonly MeshCommand[]) =>
    eventsOf(...two, ...commands, enroll).filter((event) => event.type === 'RelayAssigned')
  /** The host's nodes take the ids that it brings in the order of the key's networks. */
  const [inNet1, inNet2] = [nodeId('node-1-7'), nodeId('node-2-7')]

  test("C2 G1 its nodes join relayed, in the gateway's network only", () => {
    expect(relaysOf(key())).toEqual([relayAssigned(7, [1], { cause: 'enrollment-key' })])
    const types = eventsOf(...two, key(), enroll).map(({ type }) => type)
    expect(types.slice(-5)).toEqual([
      'HostRegistered',
      'NodeJoined',
      'NodeJoined',
      'RelayAssigned',
      'EnrollmentKeyUsed',
    ])
  })

  test('C2 G1 with an automatic gateway they have one in each network, or wait for it', () => {
    const auto = { mode: 'auto', cause: 'enrollment-key' } as const
    expect(relaysOf(key({ gateway: { mode: 'auto' } }))).toEqual([
      relayAssigned(7, [1, 2], { ...auto, nodeId: inNet1 }),
      relayAssigned(7, [], { ...auto, nodeId: inNet2 }),
    ])
  })

  test('C2 of one that is away they wait for it', () => {
    expect(relaysOf(key(), { type: 'DisconnectNode', ...at, nodeId: sampleNode(1) })).toEqual([
      relayAssigned(7, [1], { cause: 'enrollment-key' }),
    ])
  })

  test('C2 also where they wait for approval', () => {
    const settings = { joinApproval: 'required' } as const
    const state = replay(eventsOf(...two, { type: 'UpdateNetwork', ...at, networkId: net1, settings }, key(), enroll))
    expect(largeMapGet(state.nodes, inNet1)).toMatchObject({
      approval: 'pending',
      relay: { mode: 'manual', gatewayIds: [sampleNode(1)] },
    })
  })

  test('G1 is of a gateway of one of its networks', () => {
    const name = key().name
    given()
      .when(key({ networkIds: [net2] }))
      .thenRefused('enrollment-key-gateway-unfit', { nodeId: sampleNode(1), name })
    given()
      .when(key({ gateway: { mode: 'manual', nodeId: sampleNode(3) } }))
      .thenRefused('enrollment-key-gateway-unfit', { nodeId: sampleNode(3), name })
  })

  test('D2 G1 a host that would use two internet gateways is refused and burns no use', () => {
    const second = key({ networkIds: [net2], gateway: { mode: 'manual', nodeId: sampleNode(6, 2) } })
    const uses = { type: 'AssignRelay', ...at, nodeId: sampleNode(4), gatewayIds: [sampleNode(5)] } as const
    const exits = [...two, sampleCreateExit(5), sampleCreateExit(6, 2)]
    const leave = { type: 'RemoveNode', ...at, nodeId: sampleNode(4, 2) } as const
    const { type: _gone, ...known } = sampleAbleHost(4)
    mesh
      .given(eventsOf(...exits, uses, leave, second))
      .when({ ...sampleEnrollHost(4), ...known, freshNodeIds: [sampleNode(4, 2)] })
      .thenRefused('internet-gateway-second', { hosts: [hostName('machine-4')], count: 1 })
  })

  test('D2 G1 with an automatic one, lists leave such gateways out', () => {
    const uses = { type: 'AssignRelay', ...at, nodeId: sampleNode(4), gatewayIds: [sampleNode(5)] } as const
    const leave = { type: 'RemoveNode', ...at, nodeId: sampleNode(4, 2) } as const
    const commands = [
      ...two,
      sampleCreateExit(5),
      sampleCreateExit(6, 2),
      sampleCreateGateway(5, { nodeId: sampleNode(5, 2) }),
    ]
    const { type: _gone, ...known } = sampleAbleHost(4)
    const all = eventsOf(...commands, uses, leave, key({ networkIds: [net2], gateway: { mode: 'auto' } }), {
      ...sampleEnrollHost(4),
      ...known,
      freshNodeIds: [sampleNode(4, 2)],
    })
    expect(all.at(-2)).toMatchObject({ type: 'RelayAssigned', mode: 'auto', gatewayIds: [sampleNode(5, 2)] })
  })
})
