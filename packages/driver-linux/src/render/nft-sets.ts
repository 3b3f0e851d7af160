/**
 * A set of the filter as nft has it: addresses in sets that are looked up by hash, wider ranges in sets of intervals. nft adds one to ten
 * thousand addresses in some milliseconds, and to as many intervals in a hundred times as many.
 */
import {
  type FirewallSetId,
  type IpFamily,
  type IpPrefix,
  ipAddressFromBigInt,
  ipAddressToBigInt,
  prefixFirst,
  prefixSize,
} from '@meshfold/core'
import { families, ofFamily } from './nft-words.js'

/** Prefixes of at most so many addresses are written one by one: neighbours among members come merged, and part again. */
const MOST_ONE_BY_ONE = 16n

/** One of the sets in the kernel that together hold a set's members. */
export interface NftSet {
  readonly name: string
  readonly family: IpFamily
  readonly holds: 'addresses' | 'ranges'
  readonly elements: readonly string[]
}

/** Every one that would not be empty; one of IPv4 addresses where all would be: so it is seen that the set is there. */
export const nftSetsOf = (id: FirewallSetId, members: readonly IpPrefix[]): readonly NftSet[] => {
  const sets = families.flatMap((family) => halvesOf(id, family, ofFamily(members, family)))
  const filled = sets.filter(({ elements }) => elements.length > 0)
  return filled.length > 0 ? filled : sets.slice(0, 1)
}

const halvesOf = (id: FirewallSetId, family: IpFamily, members: readonly IpPrefix[]): readonly NftSet[] => {
  const wide = members.filter((prefix) => !isSmall(prefix))
  const addresses = members.flatMap((prefix) => (isSmall(prefix) ? addressesOf(prefix, family) : []))
  return [
    { name: `${id}_${family}`, family, holds: 'addresses', elements: addresses },
    { name: `${id}_${family}_ranges`, family, holds: 'ranges', elements: wide },
  ]
}

/** Which sets of a family hold a set's members; `[]`: the family has none, or the set is none that rules name. */
export type NftSetNames = (id: FirewallSetId, family: IpFamily) => readonly string[]

/** Whom rules have to ask for who is in these sets. */
export const nftSetNames = (sets: ReadonlyMap<FirewallSetId, readonly IpPrefix[]>): NftSetNames => {
  const all = new Map([...sets].map(([id, members]) => [id, nftSetsOf(id, members)]))
  return (id, family) => (all.get(id) ?? []).flatMap((set) => (set.family === family ? [set.name] : []))
}

/** The set that one in the kernel belongs to. */
export const idOfNftSet = (name: string): FirewallSetId => name.replace(/_[46](_ranges)?$/, '')

const isSmall = (prefix: IpPrefix): boolean => isAddress(prefix) || prefixSize(prefix) <= MOST_ONE_BY_ONE

const addressesOf = (prefix: IpPrefix, family: IpFamily): readonly string[] => {
  const first = prefixFirst(prefix)
  if (isAddress(prefix)) return [first]
  const number = ipAddressToBigInt(first)
  return Array.from({ length: Number(prefixSize(prefix)) }, (_, at) => ipAddressFromBigInt(family, number + BigInt(at)))
}

const isAddress = (prefix: IpPrefix): boolean =>
  prefix.endsWith('/32') ? !prefix.includes(':') : prefix.endsWith('/128')
