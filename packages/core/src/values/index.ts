/**
 * The words that everything else is written in: addresses, ranges, keys, endpoints, names, ids and moments. Each is a
 * string or number with a brand, in one canonical spelling, so that `===`, `Map` keys and JSON just work. A value is
 * made by its parser (which returns the reason when it refuses), by its codec at a border, or, for literals in code and
 * tests, by the function of its own name (which throws).
 */
export {
  type AddressPool,
  createAddressPool,
  highestFreeAddress,
  isAddressTaken,
  isAddressUsable,
  isPrefixFree,
  lowestFreeAddress,
  releaseAddress,
  releasePrefix,
  takeAddress,
  takePrefix,
} from './address-pool.js'
export { type Base64Alphabet, type Base64ParseError, decodeBase64, encodeBase64 } from './base64.js'
export type { Brand } from './brand.js'
export {
  commandIdCodec,
  enrollmentKeyIdCodec,
  epochMsCodec,
  eventIdCodec,
  hostIdCodec,
  hostNameCodec,
  identityPublicKeyCodec,
  interfaceAddressCodec,
  ipAddressCodec,
  ipPrefixCodec,
  ipv4AddressCodec,
  ipv6AddressCodec,
  meshIdCodec,
  networkIdCodec,
  networkNameCodec,
  nodeIdCodec,
  udpEndpointCodec,
  wireguardPublicKeyCodec,
} from './codecs.js'
export { type ContentHash, emptyHash, formatHash, hashText, toggleHash } from './content-hash.js'
export { produce } from './enable-immer-maps.js'
export { type EpochMs, type EpochMsParseError, epochMs, isEpochMs, parseEpochMs } from './epoch-ms.js'
export { decodeHex, encodeHex, type HexParseError } from './hex.js'
export { type HostCapability, hostCapabilities } from './host-capability.js'
export type { HostRoute } from './host-route.js'
export {
  type IdentityPublicKey,
  identityKeyFromBytes,
  identityKeyToBytes,
  identityPublicKey,
  isIdentityPublicKey,
  parseIdentityPublicKey,
} from './identity-public-key.js'
export {
  type CommandId,
  commandId,
  type EnrollmentKeyId,
  type EventId,
  enrollmentKeyId,
  eventId,
  type HostId,
  hostId,
  type IdParseError,
  isCommandId,
  isEnrollmentKeyId,
  isEventId,
  isHostId,
  isMeshId,
  isNetworkId,
  isNodeId,
  type MeshId,
  meshId,
  type NetworkId,
  type NodeId,
  networkId,
  nodeId,
  parseCommandId,
  parseEnrollmentKeyId,
  parseEventId,
  parseHostId,
  parseMeshId,
  parseNetworkId,
  parseNodeId,
} from './ids.js'
export {
  type InterfaceAddress,
  interfaceAddress,
  interfaceAddressIp,
  interfaceAddressOf,
  interfaceAddressPrefix,
  isInterfaceAddress,
  parseInterfaceAddress,
} from './interface-address.js'
export {
  compareIpAddresses,
  type IpAddress,
  type IpFamily,
  type IpParseError,
  type Ipv4Address,
  type Ipv6Address,
  ipAddress,
  ipAddressFromBigInt,
  ipAddressToBigInt,
  ipFamilyOf,
  isIpAddress,
  isIpv4Address,
  isIpv6Address,
  parseIpAddress,
} from './ip-address.js'
export {
  comparePrefixes,
  hostPrefix,
  type IpPrefix,
  ipPrefix,
  isIpPrefix,
  normaliseIpPrefix,
  parseIpPrefix,
  prefixContains,
  prefixContainsAddress,
  prefixesOverlap,
  prefixFamily,
  prefixFirst,
  prefixLast,
  prefixLength,
  prefixSize,
} from './ip-prefix.js'
export {
  intersectPrefixes,
  mergePrefixes,
  prefixSetContains,
  prefixSetsOverlap,
  subtractPrefixes,
} from './ip-prefix-set.js'
export type { KeyParseError } from './key-text.js'
export {
  type HostName,
  hostName,
  isHostName,
  isNetworkName,
  type NameParseError,
  type NetworkName,
  networkName,
  parseHostName,
  parseNetworkName,
} from './names.js'
export type { ParseError } from './parse-error.js'
export {
  type EndpointParseError,
  type EndpointRefusal,
  endpointAddress,
  endpointPort,
  endpointRefusal,
  isUdpEndpoint,
  parseUdpEndpoint,
  type UdpEndpoint,
  udpEndpoint,
  udpEndpointOf,
} from './udp-endpoint.js'
export {
  isWireguardPublicKey,
  parseWireguardPublicKey,
  type WireguardPublicKey,
  wireguardKeyFromBytes,
  wireguardKeyFromHex,
  wireguardKeyToBytes,
  wireguardKeyToHex,
  wireguardPublicKey,
} from './wireguard-public-key.js'
