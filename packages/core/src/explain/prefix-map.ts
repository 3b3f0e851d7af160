import {
  type IpAddress,
  type IpPrefix,
  prefixContainsAddress,
  prefixFamily,
  prefixFirst,
  prefixLength,
} from '../values/index.js'

/** Values by prefix, found by the longest one around an address, as routing tables do. */
export interface PrefixMap<V> {
  /** `undefined`: no prefix holds the address. */
  readonly longest: (address: IpAddress) => PrefixMatch<V> | undefined
}

/** What was found around an address, and the length of its prefix in bits. */
export interface PrefixMatch<V> {
  readonly value: V
  readonly length: number
}

/** Of equal prefixes the first counts. Single addresses are found at once; the few ranges of a mesh are walked. */
export const prefixMapOf = <V>(entries: Iterable<readonly [IpPrefix, V]>): PrefixMap<V> => {
  const single = new Map<IpAddress, PrefixMatch<V>>()
  const ranges: { readonly prefix: IpPrefix; readonly match: PrefixMatch<V> }[] = []
  for (const [prefix, value] of entries) {
    const length = prefixLength(prefix)
    const isSingle = length === (prefixFamily(prefix) === 4 ? 32 : 128)
    if (!isSingle) ranges.push({ prefix, match: { value, length } })
    else if (!single.has(prefixFirst(prefix))) single.set(prefixFirst(prefix), { value, length })
  }
  ranges.sort((a, b) => b.match.length - a.match.length)
  return {
    longest: (address) =>
      single.get(address) ?? ranges.find(({ prefix }) => prefixContainsAddress(prefix, address))?.match,
  }
}
