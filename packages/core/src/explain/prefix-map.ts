import type { IpAddress, PrefixMatch } from '../values/index.js'

/** Values by prefix, found by the longest one around an address, as routing tables do. */
export interface PrefixMap<V> {
  /** `undefined`: no prefix holds the address. */
  readonly longest: (address: IpAddress) => PrefixMatch<V> | undefined
}
