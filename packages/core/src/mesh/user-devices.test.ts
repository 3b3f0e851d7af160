import { expect, test } from 'vitest'
import {
  eventsOf,
  sampleAddUser,
  sampleCreateMesh,
  sampleCreateNetwork,
  sampleJoinNetwork,
  sampleRegisterHost,
  sampleTime,
} from '../testing/sample-mesh.js'
import { hostId, networkId, userId } from '../values/index.js'
import { replay } from './evolve.js'
import { devicesOfUser, usersConnectedTo } from './user-devices.js'

const [host1, host2, host3] = [hostId('host-1'), hostId('host-2'), hostId('host-3')]
const own = (host: typeof host1, user: number) =>
  ({ type: 'SetHostOwner', atEpochMs: sampleTime, hostId: host, userId: userId(`user-${user}`) }) as const
const state = replay(
  eventsOf(
    sampleCreateMesh(),
    sampleCreateNetwork(1),
    sampleCreateNetwork(2),
    ...[1, 2, 3].map((number) => sampleRegisterHost(number)),
    sampleJoinNetwork(1, 1),
    sampleJoinNetwork(2, 2),
    sampleJoinNetwork(1, 3),
    ...[1, 2, 3].map((number) => sampleAddUser(number)),
    own(host1, 2),
    own(host2, 2),
    own(host3, 1),
  ),
)
const user = (number: number, ...hostIds: readonly (typeof host1)[]) => ({
  userId: userId(`user-${number}`),
  hostIds,
  clientIds: [],
})

test('G3 who has what in a network, for administrators', () => {
  expect(usersConnectedTo(state, networkId('net-1'))).toEqual([user(1, host3), user(2, host1)])
  expect(usersConnectedTo(state, networkId('net-2'))).toEqual([user(2, host2)])
})

test('G3 what a user has, wherever it is', () => {
  expect(devicesOfUser(state, userId('user-2'))).toEqual(user(2, host1, host2))
  expect(devicesOfUser(state, userId('user-3'))).toEqual(user(3))
})
