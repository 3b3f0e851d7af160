/** Devices of users: one client or host per user, device and gateway, where the user may use the network (G3). */
import type { DeviceId, NetworkId, NodeId, UserId } from '../../values/index.js'
import { largeMapGet } from '../large-map.js'
import type { MeshError } from '../mesh-error.js'
import type { Client, Host, MeshState, Node } from '../mesh-state.js'
import { mayDo } from '../roles.js'

/** The client by which a user's device connects to a gateway. */
export const clientOfDevice = (
  state: MeshState,
  userId: UserId,
  deviceId: DeviceId,
  gatewayId: NodeId,
): Client | undefined => {
  for (const clientId of largeMapGet(state.indexes.clientIdsByOwner, userId) ?? []) {
    const client = largeMapGet(state.clients, clientId)
    if (client?.deviceId === deviceId && client.gatewayId === gatewayId) return client
  }
  return undefined
}

/** The host that a user's device is, when it runs an agent. */
export const hostOfDevice = (state: MeshState, userId: UserId, deviceId: DeviceId): Host | undefined => {
  for (const hostId of largeMapGet(state.indexes.hostIdsByOwner, userId) ?? []) {
    const host = largeMapGet(state.hosts, hostId)
    if (host?.deviceId === deviceId) return host
  }
  return undefined
}

/** The node by which a user's device, run by an agent, is at a gateway. */
export const nodeOfDevice = (
  state: MeshState,
  userId: UserId,
  deviceId: DeviceId,
  gatewayId: NodeId,
): NodeId | undefined =>
  hostOfDevice(state, userId, deviceId)?.nodeIds.find((nodeId) =>
    largeMapGet(state.nodes, nodeId)?.relay?.gatewayIds.includes(gatewayId),
  )

/** Why a client can't go to that gateway of its network, as its user's device; others can go anywhere (B3). */
export const deviceMoveProblem = (state: MeshState, client: Client, gatewayId: NodeId): MeshError | undefined => {
  const { ownerUserId: userId, deviceId, networkId } = client
  if (userId === null || deviceId === null) return undefined
  const memberId =
    clientOfDevice(state, userId, deviceId, gatewayId)?.clientId ?? nodeOfDevice(state, userId, deviceId, gatewayId)
  return (
    notAllowedProblem(state, userId, networkId) ??
    (memberId === undefined ? undefined : { code: 'device-connected', userId, deviceId, gatewayId, memberId })
  )
}

/** The same of a node, when its host is a user's device that runs an agent. */
export const deviceNodeMoveProblem = (state: MeshState, node: Node, gatewayId: NodeId): MeshError | undefined => {
  const host = largeMapGet(state.hosts, node.hostId)
  if (host === undefined || host.ownerUserId === null || host.deviceId === null) return undefined
  const { ownerUserId: userId, deviceId } = host
  const memberId = clientOfDevice(state, userId, deviceId, gatewayId)?.clientId
  return (
    notAllowedProblem(state, userId, node.networkId) ??
    (memberId === undefined ? undefined : { code: 'device-connected', userId, deviceId, gatewayId, memberId })
  )
}

const notAllowedProblem = (state: MeshState, userId: UserId, networkId: NetworkId): MeshError | undefined =>
  mayDo(state, userId, 'connect-devices', networkId)
    ? undefined
    : { code: 'actor-not-allowed', byUserId: userId, action: 'connect-devices' }
