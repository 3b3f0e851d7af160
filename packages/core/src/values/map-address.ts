import { type IpAddress, ipAddressFromBigInt, ipAddressToBigInt } from './ip-address.js'
import { type IpPrefix, ipPrefix, prefixFamily, prefixFirst, prefixLength } from './ip-prefix.js'

/** The same place in `to` that `address` has in `from`: two prefixes of one family and length (RFC 6296 §3.1 calls it 1:1). */
export function mapAddress(address: IpAddress, from: IpPrefix, to: IpPrefix): IpAddress {
  const offset = ipAddressToBigInt(address) - ipAddressToBigInt(prefixFirst(from))
  return ipAddressFromBigInt(prefixFamily(to), ipAddressToBigInt(prefixFirst(to)) + offset)
}

/** As `mapAddress`, for all of a prefix that lies in `from`. */
export function mapPrefix(prefix: IpPrefix, from: IpPrefix, to: IpPrefix): IpPrefix {
  return ipPrefix(`${mapAddress(prefixFirst(prefix), from, to)}/${prefixLength(prefix)}`)
}
