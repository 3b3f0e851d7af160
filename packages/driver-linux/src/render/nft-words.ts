/** Words that all texts for nft are made of. */
import { type IpFamily, type IpPrefix, prefixFamily } from '@meshfold/core'

export const families: readonly IpFamily[] = [4, 6]

/** One chain, and what its packets go through. */
export interface Chain {
  readonly name: string
  readonly hook: string
  readonly rules: readonly string[]
}

/** The protocol, as nft's matches call it. */
export const ip = (family: IpFamily): 'ip' | 'ip6' => (family === 4 ? 'ip' : 'ip6')

export const ofFamily = (prefixes: readonly IpPrefix[], family: IpFamily): readonly IpPrefix[] =>
  prefixes.filter((prefix) => prefixFamily(prefix) === family)
