import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, test } from 'vitest'
import {
  eventsOf,
  sampleCreateEnrollmentKey,
  sampleCreateMesh,
  sampleCreateNetwork,
  sampleEnrollHost,
  sampleJoinNetwork,
  sampleRegisterHost,
  sampleTime,
} from '../testing/sample-mesh.js'
import { meshSpecification as mesh } from '../testing/specification.js'
import { enrollmentKeyId, hostId, type NodeId, networkId, nodeId, tagName } from '../values/index.js'
import type { CreateEnrollmentKey } from './commands/create-enrollment-key.js'
import type { ExistingMesh } from './commands/decision.js'
import { emitConsequences } from './commands/removal-consequences.js'
import { unfoldFrom } from './commands/unfolding.js'
import { decide } from './decide.js'
import { evolveAll, replay } from './evolve.js'
import { emptyLargeMap, largeMapGet, largeMapSet } from './large-map.js'
import { produceState } from './large-map-drafts.js'
import type { MeshCommand } from './mesh-command.js'
import type { MeshEvent } from './mesh-event.js'
import type { KeyGateway, MeshState } from './mesh-state.js'

const net1 = networkId('net-1')
const net2 = networkId('net-2')
const key1 = enrollmentKeyId('key-1')
const [gateway1, gateway2] = [nodeId('node-1-1'), nodeId('node-1-2')]
const about = { atEpochMs: sampleTime, keyId: key1 } as const
const setUp = [
  sampleCreateMesh(),
  sampleCreateNetwork(1),
  sampleCreateNetwork(2),
  sampleRegisterHost(1),
  sampleRegisterHost(2),
  sampleJoinNetwork(1, 1),
  sampleJoinNetwork(1, 2),
]

/** Hosts 1 and 2 are gateways of network 1. */
const withGateways = produceState(replay(eventsOf(...setUp)), (draft) => {
  for (const [gatewayId, host] of [
    [gateway1, hostId('host-1')],
    [gateway2, hostId('host-2')],
  ] as const) {
    const relayed = { relayedNodeIds: emptyLargeMap(), pairIds: emptyLargeMap(), clientIds: emptyLargeMap() }
    const facts = { nodeId: gatewayId, networkId: net1, hostId: host, createdAtEpochMs: sampleTime }
    largeMapSet(draft.gateways, gatewayId, { ...facts, autoRelay: true, internet: false, usedBy: 0, ...relayed })
    const network = largeMapGet(draft.networks, net1)
    if (network !== undefined) largeMapSet(network.gatewayIds, gatewayId, host)
  }
})

const decided = (state: MeshState, command: MeshCommand): readonly MeshEvent[] => {
  const decision = decide(command, state)
  if (E.isLeft(decision)) throw new TypeError(`${command.type}: ${decision.left.code}`)
  return decision.right
}
const refusal = (state: MeshState, command: MeshCommand): string => {
  const decision = decide(command, state)
  return E.isLeft(decision) ? decision.left.code : 'accepted'
}
const after = (state: MeshState, ...commands: readonly MeshCommand[]): MeshState =>
  commands.reduce((before, command) => evolveAll(before, decided(before, command)), state)
const manual = (id: NodeId): KeyGateway => ({ mode: 'manual', nodeId: id })
const create = (changes: Partial<CreateEnrollmentKey> = {}) =>
  sampleCreateEnrollmentKey({ gateway: manual(gateway1), ...changes })
const update = (gateway: KeyGateway | null) => ({ type: 'UpdateEnrollmentKey', ...about, gateway }) as const
const suspended: MeshEvent = { type: 'EnrollmentKeySuspended', ...about }
const resumed: MeshEvent = { type: 'EnrollmentKeyResumed', ...about }
const updated = (gateway: KeyGateway | null): MeshEvent => ({ type: 'EnrollmentKeyUpdated', ...about, gateway })

describe('the gateway of an enrolment key', () => {
  test('G1 is a gateway of one of its networks, or whichever is nearest', () => {
    expect(decided(withGateways, create())).toMatchObject([{ gateway: manual(gateway1) }])
    expect(decided(withGateways, create({ networkIds: [net2, net1] }))).toHaveLength(1)
    expect(decided(withGateways, create({ networkIds: [net2], gateway: { mode: 'auto' } }))).toHaveLength(1)
    expect(refusal(withGateways, create({ networkIds: [net2] }))).toBe('enrollment-key-gateway-unfit')
    mesh
      .given(eventsOf(...setUp))
      .when(create())
      .thenRefused('enrollment-key-gateway-unfit', { nodeId: gateway1 })
  })

  test('G1 changes; the same again is already so', () => {
    const state = after(withGateways, create())
    expect(decided(state, update(manual(gateway2)))).toEqual([updated(manual(gateway2))])
    expect(decided(state, update(null))).toEqual([updated(null)])
    expect(decided(state, update({ mode: 'auto' }))).toEqual([updated({ mode: 'auto' })])
    expect(decided(state, update(manual(gateway1)))).toEqual([])
    expect(refusal(state, update(manual(nodeId('nobody'))))).toBe('enrollment-key-gateway-unfit')
    expect(refusal(state, { ...update(null), keyId: enrollmentKeyId('key-9') })).toBe('enrollment-key-unknown')
    expect(refusal(after(state, { type: 'RevokeEnrollmentKey', ...about }), update(null))).toBe(
      'enrollment-key-revoked',
    )
  })

  test('B3 going away moves the key where it is told to', () => {
    const unfolding = unfoldFrom(after(withGateways, create()) as ExistingMesh)
    emitConsequences({ kind: 'gateway', nodeId: gateway1, moveTo: gateway2, atEpochMs: sampleTime }, unfolding)
    expect(unfolding.events()).toEqual([updated(manual(gateway2))])
  })

  test('B3 going away without another suspends the key; keys of others, automatic and spent ones stay', () => {
    const keys = [
      create(),
      create({ keyId: enrollmentKeyId('key-2'), name: 'Other', gateway: manual(gateway2) }),
      create({ keyId: enrollmentKeyId('key-3'), name: 'Nearest', gateway: { mode: 'auto' } }),
      create({ keyId: enrollmentKeyId('key-4'), name: 'Gone' }),
      { type: 'RevokeEnrollmentKey', atEpochMs: sampleTime, keyId: enrollmentKeyId('key-4') } as const,
    ]
    const unfolding = unfoldFrom(after(withGateways, ...keys) as ExistingMesh)
    emitConsequences({ kind: 'gateway', nodeId: gateway1, moveTo: null, atEpochMs: sampleTime }, unfolding)
    expect(unfolding.events()).toEqual([suspended])
    emitConsequences({ kind: 'gateway', nodeId: gateway1, moveTo: gateway2, atEpochMs: sampleTime }, unfolding)
    expect(unfolding.events()).toEqual([suspended])
  })

  test('B3 leaving with its node suspends the key first', () => {
    const remove = { type: 'RemoveNode', atEpochMs: sampleTime, nodeId: gateway1 } as const
    const events = decided(after(withGateways, create()), remove)
    expect(events[0]).toEqual(suspended)
    expect(events.at(-1)?.type).toBe('NodeLeft')
  })

  test('B3 leaving with its network: keys for elsewhere stay, without it; others were revoked', () => {
    const both = create({ keyId: enrollmentKeyId('key-2'), name: 'Both', networkIds: [net1, net2] })
    const remove = { type: 'RemoveNetwork', atEpochMs: sampleTime, networkId: net1, evenWithNodes: true } as const
    const events = decided(after(withGateways, create(), both), remove)
    expect(events.filter(({ type }) => type.startsWith('EnrollmentKey'))).toEqual([
      { type: 'EnrollmentKeyRevoked', ...about },
      { ...updated(null), keyId: both.keyId },
    ])
  })
})

describe('a suspended key', () => {
  const unfolding = unfoldFrom(after(withGateways, create(), sampleEnrollHost(3)) as ExistingMesh)
  emitConsequences({ kind: 'gateway', nodeId: gateway1, moveTo: null, atEpochMs: sampleTime }, unfolding)
  const state = unfolding.state()

  test('B3 lets nobody in, burns no use, and still answers who is in', () => {
    expect(refusal(state, sampleEnrollHost(4))).toBe('enrollment-key-suspended')
    expect(decided(state, sampleEnrollHost(3))).toEqual([])
    expect(largeMapGet(state.enrollmentKeys, key1)?.uses).toBe(1)
  })

  test('B3 lets machines in again with another gateway, with none, or when its own is back', () => {
    expect(decided(state, update(manual(gateway2)))).toEqual([updated(manual(gateway2)), resumed])
    expect(decided(state, update(null))).toEqual([updated(null), resumed])
    expect(decided(state, update(manual(gateway1)))).toEqual([resumed])
    expect(refusal(after(state, update(null)), sampleEnrollHost(4))).toBe('accepted')
  })

  test('G1 keeps its name', () => {
    const other = create({ keyId: enrollmentKeyId('key-2') })
    expect(refusal(state, other)).toBe('enrollment-key-name-taken')
  })
})

describe('the tags of an enrolment key', () => {
  const [servers, web] = [tagName('servers'), tagName('web')]
  const tagged = (network: number, tag = servers): MeshEvent => ({
    type: 'TagAssigned',
    atEpochMs: sampleTime,
    networkId: networkId(`net-${network}`),
    memberId: nodeId(`node-${network}-3`),
    tag,
  })

  test('G1 are given to its nodes, in order and once each', () => {
    const key = sampleCreateEnrollmentKey({ networkIds: [net1, net2], tags: [web, servers, web] })
    const enrol = sampleEnrollHost(3, { capabilities: ['isolate-networks'] })
    const events = decided(after(replay(eventsOf(...setUp)), key), enrol)
    expect(events.map(({ type }) => type)).toEqual([
      'HostRegistered',
      'NodeJoined',
      'NodeJoined',
      ...Array(4).fill('TagAssigned'),
      'EnrollmentKeyUsed',
    ])
    expect(events.filter(({ type }) => type === 'TagAssigned')).toEqual([
      tagged(1),
      tagged(1, web),
      tagged(2),
      tagged(2, web),
    ])
  })

  test('G1 are given only where the machine joins', () => {
    const key = sampleCreateEnrollmentKey({ tags: [servers] })
    const state = after(replay(eventsOf(...setUp)), key, sampleEnrollHost(3))
    expect(largeMapGet(state.nodes, nodeId('node-1-3'))?.tags).toEqual([servers])
    const without = { type: 'UnassignTag', atEpochMs: sampleTime, memberId: nodeId('node-1-3'), tag: servers } as const
    expect(decided(after(state, without), sampleEnrollHost(3))).toEqual([])
  })
})
