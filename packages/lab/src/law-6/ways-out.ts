/** What leads out of the mesh and who its people are, as commands; rules may refuse some of them. */
import { groupId, hostId, type MeshCommand, networkId } from '@meshfold/core'
import { sampleAddGroup, sampleAddUser, sampleTime } from '@meshfold/core/testing'
import { hostName } from './askers.js'
import { people } from './plan.js'
import { type Reading, user } from './reading.js'

const at = { atEpochMs: sampleTime } as const

/** Internet gateways with who is connected to them, nodes whose gateway the mesh chooses, who sends everything, what tunnels are like. */
export function waysOutOf(read: Reading): readonly MeshCommand[] {
  const { exits, automatic, traits } = read.plan.ways
  const routeAll = (number: number, of: number): MeshCommand => ({
    type: 'SetRouteAllTraffic',
    ...at,
    nodeId: read.node(number, of),
    routeAllTraffic: true,
  })
  return [
    ...exits.flatMap(({ at: number, network: of, connected }) => exitCommands(read, number, of, connected)),
    ...automatic.map(
      ({ at: number, network: of }): MeshCommand => ({ type: 'SetAutoGateway', ...at, nodeId: read.node(number, of) }),
    ),
    ...traits.map(
      ({ at: number, network: of, ownLan, ...tunnel }): MeshCommand => ({
        type: 'UpdateNodeTraits',
        ...at,
        nodeId: read.node(number, of),
        tunnel,
        ownLan,
      }),
    ),
    ...exits.flatMap(({ network: of, connected }) =>
      connected.filter(({ routesAll }) => routesAll).map((each) => routeAll(each.at, of)),
    ),
    ...automatic.filter(({ routesAll }) => routesAll).map((each) => routeAll(each.at, each.network)),
  ]
}

/** Each connection is a command of its own: one that is refused takes no other along. */
const exitCommands = (
  read: Reading,
  number: number,
  of: number,
  connected: readonly { readonly at: number }[],
): readonly MeshCommand[] =>
  read.gateways([number], of).flatMap((nodeId): readonly MeshCommand[] => [
    { type: 'EnableInternetGateway', ...at, nodeId, connectNodeIds: [] },
    ...connected.map(
      (each): MeshCommand => ({
        type: 'UpdateInternetGateway',
        ...at,
        nodeId,
        connectNodeIds: [read.node(each.at, of)],
        disconnectNodeIds: [],
      }),
    ),
  ])

/** Two users, one of them in a group. */
export const peopleOf = (): readonly MeshCommand[] => [
  ...people.map((number) => sampleAddUser(number, { networkIds: [networkId('net-1'), networkId('net-2')] })),
  sampleAddGroup(1),
  { type: 'ChangeGroupMembers', ...at, groupId: groupId('group-1'), add: [user(1)], remove: [], byUserId: null },
]

/** Whose hosts are whose. */
export const ownersOf = (read: Reading): readonly MeshCommand[] =>
  read.plan.owners.map(({ at: number, owner }) => ({
    type: 'SetHostOwner',
    ...at,
    hostId: hostId(hostName(read.host(number))),
    userId: user(owner),
  }))
