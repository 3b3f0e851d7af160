/** Why commands about clients are refused: data here, and each one's English below. */
import type {
  ClientId,
  DeviceId,
  HostName,
  IpPrefix,
  MemberId,
  NetworkName,
  NodeId,
  UserId,
  WireguardPublicKey,
} from '../../values/index.js'
import type { RefusalTexts } from './refusal-texts.js'

/** Why commands about clients and users' devices are refused. */
export type ClientError =
  | { readonly code: 'client-unknown'; readonly clientId: ClientId }
  /** The id belongs to a client with other content. */
  | { readonly code: 'client-id-taken'; readonly clientId: ClientId; readonly name: HostName }
  /** A client or node of the network has the name. */
  | {
      readonly code: 'client-name-taken'
      readonly name: HostName
      readonly networkName: NetworkName
      readonly memberId: MemberId
    }
  /** The node is no gateway. */
  | { readonly code: 'client-gateway-unknown'; readonly gatewayId: NodeId }
  /** A client moves within its network only. */
  | {
      readonly code: 'client-gateway-elsewhere'
      readonly gatewayId: NodeId
      readonly name: HostName
      readonly networkName: NetworkName
    }
  /** A key is one machine's: a host has it, a client, or a host that was removed had it. */
  | { readonly code: 'wireguard-key-taken'; readonly key: WireguardPublicKey; readonly holder: KeyHolder }
  /** It would have no address in its network. */
  | { readonly code: 'client-needs-address'; readonly name: HostName }
  /** Outside the network's range, of a family it has no range for (`range` is `null`), or with one that is never given (A2). */
  | {
      readonly code: 'client-address-unusable'
      readonly prefix: IpPrefix
      readonly networkName: NetworkName
      readonly range: IpPrefix | null
      readonly reason: 'no-range' | 'outside' | 'reserved'
    }
  /** Somebody has it, or an address inside it. */
  | {
      readonly code: 'client-address-taken'
      readonly prefix: IpPrefix
      readonly memberId: MemberId
      readonly name: HostName
    }
  /** Two prefixes of one client share addresses. */
  | { readonly code: 'client-prefixes-overlap'; readonly prefix: IpPrefix; readonly other: IpPrefix }
  /** A line that a file can't hold, or that would mean something else there; lines count from 1. */
  | {
      readonly code: 'client-script-unfit'
      readonly field: ScriptField
      readonly line: number
      readonly reason: 'blank' | 'control-character' | 'hash'
    }
  | {
      readonly code: 'client-script-too-long'
      readonly field: ScriptField
      readonly characters: number
      readonly limit: number
    }
  /** It is a device that its user connected: it stays that user's. */
  | { readonly code: 'client-is-device'; readonly clientId: ClientId; readonly name: HostName }
  /** The user's device is at that gateway already, by file or by agent: one per user, device and gateway (G3). */
  | {
      readonly code: 'device-connected'
      readonly userId: UserId
      readonly deviceId: DeviceId
      readonly gatewayId: NodeId
      readonly memberId: MemberId
    }
  /** An administrator disabled it; its user can't change that. */
  | { readonly code: 'client-disabled'; readonly clientId: ClientId; readonly name: HostName }
  /** No address of the gateway's host can be given to a device elsewhere. */
  | { readonly code: 'client-gateway-no-endpoint'; readonly gatewayId: NodeId; readonly name: HostName }
  /** A QR code is of no use without the private key, which only its user has (B8). */
  | { readonly code: 'client-key-not-held'; readonly clientId: ClientId; readonly name: HostName }
  /** What was given as private key is none. */
  | { readonly code: 'client-private-key-malformed'; readonly clientId: ClientId; readonly name: HostName }

/** Whose WireGuard key it is, or was. */
export type KeyHolder =
  | { readonly kind: 'host'; readonly id: string; readonly name: HostName }
  | { readonly kind: 'client'; readonly id: string; readonly name: HostName }
  | { readonly kind: 'removed-host'; readonly id: string }

/** Which of a client's scripts. */
export type ScriptField = 'postUp' | 'postDown'

export const clientRefusals: RefusalTexts<ClientError> = {
  'client-unknown': ({ clientId }) => `There is no client ${clientId}. List the clients to find the right id.`,
  'client-id-taken': ({ clientId, name }) =>
    `The id ${clientId} is client "${name}" already, with other content. Update that client, or take a fresh id.`,
  'client-name-taken': ({ name, networkName }) =>
    `Network "${networkName}" has a node or client "${name}" already. Choose another name.`,
  'client-gateway-unknown': ({ gatewayId }, names) =>
    `Node ${names.node(gatewayId)} is no gateway. Create a gateway there, or choose one that is.`,
  'client-gateway-elsewhere': ({ gatewayId, name, networkName }, names) =>
    `Gateway ${names.node(gatewayId)} isn't in network "${networkName}", where client "${name}" is. Choose one of that network, or add a client in the other.`,
  'wireguard-key-taken': ({ holder }) =>
    `${holderText(holder)}, and a key is one machine's alone. Make a new pair of keys on the device.`,
  'client-needs-address': ({ name }) =>
    `Client "${name}" needs an address of its network at least. Give one, or leave the addresses as they are.`,
  'client-address-unusable': ({ prefix, networkName, range, reason }) =>
    `${addressText[reason](prefix, networkName, range)} Choose another, or give none for the highest free one.`,
  'client-address-taken': ({ prefix, name }) =>
    `${prefix} is, or holds, an address of "${name}". Choose another, or give none for the highest free one.`,
  'client-prefixes-overlap': ({ prefix, other }) =>
    `${prefix} and ${other} of one client share addresses. Give each address once.`,
  'client-script-unfit': ({ field, line, reason }) => `Line ${line} of ${scriptText[field]} ${scriptProblems[reason]}`,
  'client-script-too-long': ({ field, characters, limit }) =>
    `${scriptText[field]} has ${characters} characters, and ${limit} are possible. Use a script on the device instead.`,
  'client-is-device': ({ name }) =>
    `Client "${name}" is a device that its user connected, and stays that user's. Remove it instead, and let the other user connect.`,
  'device-connected': ({ userId, deviceId, gatewayId, memberId }, names) =>
    `Device ${deviceId} of user ${names.user(userId)} is at gateway ${names.node(gatewayId)} already, as ${names.member(memberId)}. Use that one, or remove it first.`,
  'client-disabled': ({ name }) => `Client "${name}" is disabled. Ask an administrator to enable it, or to remove it.`,
  'client-gateway-no-endpoint': ({ name }) =>
    `Gateway "${name}" has no public endpoint that a device could connect to. Give its host a declared one.`,
  'client-key-not-held': ({ name }) =>
    `The private key of client "${name}" is not held here, so no QR code can be made. Take the file and put the key in on the device, or give the client a new key.`,
  'client-private-key-malformed': ({ name }) =>
    `What was given as private key of client "${name}" is none: 44 characters of base64 are. Give the one that was made with its public key.`,
}

const addressText = {
  'no-range': (prefix: string, network: string) => `Network "${network}" has no range for ${prefix}.`,
  outside: (prefix: string, network: string, range: IpPrefix | null) =>
    `${prefix} lies outside ${range}, the range of network "${network}".`,
  reserved: (prefix: string, network: string) =>
    `${prefix} holds an address that network "${network}" never gives: its first, or reserved at its end.`,
} as const

const holderText = (holder: KeyHolder): string => {
  if (holder.kind === 'removed-host')
    return `The key was that of host ${holder.id}, which was removed or has another key now`
  return `${holder.kind === 'host' ? 'Host' : 'Client'} "${holder.name}" (${holder.id}) has the key`
}

const scriptText = { postUp: 'PostUp', postDown: 'PostDown' } as const

const scriptProblems = {
  blank: 'is empty. Leave it out.',
  'control-character':
    'has a line break, a tab or another control character, which would break the file. Give each command as a line of its own, with blanks.',
  hash: "has a '#', where the file's readers stop reading. Use a script on the device instead.",
} as const
