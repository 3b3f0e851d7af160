import {
  hostPrefix,
  type InterfaceAddress,
  type IpPrefix,
  interfaceAddressOf,
  ipAddressFromBigInt,
  ipAddressToBigInt,
  prefixFamily,
  prefixFirst,
  prefixLength,
} from '../values/index.js'

/**
 * What a client's device bears of a prefix that is its own: a single address as it is, of a subnet the first address that no system
 * takes for the subnet itself (all of a subnet of two is addresses: RFC 3021, RFC 6164).
 */
export const clientInterfaceAddress = (prefix: IpPrefix): InterfaceAddress => {
  const first = prefixFirst(prefix)
  const length = prefixLength(prefix)
  const family = prefixFamily(prefix)
  const isWhole = prefix === hostPrefix(first) || length >= (family === 4 ? 31 : 127)
  return interfaceAddressOf(isWhole ? first : ipAddressFromBigInt(family, ipAddressToBigInt(first) + 1n), length)
}
