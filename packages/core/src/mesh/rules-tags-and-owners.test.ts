import { describe, expect, test } from 'vitest'
import {
  eventsOf,
  sampleAddGroup,
  sampleAddUser,
  sampleCreateMesh,
  sampleCreateNetwork,
  sampleJoinNetwork,
  sampleRegisterHost,
  sampleTime,
} from '../testing/sample-mesh.js'
import { meshSpecification as mesh } from '../testing/specification.js'
import { deviceId, groupId, hostId, networkId, nodeId, tagName, type UserId, userId } from '../values/index.js'
import { decide } from './decide.js'
import { evolve, replay } from './evolve.js'
import { type LargeMap, largeMapGet, largeMapKeys } from './large-map.js'
import { produceState } from './large-map-drafts.js'
import type { MeshCommand } from './mesh-command.js'
import type { MeshEvent } from './mesh-event.js'
import { brokenInvariants } from './mesh-invariants.js'
import type { MeshState } from './mesh-state.js'

const net1 = networkId('net-1')
const node1 = nodeId('node-1-1')
const host1 = hostId('host-1')
const user1 = userId('user-1')
const [servers, laptops] = [tagName('servers'), tagName('laptops')]
const setUp = [
  sampleCreateMesh(),
  sampleCreateNetwork(1),
  sampleRegisterHost(1),
  sampleRegisterHost(2),
  sampleJoinNetwork(1, 1),
  sampleJoinNetwork(1, 2),
  sampleAddUser(1),
  sampleAddUser(2),
  sampleAddGroup(1),
]
const given = (...more: readonly MeshCommand[]) => mesh.given(eventsOf(...setUp, ...more))
const stateAfter = (...more: readonly MeshCommand[]) => replay(eventsOf(...setUp, ...more))

const tag = (type: 'AssignTag' | 'UnassignTag', label = servers) =>
  ({ type, atEpochMs: sampleTime, memberId: node1, tag: label }) as const
const tagged = (type: 'TagAssigned' | 'TagUnassigned', label = servers): MeshEvent => ({
  type,
  atEpochMs: sampleTime,
  networkId: net1,
  memberId: node1,
  tag: label,
})
const keysOf = <K extends string>(map: LargeMap<K, unknown> | undefined): readonly K[] =>
  map === undefined ? [] : [...largeMapKeys(map)].sort()
const inSet = (state: MeshState, key: string): readonly string[] => {
  const network = largeMapGet(state.networks, net1)
  return keysOf(network === undefined ? undefined : largeMapGet(network.sets, key)?.memberIds)
}

describe('a tag', () => {
  test('G4 is assigned once and in order, and its set has the node', () => {
    const state = given(tag('AssignTag'))
      .when(tag('AssignTag', laptops))
      .then([tagged('TagAssigned', laptops)])
    expect(largeMapGet(state.nodes, node1)?.tags).toEqual([laptops, servers])
    expect(inSet(state, 'tag:servers')).toEqual([node1])
    given(tag('AssignTag')).when(tag('AssignTag')).thenNothing()
  })

  test('G4 is unassigned, and its set has the node no more', () => {
    const state = given(tag('AssignTag'))
      .when(tag('UnassignTag'))
      .then([tagged('TagUnassigned')])
    expect(inSet(state, 'tag:servers')).toEqual([])
    given().when(tag('UnassignTag')).thenNothing()
  })

  test('G4 of nodes and clients that are there, fifty each at most', () => {
    const nobody = { memberId: nodeId('nobody') }
    given()
      .when({ ...tag('AssignTag'), ...nobody })
      .thenRefused('member-unknown', nobody)
    given()
      .when({ ...tag('UnassignTag'), ...nobody })
      .thenRefused('member-unknown', nobody)
    const fifty = Array.from({ length: 50 }, (_, i) => tag('AssignTag', tagName(`tag-${i}`)))
    given(...fifty)
      .when(tag('AssignTag'))
      .thenRefused('too-many-tags', { limit: 50 })
    given(...fifty)
      .when(tag('AssignTag', tagName('tag-7')))
      .thenNothing()
  })

  test('G4 a node that takes no part keeps its tags and is in no set', () => {
    const aside = { type: 'DisconnectNode', atEpochMs: sampleTime, nodeId: node1 } as const
    const state = stateAfter(aside, tag('AssignTag'))
    expect(inSet(state, 'tag:servers')).toEqual([])
    expect(inSet(stateAfter(aside, tag('AssignTag'), { ...aside, type: 'ConnectNode' }), 'tag:servers')).toEqual([
      node1,
    ])
  })
})

const own = (who: UserId | null) =>
  ({ type: 'SetHostOwner', atEpochMs: sampleTime, hostId: host1, userId: who }) as const
const owned = (who: UserId | null): MeshEvent => ({
  type: 'HostOwnerChanged',
  atEpochMs: sampleTime,
  hostId: host1,
  userId: who,
})
const engineers = {
  type: 'ChangeGroupMembers',
  atEpochMs: sampleTime,
  groupId: groupId('group-1'),
  add: [user1],
  remove: [],
  byUserId: null,
} as const

describe('the owner of a host', () => {
  test('A3 is a user that is there, or nobody', () => {
    const state = given()
      .when(own(user1))
      .then([owned(user1)])
    expect(largeMapGet(state.indexes.hostIdsByOwner, user1)).toEqual([host1])
    given(own(user1)).when(own(user1)).thenNothing()
    given(own(user1))
      .when(own(null))
      .then([owned(null)])
    given().when(own(null)).thenNothing()
    given()
      .when(own(userId('nobody')))
      .thenRefused('user-unknown')
    given()
      .when({ ...own(user1), hostId: hostId('nobody') })
      .thenRefused('host-unknown')
  })

  test("G7 a host's traffic counts as its user's, and as that of the user's groups", () => {
    const state = stateAfter(engineers, own(user1))
    expect(inSet(state, 'user:user-1')).toEqual([node1])
    expect(inSet(state, 'group:group-1')).toEqual([node1])
    expect(inSet(stateAfter(own(user1), engineers), 'group:group-1')).toEqual([node1])
    expect(
      inSet(stateAfter(own(user1), engineers, { ...engineers, add: [], remove: [user1] }), 'group:group-1'),
    ).toEqual([])
    const other = stateAfter(engineers, own(user1), own(userId('user-2')))
    expect([inSet(other, 'user:user-1'), inSet(other, 'group:group-1'), inSet(other, 'user:user-2')]).toEqual([
      [],
      [],
      [node1],
    ])
  })

  test("G2 who is removed leaves hosts behind that are nobody's", () => {
    const state = given(engineers, own(user1))
      .when({ type: 'RemoveUser', atEpochMs: sampleTime, userId: user1, byUserId: null })
      .then([
        { type: 'GroupMembersChanged', atEpochMs: sampleTime, groupId: groupId('group-1'), add: [], remove: [user1] },
        owned(null),
        { type: 'UserRemoved', atEpochMs: sampleTime, userId: user1 },
      ])
    expect(inSet(state, 'user:user-1')).toEqual([])
    expect(largeMapGet(state.hosts, host1)?.ownerUserId).toBeNull()
  })

  test("A5 a removed host is nobody's", () => {
    const state = stateAfter(own(user1), { type: 'RemoveHost', atEpochMs: sampleTime, hostId: host1 })
    expect(largeMapGet(state.indexes.hostIdsByOwner, user1)).toBeUndefined()
    expect(brokenInvariants(state)).toEqual([])
  })
})

describe('a device that its user connected', () => {
  const device = produceState(stateAfter(own(user1)), (draft) => {
    const host = largeMapGet(draft.hosts, host1)
    if (host !== undefined) host.deviceId = deviceId('phone')
  })
  const decided = (command: MeshCommand) => decide(command, device)

  test("F6 stays that user's", () => {
    expect(decided(own(null))).toMatchObject({ left: { code: 'host-is-device' } })
  })

  test('G2 goes with its user', () => {
    const decision = decided({ type: 'RemoveUser', atEpochMs: sampleTime, userId: user1, byUserId: null })
    if (decision._tag === 'Left') throw new TypeError(decision.left.code)
    expect(decision.right.map(({ type }) => type)).toEqual(['NodeLeft', 'HostRemoved', 'UserRemoved'])
    const after = decision.right.reduce(evolve, device)
    expect(brokenInvariants(after)).toEqual([])
  })
})
