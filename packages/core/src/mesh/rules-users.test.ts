import { describe, expect, test } from 'vitest'
import { eventsOf, sampleAddUser, sampleCreateMesh, sampleCreateNetwork, sampleTime } from '../testing/sample-mesh.js'
import { meshSpecification as mesh } from '../testing/specification.js'
import { networkId, type UserId, userId } from '../values/index.js'
import type { AddUser } from './commands/add-user.js'
import type { UpdateUser } from './commands/update-user.js'
import { replay } from './evolve.js'
import { largeMapGet } from './large-map.js'
import type { MeshCommand } from './mesh-command.js'
import type { MeshEventOf } from './mesh-event.js'
import type { Role, User } from './mesh-state.js'

const net1 = networkId('net-1')
const net2 = networkId('net-2')
const [ada, alan, nia, carl, uma] = ['ada', 'alan', 'nia', 'carl', 'uma'].map(userId) as [
  UserId,
  UserId,
  UserId,
  UserId,
  UserId,
]
const nobody = userId('nobody')
const roleOf: ReadonlyMap<UserId, Role> = new Map([
  [ada, 'owner'],
  [alan, 'admin'],
  [nia, 'network-admin'],
  [carl, 'auditor'],
  [uma, 'user'],
])
const add = (id: UserId, changes: Partial<AddUser> = {}): AddUser =>
  sampleAddUser(1, { userId: id, login: id, role: roleOf.get(id) ?? 'user', ...changes })
const setUp = [sampleCreateMesh(), sampleCreateNetwork(1), sampleCreateNetwork(2)]
const everybody = [...setUp, ...[...roleOf.keys()].map((id) => add(id))]
const given = (...more: readonly MeshCommand[]) => mesh.given(eventsOf(...everybody, ...more))

const fresh = userId('fresh')
const added = (command: AddUser): MeshEventOf<'UserAdded'> => {
  const { byUserId: _by, ...facts } = command
  return { networkIds: [], ...facts, type: 'UserAdded' }
}
const update = (id: UserId, byUserId: UserId | null, changes: Partial<UpdateUser>): UpdateUser => ({
  type: 'UpdateUser',
  atEpochMs: sampleTime,
  userId: id,
  byUserId,
  ...changes,
})
const updated = (id: UserId, changes: Partial<User>): MeshEventOf<'UserUpdated'> => {
  const { displayName } = sampleAddUser()
  const role = roleOf.get(id) ?? 'user'
  const facts = { displayName, role, networkIds: [], signIn: { kind: 'password' }, disabled: false } as const
  return { type: 'UserUpdated', atEpochMs: sampleTime, userId: id, ...facts, ...changes } as MeshEventOf<'UserUpdated'>
}
const remove = (id: UserId, byUserId: UserId | null) =>
  ({ type: 'RemoveUser', atEpochMs: sampleTime, userId: id, byUserId }) as const

describe('a user is added', () => {
  test('G2 with a role, and with networks where the role is for some only; each network once', () => {
    const command = add(fresh, { role: 'network-admin', networkIds: [net2, net1, net2] })
    const state = given()
      .when(command)
      .then([{ ...added(command), networkIds: [net1, net2] }])
    expect(largeMapGet(state.users, fresh)).toMatchObject({ groupIds: [], disabled: false })
  })

  test('G2 networks are there, and named only where the role has not all of them', () => {
    given()
      .when(add(fresh, { networkIds: [networkId('net-9')] }))
      .thenRefused('network-unknown', { networkId: networkId('net-9') })
    for (const role of ['owner', 'admin', 'auditor'] as const)
      given()
        .when(add(fresh, { role, networkIds: [net1] }))
        .thenRefused('role-has-all-networks', { role })
  })

  test('G2 once; the same again is already so', () => {
    given().when(add(uma)).thenNothing()
    given()
      .when(add(uma, { displayName: 'Uma' }))
      .thenRefused('user-id-taken', { login: 'uma' })
    given(update(uma, null, { disabled: true }))
      .when(add(uma))
      .thenRefused('user-id-taken')
  })

  test('G2 with a login of its own, whatever its capitals', () => {
    for (const login of ['uma', 'UMA', 'Uma'])
      given().when(add(fresh, { login })).thenRefused('login-taken', { login, userId: uma })
    given(remove(uma, null))
      .when(add(fresh, { login: 'UMA' }))
      .then([added(add(fresh, { login: 'UMA' }))])
  })

  test('G2 by issuer and subject, which together are the identity', () => {
    const oidc = (issuer: string, subject: string) => ({ signIn: { kind: 'oidc', issuer, subject } }) as const
    const first = add(userId('first'), oidc('https://a.example', '1'))
    given(first)
      .when(add(fresh, oidc('https://a.example', '1')))
      .thenRefused('identity-taken', { userId: userId('first') })
    for (const other of [
      oidc('https://a.example', '2'),
      oidc('https://b.example', '1'),
      oidc('https://a.example","', '1'),
    ])
      given(first)
        .when(add(fresh, other))
        .then([added(add(fresh, other))])
    given(first, update(userId('first'), null, { signIn: { kind: 'password' } }))
      .when(add(fresh, oidc('https://a.example', '1')))
      .then([added(add(fresh, oidc('https://a.example', '1')))])
  })

  test('G2 without a password on its way into the log', () => {
    const signIn = { kind: 'password', password: 'hunter2' } as const
    const { problem } = given().when(add(fresh, { signIn })).thenRefused('command-malformed')
    expect(problem).not.toContain('hunter2')
  })

  test('G2 with a login and a name that can be printed', () => {
    for (const login of ['', ' ada', 'ada\u0007', 'a'.repeat(101), 'ada\u202eeve'])
      given().when(add(fresh, { login })).thenRefused('command-malformed')
  })
})

describe('who manages users', () => {
  test('G2 owners and admins, and the administrator token', () => {
    for (const byUserId of [ada, alan, null])
      given()
        .when(add(fresh, { byUserId }))
        .then([added(add(fresh))])
    for (const byUserId of [nia, carl, uma, nobody]) {
      const facts = { byUserId, action: 'manage-users' } as const
      given().when(add(fresh, { byUserId })).thenRefused('actor-not-allowed', facts)
      given()
        .when(update(uma, byUserId, { role: 'auditor' }))
        .thenRefused('actor-not-allowed', facts)
      given().when(remove(uma, byUserId)).thenRefused('actor-not-allowed', facts)
    }
  })

  test('G2 not who is disabled', () => {
    given(update(alan, ada, { disabled: true }))
      .when(add(fresh, { byUserId: alan }))
      .thenRefused('actor-not-allowed')
  })

  test('G2 nobody gives a role above their own', () => {
    given()
      .when(add(fresh, { role: 'owner', byUserId: alan }))
      .thenRefused('role-above-own', { role: 'owner', ownRole: 'admin' })
    given()
      .when(update(uma, alan, { role: 'owner' }))
      .thenRefused('role-above-own')
    given()
      .when(update(uma, alan, { role: 'admin' }))
      .then([updated(uma, { role: 'admin' })])
    given()
      .when(update(uma, ada, { role: 'owner' }))
      .then([updated(uma, { role: 'owner' })])
  })

  test('G2 nobody raises their own role', () => {
    given()
      .when(update(alan, alan, { role: 'owner' }))
      .thenRefused('role-above-own')
    for (const id of [nia, carl, uma])
      given()
        .when(update(id, id, { role: 'admin' }))
        .thenRefused('actor-not-allowed', { byUserId: id })
    given()
      .when(update(uma, uma, { networkIds: [net1] }))
      .thenRefused('actor-not-allowed')
    given()
      .when(update(alan, alan, { role: 'user' }))
      .then([updated(alan, { role: 'user' })])
  })

  test("G2 an admin can't change or remove an owner; another admin they can", () => {
    const facts = { login: 'ada', role: 'owner', ownRole: 'admin' } as const
    given()
      .when(update(ada, alan, { disabled: true }))
      .thenRefused('user-above-own', facts)
    given().when(remove(ada, alan)).thenRefused('user-above-own', facts)
    given(add(fresh, { role: 'admin' }))
      .when(remove(alan, fresh))
      .then([{ type: 'UserRemoved', atEpochMs: sampleTime, userId: alan }])
  })

  test('G2 everybody may change what they are called, and nothing else', () => {
    given()
      .when(update(uma, uma, { displayName: 'Uma' }))
      .then([updated(uma, { displayName: 'Uma' })])
    given()
      .when(update(uma, nia, { displayName: 'Uma' }))
      .thenRefused('actor-not-allowed')
    given(update(uma, null, { disabled: true }))
      .when(update(uma, uma, { displayName: 'Uma' }))
      .thenRefused('actor-not-allowed')
    given()
      .when(update(uma, uma, { displayName: 'Uma', disabled: false }))
      .thenRefused('actor-not-allowed')
  })
})

describe('the last owner', () => {
  test("G2 can't be removed, disabled or lowered, whoever asks", () => {
    for (const byUserId of [ada, null]) {
      const facts = { userId: ada, login: 'ada' }
      given().when(remove(ada, byUserId)).thenRefused('last-owner', facts)
      given()
        .when(update(ada, byUserId, { disabled: true }))
        .thenRefused('last-owner', facts)
      given()
        .when(update(ada, byUserId, { role: 'admin' }))
        .thenRefused('last-owner', facts)
    }
  })

  test('G2 a disabled owner is none that counts', () => {
    const second = add(fresh, { role: 'owner' })
    given(second)
      .when(remove(ada, fresh))
      .then([{ type: 'UserRemoved', atEpochMs: sampleTime, userId: ada }])
    given(second, update(fresh, ada, { disabled: true }))
      .when(remove(ada, null))
      .thenRefused('last-owner')
    given(second, update(fresh, ada, { disabled: true }))
      .when(remove(fresh, ada))
      .then([{ type: 'UserRemoved', atEpochMs: sampleTime, userId: fresh }])
  })

  test('G2 may be called something else', () => {
    given()
      .when(update(ada, ada, { displayName: 'Ada King' }))
      .then([updated(ada, { displayName: 'Ada King' })])
  })
})

describe('a user changes', () => {
  test('G2 what is left out stays; as it is: already so', () => {
    given()
      .when(update(uma, null, {}))
      .thenNothing()
    given()
      .when(update(uma, null, { role: 'user', disabled: false, networkIds: [] }))
      .thenNothing()
    const networks = update(uma, null, { networkIds: [net1] })
    given(networks)
      .when(update(uma, null, { disabled: true }))
      .then([updated(uma, { networkIds: [net1], disabled: true })])
    given()
      .when(update(nobody, null, {}))
      .thenRefused('user-unknown', { userId: nobody })
  })

  test('G2 with a role that has all networks, those named before are gone', () => {
    given(update(uma, null, { networkIds: [net1] }))
      .when(update(uma, null, { role: 'auditor' }))
      .then([updated(uma, { role: 'auditor' })])
    given()
      .when(update(uma, null, { role: 'auditor', networkIds: [net1] }))
      .thenRefused('role-has-all-networks')
  })

  test("G2 an identity that is another user's is refused, one's own is not", () => {
    const signIn = { kind: 'oidc', issuer: 'https://a.example', subject: '1' } as const
    const before = update(uma, null, { signIn })
    given(before)
      .when(update(nia, null, { signIn }))
      .thenRefused('identity-taken', { userId: uma })
    given(before)
      .when(update(uma, null, { signIn: { ...signIn, subject: '2' } }))
      .then([updated(uma, { signIn: { ...signIn, subject: '2' } })])
  })

  test("G2 a removed network is nobody's any more, though one of the same id may come", () => {
    const networks = update(uma, null, { networkIds: [net1, net2] })
    const state = given(networks)
      .when({ type: 'RemoveNetwork', atEpochMs: sampleTime, networkId: net1, evenWithNodes: false })
      .then([updated(uma, { networkIds: [net2] }), { type: 'NetworkRemoved', atEpochMs: sampleTime, networkId: net1 }])
    expect(largeMapGet(state.users, uma)?.networkIds).toEqual([net2])
  })
})

test('G2 a removed user is unknown; its login and id are free again', () => {
  given(remove(uma, ada)).when(remove(uma, ada)).thenRefused('user-unknown')
  const state = replay(eventsOf(...everybody, remove(uma, ada), add(uma)))
  expect(largeMapGet(state.indexes.userIdsByLogin, 'uma')).toBe(uma)
})
