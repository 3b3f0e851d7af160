/**
 * Random values of every kind, canonical and valid. Addresses favour zeros and the ends of ranges, where shortened
 * IPv6, carries and special ranges are.
 */
import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import {
  type CommandId,
  commandId,
  type EnrollmentKeyId,
  type EpochMs,
  type EventId,
  enrollmentKeyId,
  epochMs,
  eventId,
  type HostId,
  type HostName,
  hostId,
  hostName,
  type IdentityPublicKey,
  type InterfaceAddress,
  type IpAddress,
  type IpPrefix,
  type Ipv4Address,
  type Ipv6Address,
  identityKeyFromBytes,
  interfaceAddressOf,
  ipAddressFromBigInt,
  ipAddressToBigInt,
  ipFamilyOf,
  isIpv4Address,
  isIpv6Address,
  type MeshId,
  meshId,
  type NetworkId,
  type NetworkName,
  type NodeId,
  networkId,
  networkName,
  nodeId,
  normaliseIpPrefix,
  type ParseError,
  parseIpAddress,
  prefixFamily,
  prefixFirst,
  prefixLast,
  prefixLength,
  type UdpEndpoint,
  udpEndpointOf,
  type WireguardPublicKey,
  wireguardKeyFromBytes,
} from '../../values/index.js'

const octet = fc.oneof(fc.constantFrom(0, 10, 127, 128, 254, 255), fc.nat(255))
const group = fc.oneof(fc.constantFrom(0, 0, 0, 1, 0xfd00, 0x2001, 0xffff), fc.nat(0xffff))

/** Any IPv4 address. */
export const arbitraryIpv4Address: fc.Arbitrary<Ipv4Address> = fc
  .tuple(octet, octet, octet, octet)
  .map((octets) => right(parseIpAddress(octets.join('.'))))
  .filter(isIpv4Address)

/** Any IPv6 address; half of the groups are zero. */
export const arbitraryIpv6Address: fc.Arbitrary<Ipv6Address> = fc
  .array(group, { minLength: 8, maxLength: 8 })
  .map((groups) => parseIpAddress(groups.map((value) => value.toString(16)).join(':')))
  .filter(E.isRight)
  .map((parsed) => parsed.right)
  .filter(isIpv6Address)

/** Any address of either family. */
export const arbitraryIpAddress: fc.Arbitrary<IpAddress> = fc.oneof(arbitraryIpv4Address, arbitraryIpv6Address)

/** Any prefix of either family, of every length. */
export const arbitraryIpPrefix: fc.Arbitrary<IpPrefix> = arbitraryIpAddress.chain((address) =>
  arbitraryLength(address, 0).map((length) => right(normaliseIpPrefix(`${address}/${length}`))),
)

/** An address of `range`, its ends included. */
export function arbitraryAddressWithin(range: IpPrefix): fc.Arbitrary<IpAddress> {
  const [first, last] = [prefixFirst(range), prefixLast(range)].map(ipAddressToBigInt)
  return fc.bigInt({ min: first ?? 0n, max: last ?? 0n }).map((n) => ipAddressFromBigInt(prefixFamily(range), n))
}

/** A prefix inside `range`, at times `range` itself. */
export function arbitraryPrefixWithin(range: IpPrefix): fc.Arbitrary<IpPrefix> {
  return arbitraryAddressWithin(range).chain((address) =>
    arbitraryLength(address, prefixLength(range)).map((length) => right(normaliseIpPrefix(`${address}/${length}`))),
  )
}

/** Any address with any prefix length. */
export const arbitraryInterfaceAddress: fc.Arbitrary<InterfaceAddress> = arbitraryIpAddress.chain((address) =>
  arbitraryLength(address, 0).map((length) => interfaceAddressOf(address, length)),
)

/** Any address with any port, those included that `endpointRefusal` warns of. */
export const arbitraryUdpEndpoint: fc.Arbitrary<UdpEndpoint> = fc
  .tuple(arbitraryIpAddress, fc.integer({ min: 1, max: 65_535 }))
  .map(([address, port]) => udpEndpointOf(address, port))

const keyBytes = fc.uint8Array({ minLength: 32, maxLength: 32 }).filter((bytes) => bytes.some((byte) => byte !== 0))

/** 32 random bytes; whether somebody holds the private key is not known. */
export const arbitraryWireguardPublicKey: fc.Arbitrary<WireguardPublicKey> = keyBytes.map((bytes) =>
  right(wireguardKeyFromBytes(bytes)),
)

/** 32 random bytes; whether they are a point of the curve is not known. */
export const arbitraryIdentityPublicKey: fc.Arbitrary<IdentityPublicKey> = keyBytes.map((bytes) =>
  right(identityKeyFromBytes(bytes)),
)

const idText = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/)

/** Any mesh id. */
export const arbitraryMeshId: fc.Arbitrary<MeshId> = idText.map(meshId)
/** Any network id. */
export const arbitraryNetworkId: fc.Arbitrary<NetworkId> = idText.map(networkId)
/** Any host id. */
export const arbitraryHostId: fc.Arbitrary<HostId> = idText.map(hostId)
/** Any node id. */
export const arbitraryNodeId: fc.Arbitrary<NodeId> = idText.map(nodeId)
/** Any enrolment key id. */
export const arbitraryEnrollmentKeyId: fc.Arbitrary<EnrollmentKeyId> = idText.map(enrollmentKeyId)
/** Any command id. */
export const arbitraryCommandId: fc.Arbitrary<CommandId> = idText.map(commandId)
/** Any event id. */
export const arbitraryEventId: fc.Arbitrary<EventId> = idText.map(eventId)

/** Any network name. */
export const arbitraryNetworkName: fc.Arbitrary<NetworkName> = fc
  .stringMatching(/^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/)
  .map(networkName)

/** Any host name. */
export const arbitraryHostName: fc.Arbitrary<HostName> = fc
  .stringMatching(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/)
  .map(hostName)

/** Any moment. */
export const arbitraryEpochMs: fc.Arbitrary<EpochMs> = fc.maxSafeNat().map(epochMs)

function arbitraryLength(address: IpAddress, shortest: number): fc.Arbitrary<number> {
  return fc.integer({ min: shortest, max: ipFamilyOf(address) === 4 ? 32 : 128 })
}

function right<A>(parsed: E.Either<ParseError<string>, A>): A {
  if (E.isRight(parsed)) return parsed.right
  throw new TypeError(`${parsed.left.text}: ${parsed.left.reason}`)
}
