import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { fresh } from '../../event-format/codec-outline.js'
import { clientIdCodec, hostNameCodec, nodeIdCodec, userIdCodec, wireguardPublicKeyCodec } from '../../values/index.js'
import {
  additionalAddressesCodec,
  type ClientContent,
  clientAddressesCodec,
  clientDnsCodec,
  prefixesBehindCodec,
  sortedPrefixes,
} from '../client-parts.js'
import { orNull } from '../event-parts.js'
import { largeMapGet } from '../large-map.js'
import type { Client } from '../mesh-state.js'
import { addressesOfNewClient } from './client-prefixes.js'
import { clientProblem, gatewayForClients, sameClientContent, scriptLinesCodec, trimmed } from './client-rules.js'
import { commandCodec } from './command-codec.js'
import { alreadySo, type Decision, type ExistingMesh, refuse } from './decision.js'
import { memberOf } from './member-rules.js'

/** Let a device that runs no agent connect to a gateway (B4). `[]` when it is there with the same content. */
export type AddClient = t.TypeOf<typeof addClientCodec>

export const addClientCodec = commandCodec(
  'AddClient',
  {
    /** Fresh. */
    clientId: fresh(clientIdCodec),
    gatewayId: nodeIdCodec,
    /** Unique in the network, among nodes too. */
    name: hostNameCodec,
    /** Made on the user's side; the private key stays there (B8). */
    publicKey: wireguardPublicKeyCodec,
  },
  {
    /** Single addresses or subnets; of each family without one the highest free address is taken. */
    addresses: clientAddressesCodec,
    /** Its own, outside the network's ranges; none when left out. */
    additionalAddresses: additionalAddressesCodec,
    /** What is reached through it; none when left out. */
    prefixesBehind: prefixesBehindCodec,
    /** `null`, and when left out: the network's default. */
    dns: clientDnsCodec,
    postUp: scriptLinesCodec,
    postDown: scriptLinesCodec,
    /** `false` when left out. */
    fullTunnel: t.boolean,
    /** Whose it is; nobody's when left out. */
    ownerUserId: orNull(userIdCodec),
    /** Whether its private key was given to the vault; not, when left out. */
    keyVaulted: t.boolean,
  },
)

export const decideAddClient = (command: AddClient, state: ExistingMesh): Decision => {
  const { atEpochMs, clientId, gatewayId } = command
  const content = contentOf(command)
  const present = largeMapGet(state.clients, clientId)
  if (present !== undefined && isAsWanted(present, command, content)) return alreadySo
  if (present !== undefined) return refuse({ code: 'client-id-taken', clientId, name: present.name })
  if (memberOf(state, clientId) !== undefined) return refuse({ code: 'node-id-taken', nodeId: clientId })
  const place = gatewayForClients(state, gatewayId)
  if (E.isLeft(place)) return place
  const { network } = place.right
  const addresses = addressesOfNewClient(state, network, clientId, content.addresses)
  if (E.isLeft(addresses)) return addresses
  const problem = clientProblem(state, network, clientId, content)
  if (problem !== undefined) return refuse(problem)
  const facts = { ...content, addresses: addresses.right, deviceId: null }
  return E.right([{ type: 'ClientAdded', atEpochMs, clientId, networkId: network.networkId, gatewayId, ...facts }])
}

const contentOf = (command: AddClient): ClientContent => ({
  name: command.name,
  publicKey: command.publicKey,
  addresses: sortedPrefixes(command.addresses ?? []),
  additionalAddresses: sortedPrefixes(command.additionalAddresses ?? []),
  prefixesBehind: sortedPrefixes(command.prefixesBehind ?? []),
  dns: command.dns ?? null,
  postUp: trimmed(command.postUp ?? []),
  postDown: trimmed(command.postDown ?? []),
  fullTunnel: command.fullTunnel ?? false,
  ownerUserId: command.ownerUserId ?? null,
  keyVaulted: command.keyVaulted ?? false,
})

/** Addresses that weren't asked for are whatever was free. */
const isAsWanted = (present: Client, { gatewayId }: AddClient, content: ClientContent): boolean =>
  present.gatewayId === gatewayId &&
  present.deviceId === null &&
  content.addresses.every((prefix) => present.addresses.includes(prefix)) &&
  sameClientContent(present, { ...content, addresses: present.addresses })
