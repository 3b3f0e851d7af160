/** Words that all texts for nft are made of. */
import { type IpFamily, type IpPrefix, prefixFamily } from '@meshfold/core'
import { MARK_BITS_OF_KUBE_PROXY } from '../linux-pitfalls.js'
import { markMaskText } from '../policy-numbers.js'

export const families: readonly IpFamily[] = [4, 6]

/** One chain, and what its packets go through. */
export interface Chain {
  readonly name: string
  /** `null`: none; rules of other chains jump here. */
  readonly hook: string | null
  readonly rules: readonly string[]
  /** Those of the rules without which less is let through of the mesh's, and nothing of anybody else's. */
  readonly later?: ReadonlySet<string>
}

/** The protocol, as nft's matches call it. */
export const ip = (family: IpFamily): 'ip' | 'ip6' => (family === 4 ? 'ip' : 'ip6')

export const ofFamily = (prefixes: readonly IpPrefix[], family: IpFamily): readonly IpPrefix[] =>
  prefixes.filter((prefix) => prefixFamily(prefix) === family)

/** Whether a packet has this mark, whatever bits of others stand beside it; `0`: none of anybody's. */
export const hasMark = (mark: string): string => `meta mark & ${markMaskText} == ${mark}`

/** Gives a packet this mark, and leaves bits of others as they are. */
export const setMarkTo = (mark: string): string => `meta mark set meta mark & ${MARK_BITS_OF_KUBE_PROXY} | ${mark}`
