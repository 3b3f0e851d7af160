import { describe, expect, test } from 'vitest'
import {
  eventsOf,
  sampleAddGroup,
  sampleAddUser,
  sampleCreateEnrollmentKey,
  sampleCreateMesh,
  sampleCreateNetwork,
  sampleEnrollHost,
  sampleTime,
} from '../../testing/sample-mesh.js'
import {
  apiTokenId,
  enrollmentKeyId,
  groupId,
  hostId,
  networkId,
  nodeId,
  produce,
  tagName,
  userId,
} from '../../values/index.js'
import { replay } from '../evolve.js'
import { largeMapDelete, largeMapGet } from '../large-map.js'
import { brokenInvariants } from '../mesh-invariants.js'
import type { MeshDraft } from '../mesh-state.js'

const user1 = userId('user-1')
const group1 = groupId('group-1')
const signIn = { kind: 'oidc', issuer: 'https://id.example.com', subject: '1' } as const
const sound = replay(
  eventsOf(
    sampleCreateMesh(),
    sampleCreateNetwork(1),
    sampleCreateEnrollmentKey({ tags: [tagName('a'), tagName('b')] }),
    sampleEnrollHost(1),
    sampleAddUser(1, { networkIds: [networkId('net-1')], signIn }),
    sampleAddUser(2),
    sampleAddGroup(1),
    sampleAddGroup(2),
    {
      type: 'ChangeGroupMembers',
      atEpochMs: sampleTime,
      groupId: group1,
      add: [user1, userId('user-2')],
      remove: [],
      byUserId: null,
    },
    {
      type: 'CreateApiToken',
      atEpochMs: sampleTime,
      apiTokenId: apiTokenId('token-1'),
      userId: user1,
      name: 'Backup',
      secretHash: 'c'.repeat(64),
      scope: 'read',
      expiresAtEpochMs: null,
      byUserId: null,
    },
    { type: 'SetHostOwner', atEpochMs: sampleTime, hostId: hostId('host-1'), userId: user1 },
  ),
)

const user = (draft: MeshDraft) => largeMapGet(draft.users, user1) ?? {}
const group = (draft: MeshDraft) => largeMapGet(draft.groups, group1) ?? {}
const host = (draft: MeshDraft) => largeMapGet(draft.hosts, hostId('host-1')) ?? {}
const node = (draft: MeshDraft) => largeMapGet(draft.nodes, nodeId('node-1-1')) ?? {}
const key = (draft: MeshDraft) => largeMapGet(draft.enrollmentKeys, enrollmentKeyId('key-1')) ?? {}

test('a sound state has no breach', () => {
  expect(brokenInvariants(sound)).toEqual([])
})

describe('a broken state is found out', () => {
  test.each<[string, (draft: MeshDraft) => unknown, string]>([
    ['one login twice', (d) => Object.assign(user(d), { login: 'LOGIN-2' }), 'login-unique'],
    ['a login that leads nowhere', (d) => largeMapDelete(d.indexes.userIdsByLogin, 'login-1'), 'users-by-login'],
    ['another identity', (d) => Object.assign(user(d), { signIn: { ...signIn, subject: '2' } }), 'users-by-identity'],
    ['one group name twice', (d) => Object.assign(group(d), { name: 'group 2' }), 'group-name-unique'],
    ['a group name that leads nowhere', (d) => largeMapDelete(d.indexes.groupIdsByName, 'group 1'), 'groups-by-name'],
    ['a token not found', (d) => largeMapDelete(d.indexes.apiTokenIdsByHash, 'c'.repeat(64)), 'tokens-by-hash'],
    ['a token of nobody', (d) => largeMapDelete(d.users, user1), 'token-has-user'],
    ['a member that does not know', (d) => Object.assign(user(d), { groupIds: [] }), 'group-members'],
    ['members out of order', (d) => Object.assign(group(d), { userIds: ['user-2', 'user-1'] }), 'users-of-group'],
    ['a network that is gone', (d) => Object.assign(user(d), { networkIds: ['gone'] }), 'user-network-is-there'],
    ['networks of one that has all', (d) => Object.assign(user(d), { role: 'auditor' }), 'role-has-all-networks'],
    ['an owner that is gone', (d) => Object.assign(host(d), { ownerUserId: 'gone' }), 'owner-is-there'],
    ['an owner not found', (d) => largeMapDelete(d.indexes.hostIdsByOwner, user1), 'hosts-by-owner'],
    ['tags out of order', (d) => Object.assign(node(d), { tags: ['b', 'a'] }), 'tags'],
    ['a tag that no set has', (d) => Object.assign(node(d), { tags: ['a', 'b', 'c'] }), 'member-records of net-1'],
    [
      'too many tags',
      (d) => Object.assign(node(d), { tags: Array.from({ length: 51 }, (_, i) => `t${i}`).sort() }),
      'too-many-tags',
    ],
    [
      'a key whose gateway is none',
      (d) => Object.assign(key(d), { gateway: { mode: 'manual', nodeId: 'node-1-1' } }),
      'key-has-gateway',
    ],
  ])('%s', (_name, breakIt, invariant) => {
    const broken = produce(sound, (draft) => {
      breakIt(draft)
    })
    expect(brokenInvariants(broken).map((breach) => breach.invariant)).toContain(invariant)
  })
})
