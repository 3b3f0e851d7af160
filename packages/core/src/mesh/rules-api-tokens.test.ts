import { describe, expect, test } from 'vitest'
import { eventsOf, sampleAddUser, sampleCreateMesh, sampleTime } from '../testing/sample-mesh.js'
import { meshSpecification as mesh } from '../testing/specification.js'
import { apiTokenId, epochMs, userId } from '../values/index.js'
import { tokenLetsIn } from './api-token-validity.js'
import type { CreateApiToken } from './commands/create-api-token.js'
import { replay } from './evolve.js'
import type { MeshCommand } from './mesh-command.js'
import type { MeshEvent } from './mesh-event.js'

const [owner, admin, user] = [userId('user-1'), userId('user-2'), userId('user-3')]
const setUp = [
  sampleCreateMesh(),
  sampleAddUser(1, { role: 'owner' }),
  sampleAddUser(2, { role: 'admin' }),
  sampleAddUser(3),
]
const given = (...more: readonly MeshCommand[]) => mesh.given(eventsOf(...setUp, ...more))
const token1 = apiTokenId('token-1')
const hash = 'c'.repeat(64)
const create = (changes: Partial<CreateApiToken> = {}): CreateApiToken => ({
  type: 'CreateApiToken',
  atEpochMs: sampleTime,
  apiTokenId: token1,
  userId: user,
  name: 'Backup',
  secretHash: hash,
  scope: 'read',
  expiresAtEpochMs: null,
  byUserId: user,
  ...changes,
})
const created = (command = create()): MeshEvent => {
  const { byUserId: _by, ...facts } = command
  return { ...facts, type: 'ApiTokenCreated' }
}
const revoke = (byUserId: CreateApiToken['byUserId']) =>
  ({ type: 'RevokeApiToken', atEpochMs: sampleTime, apiTokenId: token1, byUserId }) as const
const revoked: MeshEvent = { type: 'ApiTokenRevoked', atEpochMs: sampleTime, apiTokenId: token1 }

describe('an API token', () => {
  test('G2 is made by its user, by a hash; the same again is already so', () => {
    given().when(create()).then([created()])
    given(create()).when(create()).thenNothing()
    given(create())
      .when(create({ scope: 'write' }))
      .thenRefused('api-token-id-taken', { name: 'Backup' })
    given(create())
      .when(create({ apiTokenId: apiTokenId('token-2') }))
      .thenRefused('api-token-secret-taken')
  })

  test('G2 of others only by who manages users, and not of those above', () => {
    for (const byUserId of [owner, admin, null]) given().when(create({ byUserId })).then([created()])
    given()
      .when(create({ userId: owner, byUserId: admin }))
      .thenRefused('user-above-own', { ownRole: 'admin' })
    given()
      .when(create({ userId: admin, byUserId: user }))
      .thenRefused('actor-not-allowed', { byUserId: user })
    given()
      .when(create({ userId: userId('nobody'), byUserId: admin }))
      .thenRefused('user-unknown')
  })

  test('G2 expires ahead of now', () => {
    given()
      .when(create({ expiresAtEpochMs: sampleTime }))
      .thenRefused('expiry-not-ahead')
  })

  test('G2 is revoked by its user or who manages users, for good', () => {
    for (const byUserId of [user, admin, null]) given(create()).when(revoke(byUserId)).then([revoked])
    given(create({ userId: owner, byUserId: owner }))
      .when(revoke(admin))
      .thenRefused('user-above-own')
    given(create({ userId: admin, byUserId: admin }))
      .when(revoke(user))
      .thenRefused('actor-not-allowed')
    given(create(), revoke(user)).when(revoke(user)).thenRefused('api-token-unknown', { apiTokenId: token1 })
  })

  test('G2 goes with its user', () => {
    given(create())
      .when({ type: 'RemoveUser', atEpochMs: sampleTime, userId: user, byUserId: admin })
      .then([revoked, { type: 'UserRemoved', atEpochMs: sampleTime, userId: user }])
  })
})

describe('an API token lets in', () => {
  const lets = (at: number, ...commands: readonly MeshCommand[]) =>
    tokenLetsIn(replay(eventsOf(...setUp, ...commands)), hash, epochMs(at))?.userId ?? null

  test('G2 its user, until it expires', () => {
    const expiring = create({ expiresAtEpochMs: epochMs(sampleTime + 1000) })
    expect(lets(sampleTime, create())).toBe(user)
    expect(lets(sampleTime + 999, expiring)).toBe(user)
    expect(lets(sampleTime + 1000, expiring)).toBeNull()
  })

  test('G2 nobody with another secret, nor after it was revoked', () => {
    expect(lets(sampleTime)).toBeNull()
    expect(lets(sampleTime, create({ secretHash: 'd'.repeat(64) }))).toBeNull()
    expect(lets(sampleTime, create(), revoke(user))).toBeNull()
  })

  test('G2 no disabled user, until it is enabled again', () => {
    const disable = (disabled: boolean) =>
      ({ type: 'UpdateUser', atEpochMs: sampleTime, userId: user, byUserId: null, disabled }) as const
    expect(lets(sampleTime, create(), disable(true))).toBeNull()
    expect(lets(sampleTime, create(), disable(true), disable(false))).toBe(user)
  })
})
