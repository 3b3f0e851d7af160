import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { fresh } from '../../event-format/codec-outline.js'
import {
  clientIdCodec,
  deviceIdCodec,
  hostNameCodec,
  nodeIdCodec,
  userIdCodec,
  wireguardPublicKeyCodec,
} from '../../values/index.js'
import { type ClientContent, clientContentOf } from '../client-parts.js'
import { largeMapHas } from '../large-map.js'
import type { MeshError } from '../mesh-error.js'
import type { Client, Network } from '../mesh-state.js'
import { mayDo } from '../roles.js'
import { clientOfDevice, nodeOfDevice } from './client-devices.js'
import { addressesOfNewClient } from './client-prefixes.js'
import { clientProblem, gatewayForClients, sameClientContent } from './client-rules.js'
import { commandCodec } from './command-codec.js'
import { alreadySo, type Decision, type ExistingMesh, refuse } from './decision.js'
import { freeMemberName, memberOf } from './member-rules.js'

/**
 * A user connects a device of theirs to a gateway by a file (G3): one per user, device and gateway. The same again is already so; with
 * another key the client has that key from now on.
 */
export type ConnectDevice = t.TypeOf<typeof connectDeviceCodec>

export const connectDeviceCodec = commandCodec(
  'ConnectDevice',
  {
    userId: userIdCodec,
    /** As the user or the device calls it; the same again is the same device. */
    deviceId: deviceIdCodec,
    gatewayId: nodeIdCodec,
    /** Fresh; taken if the device isn't at that gateway yet. */
    clientId: fresh(clientIdCodec),
    /** Wanted of a new one; a number comes behind it where it is taken. */
    name: hostNameCodec,
    /** Made on the device. */
    publicKey: wireguardPublicKeyCodec,
  },
  {
    /** Of a new one `false` when left out, of a present one what it is. */
    fullTunnel: t.boolean,
    /** Whether its private key was given to the vault; not, when left out. */
    keyVaulted: t.boolean,
  },
)

export const decideConnectDevice = (command: ConnectDevice, state: ExistingMesh): Decision => {
  const { userId, deviceId, gatewayId } = command
  const place = gatewayForClients(state, gatewayId)
  if (E.isLeft(place)) return place
  const { network } = place.right
  const problem = userProblem(command, state, network)
  if (problem !== undefined) return refuse(problem)
  const present = clientOfDevice(state, userId, deviceId, gatewayId)
  if (present !== undefined) return decideForPresent(command, state, network, present)
  const memberId = nodeOfDevice(state, userId, deviceId, gatewayId)
  if (memberId !== undefined) return refuse({ code: 'device-connected', userId, deviceId, gatewayId, memberId })
  return decideForNew(command, state, network)
}

const userProblem = ({ userId }: ConnectDevice, state: ExistingMesh, { networkId }: Network): MeshError | undefined => {
  if (!largeMapHas(state.users, userId)) return { code: 'user-unknown', userId }
  return mayDo(state, userId, 'connect-devices', networkId)
    ? undefined
    : { code: 'actor-not-allowed', byUserId: userId, action: 'connect-devices' }
}

/** Name and addresses stay, whatever was wanted of a new one. */
const decideForPresent = (command: ConnectDevice, state: ExistingMesh, network: Network, client: Client): Decision => {
  const { atEpochMs, publicKey } = command
  const { clientId, networkId, name } = client
  if (!client.enabled) return refuse({ code: 'client-disabled', clientId, name })
  const content: ClientContent = {
    ...clientContentOf(client),
    publicKey,
    fullTunnel: command.fullTunnel ?? client.fullTunnel,
    keyVaulted: command.keyVaulted ?? (publicKey === client.publicKey && client.keyVaulted),
  }
  if (sameClientContent(client, content)) return alreadySo
  const problem = clientProblem(state, network, clientId, content)
  if (problem !== undefined) return refuse(problem)
  return E.right([{ type: 'ClientUpdated', atEpochMs, clientId, networkId, ...content }])
}

const decideForNew = (command: ConnectDevice, state: ExistingMesh, network: Network): Decision => {
  const { atEpochMs, clientId, gatewayId, deviceId, userId } = command
  if (memberOf(state, clientId) !== undefined) return refuse({ code: 'node-id-taken', nodeId: clientId })
  const addresses = addressesOfNewClient(state, network, clientId, [])
  if (E.isLeft(addresses)) return addresses
  const content: ClientContent = {
    name: freeMemberName(state, network, command.name),
    publicKey: command.publicKey,
    addresses: addresses.right,
    additionalAddresses: [],
    prefixesBehind: [],
    dns: null,
    postUp: [],
    postDown: [],
    fullTunnel: command.fullTunnel ?? false,
    ownerUserId: userId,
    keyVaulted: command.keyVaulted ?? false,
  }
  const problem = clientProblem(state, network, clientId, content)
  if (problem !== undefined) return refuse(problem)
  const { networkId } = network
  return E.right([{ type: 'ClientAdded', atEpochMs, clientId, networkId, gatewayId, ...content, deviceId }])
}
