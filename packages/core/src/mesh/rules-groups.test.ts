import { describe, expect, test } from 'vitest'
import { eventsOf, sampleAddGroup, sampleAddUser, sampleCreateMesh, sampleTime } from '../testing/sample-mesh.js'
import { meshSpecification as mesh } from '../testing/specification.js'
import { groupId, userId } from '../values/index.js'
import { largeMapGet } from './large-map.js'
import type { MeshCommand } from './mesh-command.js'
import type { MeshEvent } from './mesh-event.js'

const [user1, user2, user3] = ['user-1', 'user-2', 'user-3'].map(userId) as [
  ReturnType<typeof userId>,
  ReturnType<typeof userId>,
  ReturnType<typeof userId>,
]
const group1 = groupId('group-1')
const group2 = groupId('group-2')
const setUp = [sampleCreateMesh(), sampleAddUser(1), sampleAddUser(2), sampleAddUser(3), sampleAddGroup(1)]
const given = (...more: readonly MeshCommand[]) => mesh.given(eventsOf(...setUp, ...more))
const about = { atEpochMs: sampleTime, groupId: group1, byUserId: null } as const
type Users = readonly ReturnType<typeof userId>[]
const change = (add: Users, remove: Users = []) => ({ type: 'ChangeGroupMembers', ...about, add, remove }) as const
const changed = (add: Users, remove: Users = []): MeshEvent => ({
  type: 'GroupMembersChanged',
  atEpochMs: sampleTime,
  groupId: group1,
  add,
  remove,
})

describe('a group', () => {
  test('G2 begins once, empty, with a name of its own, whatever its capitals', () => {
    mesh
      .given(eventsOf(sampleCreateMesh()))
      .when(sampleAddGroup(1))
      .then([{ type: 'GroupAdded', atEpochMs: sampleTime, groupId: group1, name: 'Group 1' }])
    given().when(sampleAddGroup(1)).thenNothing()
    given()
      .when(sampleAddGroup(1, { name: 'Others' }))
      .thenRefused('group-id-taken', { name: 'Group 1' })
    given()
      .when(sampleAddGroup(2, { name: 'GROUP 1' }))
      .thenRefused('group-name-taken', { groupId: group1 })
  })

  test('G2 is renamed, and its old name is free', () => {
    const rename = { type: 'UpdateGroup', ...about, name: 'Engineers' } as const
    given()
      .when(rename)
      .then([{ type: 'GroupUpdated', atEpochMs: sampleTime, groupId: group1, name: 'Engineers' }])
    given(rename).when(rename).thenNothing()
    given()
      .when({ ...rename, name: 'group 1' })
      .then([{ type: 'GroupUpdated', atEpochMs: sampleTime, groupId: group1, name: 'group 1' }])
    given(sampleAddGroup(2))
      .when({ ...rename, name: 'group 2' })
      .thenRefused('group-name-taken', { groupId: group2 })
    given(rename)
      .when(sampleAddGroup(2, { name: 'Group 1' }))
      .then([{ type: 'GroupAdded', atEpochMs: sampleTime, groupId: group2, name: 'Group 1' }])
    given()
      .when({ ...rename, groupId: group2 })
      .thenRefused('group-unknown', { groupId: group2 })
  })

  test('G2 gains and loses members; both sides know', () => {
    const state = given(change([user1, user2]))
      .when(change([user3], [user1]))
      .then([changed([user3], [user1])])
    expect(largeMapGet(state.groups, group1)?.userIds).toEqual([user2, user3])
    expect(largeMapGet(state.users, user1)?.groupIds).toEqual([])
    expect(largeMapGet(state.users, user3)?.groupIds).toEqual([group1])
  })

  test('G2 only what changes is in the event; nothing: already so', () => {
    given(change([user1]))
      .when(change([user2, user1, user2], [user3]))
      .then([changed([user2])])
    given(change([user1]))
      .when(change([user1], [user2, userId('nobody')]))
      .thenNothing()
  })

  test('G2 has users that are there, each to be added or to be removed', () => {
    given()
      .when(change([user1, userId('nobody')]))
      .thenRefused('user-unknown', { userId: userId('nobody') })
    given()
      .when(change([user1], [user1]))
      .thenRefused('group-change-contradicts', { userId: user1 })
    given()
      .when({ ...change([user1]), groupId: group2 })
      .thenRefused('group-unknown')
  })

  test('G2 ends; its members stay and are in it no more', () => {
    const remove = { type: 'RemoveGroup', ...about } as const
    const state = given(change([user1, user2]))
      .when(remove)
      .then([changed([], [user1, user2]), { type: 'GroupRemoved', atEpochMs: sampleTime, groupId: group1 }])
    expect(largeMapGet(state.users, user1)?.groupIds).toEqual([])
    given(remove).when(remove).thenRefused('group-unknown')
  })

  test('G2 of thousands ends in a few events', () => {
    const many = Array.from({ length: 2500 }, (_, i) => userId(`member-${String(i).padStart(4, '0')}`))
    const users = many.map((id): MeshEvent => {
      const { byUserId: _by, ...facts } = sampleAddUser(1, { userId: id, login: id })
      return { networkIds: [], ...facts, type: 'UserAdded' }
    })
    const slices = [many.slice(0, 1000), many.slice(1000, 2000), many.slice(2000)]
    const filled = slices.map((slice) => changed(slice))
    mesh
      .given([...eventsOf(...setUp), ...users, ...filled])
      .when({ type: 'RemoveGroup', ...about })
      .then([
        ...slices.map((slice) => changed([], slice)),
        { type: 'GroupRemoved', atEpochMs: sampleTime, groupId: group1 },
      ])
  })

  test('G2 is the business of owners and admins', () => {
    const byUserId = user1
    const facts = { byUserId, action: 'manage-users' } as const
    given().when(sampleAddGroup(2, { byUserId })).thenRefused('actor-not-allowed', facts)
    given()
      .when({ ...change([user1]), byUserId })
      .thenRefused('actor-not-allowed', facts)
    given()
      .when({ type: 'UpdateGroup', ...about, name: 'X', byUserId })
      .thenRefused('actor-not-allowed', facts)
    given()
      .when({ type: 'RemoveGroup', ...about, byUserId })
      .thenRefused('actor-not-allowed', facts)
    given(sampleAddUser(4, { role: 'admin' }))
      .when({ ...change([user1]), byUserId: userId('user-4') })
      .then([changed([user1])])
  })

  test('G2 a removed user is in no group', () => {
    const state = given(sampleAddGroup(2), change([user1, user2]), { ...change([user1]), groupId: group2 })
      .when({ type: 'RemoveUser', atEpochMs: sampleTime, userId: user1, byUserId: null })
      .then([
        changed([], [user1]),
        { ...changed([], [user1]), groupId: group2 } as MeshEvent,
        { type: 'UserRemoved', atEpochMs: sampleTime, userId: user1 },
      ])
    expect(largeMapGet(state.groups, group1)?.userIds).toEqual([user2])
  })
})
