/** Pieces that events and commands about clients share, with their codecs. */
import * as t from 'io-ts'
import {
  comparePrefixes,
  hostNameCodec,
  type IpPrefix,
  ipAddressCodec,
  ipPrefixCodec,
  userIdCodec,
  wireguardPublicKeyCodec,
} from '../values/index.js'
import { checked, orNull, shortList, shortText } from './event-parts.js'
import type { Client } from './mesh-state.js'

/** How many characters all lines of `PostUp` may have together, and those of `PostDown`; line ends count (B4). */
export const maxScriptCharacters = 1024

/** More lines have no room in so many characters. */
export const maxScriptLines = maxScriptCharacters / 2

/** Single addresses or subnets, inside the network's ranges. */
export const clientAddressesCodec = shortList(ipPrefixCodec, 8)
export const additionalAddressesCodec = shortList(ipPrefixCodec, 16)
export const prefixesBehindCodec = shortList(ipPrefixCodec, 64)
export const clientDnsCodec = orNull(shortList(ipAddressCodec, 8))

const scriptCodec = shortList(shortText(maxScriptCharacters), maxScriptLines)

/** What `clientFile` says of a file without its private key: 16 lower-case hex digits. */
export const configHashCodec = checked(
  'the hash of a client file: 16 lower-case hex digits',
  (u): u is string => typeof u === 'string' && /^[0-9a-f]{16}$/.test(u),
)

/** What is said of a client, all of it. */
export const clientContentProps = {
  name: hostNameCodec,
  publicKey: wireguardPublicKeyCodec,
  addresses: clientAddressesCodec,
  additionalAddresses: additionalAddressesCodec,
  prefixesBehind: prefixesBehindCodec,
  dns: clientDnsCodec,
  postUp: scriptCodec,
  postDown: scriptCodec,
  fullTunnel: t.boolean,
  ownerUserId: orNull(userIdCodec),
  keyVaulted: t.boolean,
}

export type ClientContent = Pick<Client, keyof typeof clientContentProps>

/** Its content without the rest of a client. */
export const clientContentOf = (client: ClientContent): ClientContent => ({
  name: client.name,
  publicKey: client.publicKey,
  addresses: client.addresses,
  additionalAddresses: client.additionalAddresses,
  prefixesBehind: client.prefixesBehind,
  dns: client.dns,
  postUp: client.postUp,
  postDown: client.postDown,
  fullTunnel: client.fullTunnel,
  ownerUserId: client.ownerUserId,
  keyVaulted: client.keyVaulted,
})

/** In the order in which state and files have prefixes, each once. */
export const sortedPrefixes = (prefixes: readonly IpPrefix[]): readonly IpPrefix[] =>
  [...new Set(prefixes)].sort(comparePrefixes)
