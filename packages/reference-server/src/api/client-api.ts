/** What a client's device is given. */
import {
  type Client,
  type ClientFile,
  type ClientFileWarning,
  clientIdCodec,
  describeClientFileWarning,
  epochMsCodec,
  hostNameCodec,
  ipPrefixCodec,
  isClientStale,
  largeMapGet,
  type MeshState,
  networkIdCodec,
  networkNameCodec,
  nodeIdCodec,
  userIdCodec,
  wireguardPublicKeyCodec,
} from '@meshfold/core'
import * as t from 'io-ts'
import type { ClientWait } from '../agents/client-changes.js'
import { body, orNull, queryNumber } from './api-codecs.js'

/** A device that runs WireGuard from a file. */
export const clientView = t.readonly(
  t.strict({
    clientId: clientIdCodec,
    name: hostNameCodec,
    networkId: networkIdCodec,
    networkName: networkNameCodec,
    gateway: t.readonly(t.strict({ nodeId: nodeIdCodec, name: hostNameCodec })),
    publicKey: wireguardPublicKeyCodec,
    addresses: t.readonlyArray(ipPrefixCodec),
    enabled: t.boolean,
    fullTunnel: t.boolean,
    ownerUserId: orNull(userIdCodec),
    createdAtEpochMs: epochMsCodec,
    /** Whether another file was handed out than that of now. */
    isStale: t.boolean,
    /** What its gateway hasn't done yet of its last change, and why, as far as this server knows; `null`: all is in effect. */
    pending: orNull(
      t.readonly(
        t.strict({
          reason: t.keyof({ 'gateway-not-connected': null, 'gateway-not-done': null, 'gateway-diverged': null }),
          message: t.string,
        }),
      ),
    ),
  }),
)
export type ClientView = t.TypeOf<typeof clientView>

/** `next`: give it as `after` to go on; `null` at the end. */
export const clientsAnswer = t.readonly(t.strict({ clients: t.readonlyArray(clientView), next: orNull(clientIdCodec) }))

export const clientsQuery = body(
  {},
  { networkId: networkIdCodec, gatewayId: nodeIdCodec, after: clientIdCodec, limit: queryNumber(1, 10_000) },
)

export const clientParams = body({ clientId: clientIdCodec }, {})

/** The file that `wg-quick` and the apps take, with a placeholder for the private key, which the server never has. */
export const clientFileAnswer = t.readonly(
  t.strict({
    clientId: clientIdCodec,
    name: t.string,
    publicKey: t.string,
    text: t.string,
    /** Equal hash, equal file; `RecordClientConfig` takes it when the file was handed out. */
    hash: t.string,
    /** Whether another file was handed out than that of now. */
    isStale: t.boolean,
    warnings: t.readonlyArray(t.readonly(t.strict({ code: t.string, message: t.string }))),
  }),
)
export type ClientFileAnswer = t.TypeOf<typeof clientFileAnswer>

export const viewWarnings = ({ warnings }: ClientFile): ClientFileAnswer['warnings'] =>
  warnings.map((code: ClientFileWarning) => ({ code, message: describeClientFileWarning(code) }))

/** `undefined` for one whose network or gateway is gone. */
export const viewClient = (state: MeshState, client: Client, wait: ClientWait): ClientView | undefined => {
  const network = largeMapGet(state.networks, client.networkId)
  const gateway = largeMapGet(state.nodes, client.gatewayId)
  if (network === undefined || gateway === undefined) return undefined
  const { clientId, name, networkId, publicKey, addresses, enabled, fullTunnel, ownerUserId, createdAtEpochMs } = client
  return {
    ...{ clientId, name, networkId, publicKey, addresses, enabled, fullTunnel, ownerUserId, createdAtEpochMs },
    networkName: network.name,
    gateway: { nodeId: gateway.nodeId, name: gateway.name },
    isStale: isClientStale(state, clientId),
    pending: wait === null ? null : { reason: wait, message: waitTexts[wait](gateway.name) },
  }
}

const waitTexts: Readonly<Record<NonNullable<ClientWait>, (gateway: string) => string>> = {
  'gateway-not-connected': (gateway) =>
    `its gateway ${gateway} isn't connected to this server: what was changed last is done when it is, unless another server has told it`,
  'gateway-not-done': (gateway) => `its gateway ${gateway} was told and hasn't said yet that it is done`,
  'gateway-diverged': (gateway) => `its gateway ${gateway} is not as configured: meshfold host list says why`,
}
