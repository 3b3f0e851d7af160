/**
 * The file that a client's device runs WireGuard with (B5), as `wg-quick` and the apps of all systems take it. It is a snapshot: the
 * state at the time, and stale when the state would lead to another one (B6). The private key is never part of the state; whoever
 * has it gives it here, or puts it in on the device.
 */
import * as E from 'fp-ts/lib/Either.js'
import { largeMapGet } from '../mesh/large-map.js'
import type { MeshError } from '../mesh/mesh-error.js'
import type { Client, MeshState } from '../mesh/mesh-state.js'
import { type ClientId, formatHash, hashText, isWireguardPublicKey } from '../values/index.js'
import { type ClientFileContent, type ClientFileWarning, clientFileContent } from './client-file-content.js'
import { clientInterfaceAddress } from './client-interface-address.js'

export type { ClientFileWarning } from './client-file-content.js'

/** A client's file, and what its user should know of it. */
export interface ClientFile {
  /** Lines end with LF, the last one too. */
  readonly text: string
  /** Over everything but the private key, and over which public key it belongs to: 16 hex digits. Equal hash, equal file. */
  readonly hash: string
  readonly warnings: readonly ClientFileWarning[]
}

/** As people have it: 44 characters of base64. Neither kept nor said anywhere else. */
export interface ClientFileOptions {
  /** `null`, and when left out: the file has a placeholder that names the public key. */
  readonly privateKey?: string | null
}

/**
 * The file as it is now. Refused: `client-unknown`, `client-gateway-no-endpoint`, and `client-private-key-malformed` for a key that
 * would be no line of a file.
 */
export const clientFile = (
  state: MeshState,
  clientId: ClientId,
  { privateKey = null }: ClientFileOptions = {},
): E.Either<MeshError, ClientFile> => {
  const content = clientFileContent(state, clientId)
  if (E.isLeft(content)) return content
  const { client, warnings } = content.right
  if (privateKey !== null && !isKeyText(privateKey)) return E.left(malformedKey(client))
  const blank = fileText(content.right, placeholderFor(client))
  const text = privateKey === null ? blank : fileText(content.right, privateKey)
  return E.right({ text, hash: formatHash(hashText(blank)), warnings })
}

/**
 * The file for a QR code: as `clientFile`, without `PostUp` and `PostDown`, which the apps that read such codes refuse. Without the
 * private key it would be of no use: `client-key-not-held` (B8).
 */
export const clientQrText = (
  state: MeshState,
  clientId: ClientId,
  { privateKey = null }: ClientFileOptions,
): E.Either<MeshError, string> => {
  const content = clientFileContent(state, clientId)
  if (E.isLeft(content)) return content
  const { client } = content.right
  if (privateKey === null) return E.left({ code: 'client-key-not-held', clientId, name: client.name })
  if (!isKeyText(privateKey)) return E.left(malformedKey(client))
  return E.right(fileText({ ...content.right, client: { ...client, postUp: [], postDown: [] } }, privateKey))
}

/** Whether the file that was last handed out is not the one of now (B6); not of a client that was never given one. */
export const isClientStale = (state: MeshState, clientId: ClientId): boolean => {
  const issued = largeMapGet(state.clients, clientId)?.issuedConfig
  if (issued == null) return false
  const file = clientFile(state, clientId)
  return E.isLeft(file) || file.right.hash !== issued.hash
}

/** English for each warning. */
export const describeClientFileWarning = (warning: ClientFileWarning): string => warningTexts[warning]

const warningTexts: { readonly [W in ClientFileWarning]: string } = {
  'client-disabled': 'The client is disabled: its gateway lets it in after it was enabled.',
  'full-tunnel-unavailable':
    'The gateway is no internet gateway, so only traffic of the mesh goes through it. Enable internet there, or move the client.',
  'no-dns-in-tunnel':
    'All traffic goes through the gateway, but no DNS server is named: the device goes on asking its own, perhaps outside the tunnel.',
  'endpoint-inside-range':
    "The gateway's endpoint lies inside a range that is reached through the mesh; that address stays outside the tunnel.",
}

/** Which private key belongs here can be told from the public one; no reader takes it for a key. */
const placeholderFor = ({ publicKey }: Client): string => `<private key of ${publicKey}>`

/** Private keys are written as public ones are. */
const isKeyText = (text: string): boolean => isWireguardPublicKey(text)

const malformedKey = ({ clientId, name }: Client): MeshError => ({
  code: 'client-private-key-malformed',
  clientId,
  name,
})

const fileText = (content: ClientFileContent, privateKey: string): string => {
  const { client, gatewayKey, endpoint, allowedIps, dns } = content
  const { mtuBytes, keepaliveSeconds } = content.settings
  const addresses = [...client.addresses, ...client.additionalAddresses].map(clientInterfaceAddress)
  return [
    '[Interface]',
    `Address = ${addresses.join(', ')}`,
    `PrivateKey = ${privateKey}`,
    `MTU = ${mtuBytes}`,
    ...(dns.length === 0 ? [] : [`DNS = ${dns.join(', ')}`]),
    ...client.postUp.map((line) => `PostUp = ${line}`),
    ...client.postDown.map((line) => `PostDown = ${line}`),
    '',
    '[Peer]',
    `PublicKey = ${gatewayKey}`,
    `AllowedIPs = ${allowedIps.join(', ')}`,
    `Endpoint = ${endpoint}`,
    ...(keepaliveSeconds === 0 ? [] : [`PersistentKeepalive = ${keepaliveSeconds}`]),
    '',
  ].join('\n')
}
