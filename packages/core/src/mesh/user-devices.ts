import type { ClientId, HostId, NetworkId, UserId } from '../values/index.js'
import { largeMapGet, largeMapValues } from './large-map.js'
import type { MeshState } from './mesh-state.js'

/** What a user has in the mesh: machines that run an agent, devices that connected by themselves among them, and clients. */
export interface UserDevices {
  readonly userId: UserId
  readonly hostIds: readonly HostId[]
  readonly clientIds: readonly ClientId[]
}

/** What one user has, in all networks. */
export const devicesOfUser = ({ indexes }: MeshState, userId: UserId): UserDevices => ({
  userId,
  hostIds: largeMapGet(indexes.hostIdsByOwner, userId) ?? [],
  clientIds: largeMapGet(indexes.clientIdsByOwner, userId) ?? [],
})

/** The users that have something in a network, by id, each with what is in that network (G3). Costs as much as there are users. */
export const usersConnectedTo = (state: MeshState, networkId: NetworkId): readonly UserDevices[] => {
  const isHostThere = (hostId: HostId) =>
    largeMapGet(state.hosts, hostId)?.nodeIds.some(
      (nodeId) => largeMapGet(state.nodes, nodeId)?.networkId === networkId,
    )
  return [...largeMapValues(state.users)]
    .map(({ userId }) => devicesOfUser(state, userId))
    .map(({ userId, hostIds, clientIds }) => ({
      userId,
      hostIds: hostIds.filter(isHostThere),
      clientIds: clientIds.filter((clientId) => largeMapGet(state.clients, clientId)?.networkId === networkId),
    }))
    .filter(({ hostIds, clientIds }) => hostIds.length + clientIds.length > 0)
    .sort((one, other) => (one.userId < other.userId ? -1 : 1))
}
