/**
 * io-ts codecs of the values, for the borders: the log, sockets, HTTP, tool output. They take the canonical text only, so
 * that what was written once has one spelling for ever. A failure carries the reason of the value's parser as its
 * message.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { type EpochMs, isEpochMs, parseEpochMs } from './epoch-ms.js'
import { type IdentityPublicKey, isIdentityPublicKey, parseIdentityPublicKey } from './identity-public-key.js'
import * as ids from './ids.js'
import { type InterfaceAddress, isInterfaceAddress, parseInterfaceAddress } from './interface-address.js'
import {
  type IpAddress,
  type Ipv4Address,
  type Ipv6Address,
  isIpAddress,
  isIpv4Address,
  isIpv6Address,
  parseIpAddress,
} from './ip-address.js'
import { type IpPrefix, isIpPrefix, parseIpPrefix } from './ip-prefix.js'
import {
  type HostName,
  isHostName,
  isNetworkName,
  isTagName,
  type NetworkName,
  parseHostName,
  parseNetworkName,
  parseTagName,
  type TagName,
} from './names.js'
import { type ParseError, shorten } from './parse-error.js'
import { isUdpEndpoint, parseUdpEndpoint, type UdpEndpoint } from './udp-endpoint.js'
import { checkedByIs } from './unchanged-check.js'
import { isWireguardPublicKey, parseWireguardPublicKey, type WireguardPublicKey } from './wireguard-public-key.js'

/** {@link IpAddress} as text. */
export const ipAddressCodec: t.Type<IpAddress, string> = textCodec('IpAddress', parseIpAddress, isIpAddress)

/** {@link Ipv4Address} as text. */
export const ipv4AddressCodec: t.Type<Ipv4Address, string> = textCodec(
  'Ipv4Address',
  (text) => E.filterOrElse(isIpv4Address, (address) => wrongFamily(address, 'IPv4'))(parseIpAddress(text)),
  (u): u is Ipv4Address => isIpAddress(u) && isIpv4Address(u),
)

/** {@link Ipv6Address} as text. */
export const ipv6AddressCodec: t.Type<Ipv6Address, string> = textCodec(
  'Ipv6Address',
  (text) => E.filterOrElse(isIpv6Address, (address) => wrongFamily(address, 'IPv6'))(parseIpAddress(text)),
  (u): u is Ipv6Address => isIpAddress(u) && isIpv6Address(u),
)

/** {@link IpPrefix} as text. */
export const ipPrefixCodec: t.Type<IpPrefix, string> = textCodec('IpPrefix', parseIpPrefix, isIpPrefix)

/** {@link InterfaceAddress} as text. */
export const interfaceAddressCodec: t.Type<InterfaceAddress, string> = textCodec(
  'InterfaceAddress',
  parseInterfaceAddress,
  isInterfaceAddress,
)

/** {@link UdpEndpoint} as text. */
export const udpEndpointCodec: t.Type<UdpEndpoint, string> = textCodec('UdpEndpoint', parseUdpEndpoint, isUdpEndpoint)

/** {@link WireguardPublicKey} as base64. */
export const wireguardPublicKeyCodec: t.Type<WireguardPublicKey, string> = textCodec(
  'WireguardPublicKey',
  parseWireguardPublicKey,
  isWireguardPublicKey,
)

/** {@link IdentityPublicKey} as base64. */
export const identityPublicKeyCodec: t.Type<IdentityPublicKey, string> = textCodec(
  'IdentityPublicKey',
  parseIdentityPublicKey,
  isIdentityPublicKey,
)

/** {@link ids.MeshId} as text. */
export const meshIdCodec: t.Type<ids.MeshId, string> = textCodec('MeshId', ids.parseMeshId, ids.isMeshId)

/** {@link ids.NetworkId} as text. */
export const networkIdCodec: t.Type<ids.NetworkId, string> = textCodec('NetworkId', ids.parseNetworkId, ids.isNetworkId)

/** {@link ids.HostId} as text. */
export const hostIdCodec: t.Type<ids.HostId, string> = textCodec('HostId', ids.parseHostId, ids.isHostId)

/** {@link ids.NodeId} as text. */
export const nodeIdCodec: t.Type<ids.NodeId, string> = textCodec('NodeId', ids.parseNodeId, ids.isNodeId)

/** {@link ids.EnrollmentKeyId} as text. */
export const enrollmentKeyIdCodec: t.Type<ids.EnrollmentKeyId, string> = textCodec(
  'EnrollmentKeyId',
  ids.parseEnrollmentKeyId,
  ids.isEnrollmentKeyId,
)

/** {@link ids.ClientId} as text. */
export const clientIdCodec: t.Type<ids.ClientId, string> = textCodec('ClientId', ids.parseClientId, ids.isClientId)

/** {@link ids.MemberId} as text: ids of nodes and of clients look alike. */
export const memberIdCodec: t.Type<ids.MemberId, string> = textCodec<ids.MemberId>(
  'MemberId',
  ids.parseNodeId,
  ids.isNodeId,
)

/** {@link ids.EgressId} as text. */
export const egressIdCodec: t.Type<ids.EgressId, string> = textCodec('EgressId', ids.parseEgressId, ids.isEgressId)

/** {@link ids.PolicyId} as text. */
export const policyIdCodec: t.Type<ids.PolicyId, string> = textCodec('PolicyId', ids.parsePolicyId, ids.isPolicyId)

/** {@link ids.PolicyTestId} as text. */
export const policyTestIdCodec: t.Type<ids.PolicyTestId, string> = textCodec(
  'PolicyTestId',
  ids.parsePolicyTestId,
  ids.isPolicyTestId,
)

/** {@link ids.UserId} as text. */
export const userIdCodec: t.Type<ids.UserId, string> = textCodec('UserId', ids.parseUserId, ids.isUserId)

/** {@link ids.GroupId} as text. */
export const groupIdCodec: t.Type<ids.GroupId, string> = textCodec('GroupId', ids.parseGroupId, ids.isGroupId)

/** {@link ids.ApiTokenId} as text. */
export const apiTokenIdCodec: t.Type<ids.ApiTokenId, string> = textCodec(
  'ApiTokenId',
  ids.parseApiTokenId,
  ids.isApiTokenId,
)

/** {@link ids.DnsRecordId} as text. */
export const dnsRecordIdCodec: t.Type<ids.DnsRecordId, string> = textCodec(
  'DnsRecordId',
  ids.parseDnsRecordId,
  ids.isDnsRecordId,
)

/** {@link ids.ResolverId} as text. */
export const resolverIdCodec: t.Type<ids.ResolverId, string> = textCodec(
  'ResolverId',
  ids.parseResolverId,
  ids.isResolverId,
)

/** {@link ids.DeviceId} as text. */
export const deviceIdCodec: t.Type<ids.DeviceId, string> = textCodec('DeviceId', ids.parseDeviceId, ids.isDeviceId)

/** {@link ids.CommandId} as text. */
export const commandIdCodec: t.Type<ids.CommandId, string> = textCodec('CommandId', ids.parseCommandId, ids.isCommandId)

/** {@link ids.EventId} as text. */
export const eventIdCodec: t.Type<ids.EventId, string> = textCodec('EventId', ids.parseEventId, ids.isEventId)

/** {@link NetworkName} as text. */
export const networkNameCodec: t.Type<NetworkName, string> = textCodec('NetworkName', parseNetworkName, isNetworkName)

/** {@link HostName} as text. */
export const hostNameCodec: t.Type<HostName, string> = textCodec('HostName', parseHostName, isHostName)

/** {@link TagName} as text. */
export const tagNameCodec: t.Type<TagName, string> = textCodec('TagName', parseTagName, isTagName)

/** {@link EpochMs} as a number. */
export const epochMsCodec: t.Type<EpochMs, number> = checkedByIs(
  new t.Type(
    'EpochMs',
    isEpochMs,
    (u, context) => {
      if (typeof u !== 'number') return t.failure(u, context, 'not a number')
      const parsed = parseEpochMs(u)
      return E.isLeft(parsed) ? t.failure(u, context, parsed.left.reason) : t.success(parsed.right)
    },
    (moment) => moment,
  ),
)

/** `is` says quickly of what `parse` would read and write again as it is. */
function textCodec<Text extends string>(
  name: string,
  parse: (text: string) => E.Either<ParseError<string>, Text>,
  is: (u: unknown) => u is Text,
): t.Type<Text, string> {
  const decode = (u: unknown): E.Either<string, Text> => {
    if (typeof u !== 'string') return E.left('not a string')
    const parsed = parse(u)
    if (E.isLeft(parsed)) return E.left(parsed.left.reason)
    return parsed.right === u ? parsed : E.left(`not in canonical form, which is ${shorten(parsed.right)}`)
  }
  const validate: t.Validate<unknown, Text> = (u, context) => {
    const decoded = decode(u)
    return E.isLeft(decoded) ? t.failure(u, context, decoded.left) : t.success(decoded.right)
  }
  return checkedByIs(new t.Type(name, is, validate, (text) => text))
}

function wrongFamily(text: string, family: string): ParseError<'ip-invalid'> {
  return { code: 'ip-invalid', text, reason: `must be an ${family} address` }
}
