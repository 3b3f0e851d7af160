import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { fresh } from '../../event-format/codec-outline.js'
import { deviceIdCodec, hostIdCodec, networkIdCodec, nodeIdCodec, userIdCodec } from '../../values/index.js'
import { wishedGatewayCodec } from '../key-gateway-codec.js'
import { largeMapGet, largeMapHas } from '../large-map.js'
import type { MeshError } from '../mesh-error.js'
import type { Host, MeshState, Node } from '../mesh-state.js'
import { mayDo } from '../roles.js'
import { decideAssignRelay } from './assign-relay.js'
import { clientOfDevice, hostOfDevice } from './client-devices.js'
import { commandCodec } from './command-codec.js'
import { hostFactsOptionalProps, hostFactsProps } from './command-parts.js'
import { type Decision, type ExistingMesh, refuse } from './decision.js'
import { recogniseHost, registerNewHost } from './host-rules.js'
import { decideJoinNetwork } from './join-network.js'
import { removeHost } from './leave-rules.js'
import { decideSetAutoGateway } from './set-auto-gateway.js'
import { type Unfolding, unfoldFrom } from './unfolding.js'

/**
 * A user's device that runs an agent joins a network that the user may use, relayed by a gateway (F6, G3). Given after the device proved
 * that it holds both private keys. Being allowed to use the network is approval enough. The same again is already so; another gateway takes
 * the place of the one it had; a device that comes with new keys takes the place of what it was, whose keys never come back.
 */
export type EnrollDevice = t.TypeOf<typeof enrollDeviceCodec>

export const enrollDeviceCodec = commandCodec(
  'EnrollDevice',
  {
    userId: userIdCodec,
    /** As the user or the device calls it; the same again is the same device. */
    deviceId: deviceIdCodec,
    networkId: networkIdCodec,
    /** One of the network, or whichever is nearest. */
    gateway: wishedGatewayCodec,
    /** Fresh; taken if the machine is new. */
    hostId: fresh(hostIdCodec),
    /** Fresh; taken if it isn't in the network yet. */
    nodeId: fresh(nodeIdCodec),
    ...hostFactsProps,
  },
  hostFactsOptionalProps,
)

export const decideEnrollDevice = (command: EnrollDevice, state: ExistingMesh): Decision => {
  const problem = deviceProblem(command, state)
  if (problem !== undefined) return refuse(problem)
  const recognised = recogniseHost(state, command)
  if (E.isLeft(recognised)) return recognised
  const known = recognised.right
  if (known !== null && !isDevice(known, command))
    return refuse({ code: 'host-registered', hostId: known.hostId, name: known.name })
  const unfolding = unfoldFrom(state)
  const refusal =
    (known === null ? registerDevice(command, unfolding) : undefined) ??
    follow(unfolding, joining(command, unfolding.state(), known?.hostId ?? command.hostId)) ??
    follow(unfolding, relaying(command, unfolding.state(), known?.hostId ?? command.hostId))
  return refusal === undefined ? E.right(unfolding.events()) : refuse(refusal)
}

const isDevice = ({ ownerUserId, deviceId }: Host, command: EnrollDevice): boolean =>
  ownerUserId === command.userId && deviceId === command.deviceId

const deviceProblem = (command: EnrollDevice, state: ExistingMesh): MeshError | undefined => {
  const { userId, deviceId, networkId, gateway } = command
  if (!largeMapHas(state.networks, networkId)) return { code: 'network-unknown', networkId }
  if (!largeMapHas(state.users, userId)) return { code: 'user-unknown', userId }
  if (!mayDo(state, userId, 'connect-devices', networkId))
    return { code: 'actor-not-allowed', byUserId: userId, action: 'connect-devices' }
  if (gateway.mode === 'auto') return undefined
  const gatewayId = gateway.nodeId
  const memberId = clientOfDevice(state, userId, deviceId, gatewayId)?.clientId
  return memberId === undefined ? undefined : { code: 'device-connected', userId, deviceId, gatewayId, memberId }
}

/** Emits what a decision leads to; its refusal, if it is one. */
const follow = (unfolding: Unfolding, decision: Decision): MeshError | undefined => {
  if (E.isLeft(decision)) return decision.left
  for (const event of decision.right) unfolding.emit(event)
  return undefined
}

/** What the device was goes first: nobody else's is in the way of what it is. */
const registerDevice = (command: EnrollDevice, unfolding: Unfolding): MeshError | undefined => {
  const { userId, deviceId, hostId, atEpochMs } = command
  const former = hostOfDevice(unfolding.state(), userId, deviceId)
  if (former !== undefined) removeHost(unfolding, former.hostId, atEpochMs)
  const registered = registerNewHost(unfolding.state(), command)
  if (E.isLeft(registered)) return registered.left
  unfolding.emit(registered.right)
  unfolding.emit({ type: 'DeviceEnrolled', atEpochMs, hostId, userId, deviceId })
  return undefined
}

const joining = (command: EnrollDevice, state: ExistingMesh, hostId: Host['hostId']): Decision => {
  if (nodeOf(state, hostId, command) !== undefined) return E.right([])
  const { networkId, nodeId, atEpochMs } = command
  const wish = { name: null, address4: null, address6: null, ephemeral: false, expiresAtEpochMs: null }
  return decideJoinNetwork({ type: 'JoinNetwork', atEpochMs, networkId, hostId, nodeId, ...wish }, state)
}

const relaying = (command: EnrollDevice, state: ExistingMesh, hostId: Host['hostId']): Decision => {
  const { atEpochMs, gateway } = command
  const nodeId = nodeOf(state, hostId, command)?.nodeId ?? command.nodeId
  return gateway.mode === 'auto'
    ? decideSetAutoGateway({ type: 'SetAutoGateway', atEpochMs, nodeId }, state)
    : decideAssignRelay({ type: 'AssignRelay', atEpochMs, nodeId, gatewayIds: [gateway.nodeId] }, state)
}

const nodeOf = (state: MeshState, hostId: Host['hostId'], { networkId }: EnrollDevice): Node | undefined => {
  for (const nodeId of largeMapGet(state.hosts, hostId)?.nodeIds ?? []) {
    const node = largeMapGet(state.nodes, nodeId)
    if (node?.networkId === networkId) return node
  }
  return undefined
}
