import { expect, test } from 'vitest'
import { eventsOf, sampleAddUser, sampleCreateMesh, sampleCreateNetwork, sampleTime } from '../testing/sample-mesh.js'
import { networkId, userId } from '../values/index.js'
import { replay } from './evolve.js'
import { hasOwnNetworks, type MeshAction, mayDo, roles } from './roles.js'

const own = networkId('net-1')
const other = networkId('net-2')
const state = replay(
  eventsOf(
    sampleCreateMesh(),
    sampleCreateNetwork(1),
    sampleCreateNetwork(2),
    ...roles.map((role, at) =>
      sampleAddUser(at, { userId: userId(role), role, ...(hasOwnNetworks(role) ? { networkIds: [own] } : {}) }),
    ),
    sampleAddUser(9, { role: 'admin' }),
    { type: 'UpdateUser', atEpochMs: sampleTime, userId: userId('user-9'), byUserId: null, disabled: true },
  ),
)

const actions = [
  'read',
  'change-network',
  'change-mesh',
  'manage-users',
  'connect-devices',
] as const satisfies MeshAction[]

/** In its own network, in another one, in the mesh as a whole. */
const allowed = (who: string | null, action: MeshAction): string =>
  [own, other, null]
    .map((network) => (mayDo(state, who === null ? null : userId(who), action, network) ? 'y' : '-'))
    .join('')

test.each<[who: string | null, read: string, network: string, mesh: string, users: string, devices: string]>([
  [null, 'yyy', 'yyy', 'yyy', 'yyy', 'yyy'],
  ['owner', 'yyy', 'yyy', 'yyy', 'yyy', 'yyy'],
  ['admin', 'yyy', 'yyy', 'yyy', 'yyy', 'yyy'],
  ['network-admin', 'y--', 'y--', '---', '---', 'y--'],
  ['auditor', 'yyy', '---', '---', '---', '---'],
  ['user', '---', '---', '---', '---', 'y--'],
  ['user-9', '---', '---', '---', '---', '---'],
  ['nobody', '---', '---', '---', '---', '---'],
])('G2 what %s may do: read, change networks, change the mesh, manage users, connect devices', (who, ...wanted) => {
  expect(actions.map((action) => allowed(who, action))).toEqual(wanted)
})
