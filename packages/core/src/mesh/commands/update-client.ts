import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { clientIdCodec, hostNameCodec, userIdCodec, wireguardPublicKeyCodec } from '../../values/index.js'
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
import type { MeshError } from '../mesh-error.js'
import type { Client, MeshState, Network } from '../mesh-state.js'
import { addressesProblem } from './client-prefixes.js'
import { clientProblem, sameClientContent, scriptLinesCodec, trimmed } from './client-rules.js'
import { commandCodec } from './command-codec.js'
import { alreadySo, type Decision, type ExistingMesh, refuse } from './decision.js'

/** Change what is said of a client (B4). What is left out stays; a list that is given is the whole list. */
export type UpdateClient = t.TypeOf<typeof updateClientCodec>

export const updateClientCodec = commandCodec(
  'UpdateClient',
  { clientId: clientIdCodec },
  {
    name: hostNameCodec,
    /** A key that the vault doesn't hold, unless it is said that it does. */
    publicKey: wireguardPublicKeyCodec,
    /** One at least. */
    addresses: clientAddressesCodec,
    additionalAddresses: additionalAddressesCodec,
    prefixesBehind: prefixesBehindCodec,
    dns: clientDnsCodec,
    postUp: scriptLinesCodec,
    postDown: scriptLinesCodec,
    fullTunnel: t.boolean,
    /** Not of a device that its user connected: it stays that user's. */
    ownerUserId: orNull(userIdCodec),
    keyVaulted: t.boolean,
  },
)

export const decideUpdateClient = (command: UpdateClient, state: ExistingMesh): Decision => {
  const { clientId, atEpochMs } = command
  const client = largeMapGet(state.clients, clientId)
  const network = client === undefined ? undefined : largeMapGet(state.networks, client.networkId)
  if (client === undefined || network === undefined) return refuse({ code: 'client-unknown', clientId })
  const content = wantedContent(command, client)
  if (sameClientContent(client, content)) return alreadySo
  const problem = updateProblem(state, network, client, content)
  if (problem !== undefined) return refuse(problem)
  return E.right([{ type: 'ClientUpdated', atEpochMs, clientId, networkId: client.networkId, ...content }])
}

const wantedContent = (command: UpdateClient, client: Client): ClientContent => {
  const publicKey = command.publicKey ?? client.publicKey
  return {
    name: command.name ?? client.name,
    publicKey,
    addresses: sortedPrefixes(command.addresses ?? client.addresses),
    additionalAddresses: sortedPrefixes(command.additionalAddresses ?? client.additionalAddresses),
    prefixesBehind: sortedPrefixes(command.prefixesBehind ?? client.prefixesBehind),
    dns: command.dns === undefined ? client.dns : command.dns,
    postUp: trimmed(command.postUp ?? client.postUp),
    postDown: trimmed(command.postDown ?? client.postDown),
    fullTunnel: command.fullTunnel ?? client.fullTunnel,
    ownerUserId: command.ownerUserId === undefined ? client.ownerUserId : command.ownerUserId,
    keyVaulted: command.keyVaulted ?? (publicKey === client.publicKey && client.keyVaulted),
  }
}

const updateProblem = (
  state: MeshState,
  network: Network,
  client: Client,
  content: ClientContent,
): MeshError | undefined => {
  const { clientId, name } = client
  if (content.ownerUserId !== client.ownerUserId && client.deviceId !== null)
    return { code: 'client-is-device', clientId, name }
  if (content.addresses.length === 0) return { code: 'client-needs-address', name }
  return (
    addressesProblem(state, network, clientId, content.addresses) ?? clientProblem(state, network, clientId, content)
  )
}
