import { describe, expect, test } from 'vitest'
import { thingsOf } from '../explain/state-things.js'
import {
  gatewayCreated,
  sampleAbleHost,
  sampleAssignRelay,
  sampleCreateGateway,
  sampleEngage,
  sampleEvidence,
  sampleMeshOfSix,
  sampleNode,
  sampleSetAutoGateway,
} from '../testing/sample-gateways.js'
import { eventsOf, sampleJoinNetwork, sampleRegisterHost, sampleTime } from '../testing/sample-mesh.js'
import { meshSpecification as mesh } from '../testing/specification.js'
import { hostId, hostName, networkId } from '../values/index.js'
import type { MoveAutoRelay } from './commands/move-auto-relay.js'
import type { ReleaseAutoRelay } from './commands/release-auto-relay.js'
import type { UpdateNodeTraits } from './commands/update-node-traits.js'
import { describeMeshEvent } from './describe-event.js'
import { largeMapGet } from './large-map.js'
import type { MeshCommand } from './mesh-command.js'
import type { MeshEventOf } from './mesh-event.js'
import { newNodeTraits, pairIdOf } from './mesh-state.js'

const at = { atEpochMs: sampleTime } as const
const nodes = (...hosts: readonly number[]) => hosts.map((host) => sampleNode(host))
/** Nodes 1 and 2 are gateways. */
const two = [...sampleMeshOfSix, sampleCreateGateway(1), sampleCreateGateway(2)]
const given = (...more: readonly MeshCommand[]) => mesh.given(eventsOf(...two, ...more))
const pairId = pairIdOf(sampleNode(3), sampleNode(4))
const engaged = (...gateways: readonly number[]): MeshEventOf<'AutoRelayEngaged'> => ({
  type: 'AutoRelayEngaged',
  ...at,
  nodeIds: [sampleNode(3), sampleNode(4)],
  gatewayIds: nodes(...gateways),
  evidence: sampleEvidence(...gateways),
})
const released = (
  cause: MeshEventOf<'AutoRelayReleased'>['cause'],
  changes: Partial<MeshEventOf<'AutoRelayReleased'>> = {},
): MeshEventOf<'AutoRelayReleased'> => ({ type: 'AutoRelayReleased', ...at, pairId, cause, evidence: null, ...changes })

describe('two nodes that can not connect directly', () => {
  test('C3 F5 use gateways that both proved, best first, and the event keeps what was measured', () => {
    const state = given()
      .when(sampleEngage(3, 4, 2, 1))
      .then([engaged(2, 1)])
    expect(largeMapGet(state.autoRelays, pairId)).toEqual({
      pairId,
      networkId: networkId('net-1'),
      nodeIds: nodes(3, 4),
      gatewayIds: nodes(2, 1),
      sequence: 0,
      engagedAtEpochMs: sampleTime,
    })
    expect([1, 2].map((gateway) => largeMapGet(state.gateways, sampleNode(gateway))?.usedBy)).toEqual([0, 1])
  })

  test('C3 F5 a pair is called by both its nodes, and what was measured is told in tenths of milliseconds', () => {
    const measured = [{ gatewayId: sampleNode(1), roundTripMs: 4.407954124981188, otherRoundTripMs: 0.04 }]
    const evidence = { ...sampleEvidence(1), measured }
    const engage = { ...sampleEngage(3, 4, 1), evidence }
    const [event] = eventsOf(...two, engage).slice(-1)
    const state = given()
      .when(engage)
      .then(eventsOf(...two, engage).slice(-1))
    expect(thingsOf(state, 'autoRelays').map(({ name }) => name)).toEqual(['machine-3.office-1 and machine-4.office-1'])
    expect(event && describeMeshEvent(event, state)).toContain('machine-1" of network "office-1" 4.4 + 0 ms')
  })

  test("C3 C4 one end's word is enough, whichever it is: the one with the lower host id owns the choice", () => {
    given()
      .when(sampleEngage(4, 3, 1))
      .then([engaged(1)])
    for (const again of [sampleEngage(3, 4, 1), sampleEngage(4, 3, 2)])
      given(sampleEngage(3, 4, 1))
        .when(again)
        .thenNothing()
  })

  test('C4 never connected: there was no handshake at all', () => {
    const evidence = { ...sampleEvidence(1), handshakeAgeMs: null, missedProbes: 0 }
    given()
      .when({ ...sampleEngage(3, 4, 1), evidence })
      .then([{ ...engaged(1), evidence }])
  })

  test('C3 the owner has the lower host id, which need not be the lower node id', () => {
    const swapped = [
      sampleRegisterHost(7, { hostId: hostId('host-0'), capabilities: ['isolate-networks'] }),
      sampleJoinNetwork(1, 7, { hostId: hostId('host-0') }),
    ]
    given(...swapped)
      .when(sampleEngage(3, 7, 1))
      .then([{ ...engaged(1), nodeIds: [sampleNode(7), sampleNode(3)] }])
  })

  test('C3 are two nodes of one network', () => {
    given()
      .when(sampleEngage(3, 3, 1))
      .thenRefused('auto-relay-needs-two-nodes', { nodeId: sampleNode(3) })
    given()
      .when({ ...sampleEngage(3, 4, 1), otherNodeId: sampleNode(4, 2) })
      .thenRefused('auto-relay-across-networks', { nodeIds: [sampleNode(3), sampleNode(4, 2)] })
    given()
      .when(sampleEngage(3, 9, 1))
      .thenRefused('node-unknown', { nodeId: sampleNode(9) })
    given()
      .when(sampleEngage(9, 3, 1))
      .thenRefused('node-unknown', { nodeId: sampleNode(9) })
  })

  test('C3 no relay path contains another: neither end is relayed, or a gateway', () => {
    const unfit = (reason: 'relayed' | 'gateway' | 'inactive', number: number) =>
      ({ nodeId: sampleNode(number), name: hostName(`machine-${number}`), reason }) as const
    for (const relay of [sampleAssignRelay(4, 1), sampleSetAutoGateway(4)])
      given(relay)
        .when(sampleEngage(3, 4, 1))
        .thenRefused('auto-relay-end-unfit', unfit('relayed', 4))
    given()
      .when(sampleEngage(2, 3, 1))
      .thenRefused('auto-relay-end-unfit', unfit('gateway', 2))
    given({ type: 'DisconnectNode', ...at, nodeId: sampleNode(3) })
      .when(sampleEngage(3, 4, 1))
      .thenRefused('auto-relay-end-unfit', unfit('inactive', 3))
  })

  test('C3 their gateways are some of the network that take part and have auto-relay on', () => {
    given({ type: 'UpdateGateway', ...at, nodeId: sampleNode(2), autoRelay: false })
      .when(sampleEngage(3, 4, 1, 2))
      .thenRefused('auto-relay-off', { nodeId: sampleNode(2), name: hostName('machine-2') })
    given()
      .when(sampleEngage(3, 4, 5))
      .thenRefused('gateway-unknown', { nodeId: sampleNode(5) })
    given()
      .when(sampleEngage(3, 4, 4))
      .thenRefused('gateway-unknown', { nodeId: sampleNode(4) })
    given()
      .when(sampleEngage(3, 4, 1, 1))
      .thenRefused('gateway-named-twice', { nodeId: sampleNode(1) })
    given({ type: 'DisconnectNode', ...at, nodeId: sampleNode(2) })
      .when(sampleEngage(3, 4, 2))
      .thenRefused('gateway-away', { nodeId: sampleNode(2) })
    given(sampleCreateGateway(5, { nodeId: sampleNode(5, 2) }))
      .when({ ...sampleEngage(3, 4), gatewayIds: [sampleNode(5, 2)] })
      .thenRefused('gateway-elsewhere', { nodeId: sampleNode(5, 2) })
  })
})

describe('a node that must not be relayed by gateways that nobody named', () => {
  const never = (autoRelay: 'allowed' | 'never', host = 4): UpdateNodeTraits => ({
    type: 'UpdateNodeTraits',
    ...at,
    nodeId: sampleNode(host),
    autoRelay,
  })
  const updated = (autoRelay: 'allowed' | 'never'): MeshEventOf<'NodeTraitsUpdated'> => ({
    type: 'NodeTraitsUpdated',
    ...at,
    nodeId: sampleNode(4),
    tunnel: newNodeTraits.tunnel,
    autoRelay,
    ownLan: 'own',
  })

  test('C3 is in no pair, and its pairs end', () => {
    given(never('never'))
      .when(sampleEngage(3, 4, 1))
      .thenRefused('auto-relay-end-unfit', { nodeId: sampleNode(4), reason: 'never' })
    given(sampleEngage(3, 4, 1), sampleEngage(5, 6, 1))
      .when(never('never'))
      .then([released('end-never-relayed'), updated('never')])
    given(never('never'))
      .when(never('allowed'))
      .then([updated('allowed')])
    given(never('never')).when(never('never')).thenNothing()
    given().when(never('never', 9)).thenRefused('node-unknown')
  })

  test('C1 C3 may be relayed by one that somebody named', () => {
    eventsOf(...two, never('never'), sampleAssignRelay(4, 1))
  })
})

describe('an auto-relayed pair', () => {
  const release = (cause: ReleaseAutoRelay['cause'], evidence: ReleaseAutoRelay['evidence'] = null) =>
    ({ type: 'ReleaseAutoRelay', ...at, pairId, cause, evidence }) as const
  const move = (sequence: number, ...gateways: readonly number[]): MoveAutoRelay => ({
    type: 'MoveAutoRelay',
    ...at,
    pairId,
    gatewayIds: nodes(...gateways),
    sequence,
    evidence: sampleEvidence(...gateways),
  })

  test('C5 F5 is direct again once an echo went both ways, or when somebody says so', () => {
    const evidence = { handshakeAgeMs: 40, missedProbes: 0, measured: [] }
    const state = given(sampleEngage(3, 4, 1))
      .when(release('direct', evidence))
      .then([released('direct', { evidence })])
    expect(largeMapGet(state.nodes, sampleNode(3))?.pairIds).toEqual([])
    expect(largeMapGet(state.gateways, sampleNode(1))).toMatchObject({ usedBy: 0, pairIds: { size: 0 } })
    given(sampleEngage(3, 4, 1))
      .when(release('command'))
      .then([released('command')])
    given().when(release('command')).thenRefused('auto-relay-unknown', { pairId })
  })

  test('C5 one that could not stay direct is relayed again', () => {
    given(sampleEngage(3, 4, 1), release('direct'))
      .when(sampleEngage(3, 4, 2))
      .then([engaged(2)])
  })

  test('C6 F5 moves to the next of its list as its owner says, with what was measured', () => {
    const moved = { ...move(7, 2, 1), type: 'AutoRelayMoved', cause: 'own-choice' } as const
    const state = given(sampleEngage(3, 4, 1, 2))
      .when(move(7, 2, 1))
      .then([moved])
    expect([1, 2].map((gateway) => largeMapGet(state.gateways, sampleNode(gateway))?.usedBy)).toEqual([0, 1])
    given(sampleEngage(3, 4, 1, 2))
      .when(move(7, 2))
      .then([{ ...moved, gatewayIds: nodes(2, 1), evidence: sampleEvidence(2) }])
  })

  test('C6 what its owner said before, or says again, is old news', () => {
    for (const sequence of [6, 7])
      given(sampleEngage(3, 4, 1, 2), move(7, 2, 1))
        .when(move(sequence, 1, 2))
        .thenNothing()
    given(sampleEngage(3, 4, 1, 2))
      .when(move(7, 1))
      .thenNothing()
  })

  test('C6 moves to gateways of its list only', () => {
    given(sampleEngage(3, 4, 1))
      .when(move(7, 2))
      .thenRefused('gateway-not-in-list', { gatewayId: sampleNode(2) })
    given().when(move(7, 1)).thenRefused('auto-relay-unknown', { pairId })
  })

  test('B2 C6 moves on, or ends, when its gateway is closed to pairs', () => {
    const close = { type: 'UpdateGateway', ...at, nodeId: sampleNode(1), autoRelay: false } as const
    const updated = { ...close, type: 'GatewayUpdated' } as const
    given(sampleEngage(3, 4, 1, 2))
      .when(close)
      .then([
        {
          type: 'AutoRelayMoved',
          ...at,
          pairId,
          gatewayIds: nodes(2),
          sequence: 0,
          cause: 'auto-relay-off',
          evidence: null,
        },
        updated,
      ])
    given(sampleEngage(3, 4, 1))
      .when(close)
      .then([released('auto-relay-off'), updated])
  })

  test('B2 C3 ends when an end becomes a gateway, which others reach directly', () => {
    given(sampleEngage(3, 4, 1))
      .when(sampleCreateGateway(3))
      .then([released('end-is-gateway'), gatewayCreated(3)])
  })

  test('C3 ends when an end leaves', () => {
    given(sampleEngage(3, 4, 1))
      .when({ type: 'RemoveNode', ...at, nodeId: sampleNode(4) })
      .then([
        released('node-left'),
        {
          type: 'NodeLeft',
          ...at,
          nodeId: sampleNode(4),
          networkId: networkId('net-1'),
          hostId: sampleAbleHost(4).hostId,
          cause: 'removed',
        },
      ])
  })
})
