/** Rules of the packet filter as data: what they match and what becomes of the packet. nft and iptables write the same in their own words. */
import type { FirewallSetId, IpFamily, IpPrefix, PortRange, Traffic } from '@meshfold/core'

/** Whose addresses and ports are read: the packet's own, or those of the first packet of its flow. */
export type Read = 'packet' | 'flow'

export type Side = 'saddr' | 'daddr'

export type Match =
  /** Comes in by the own interface, or goes out by it; or does not. */
  | { readonly on: 'interface'; readonly way: 'in' | 'out'; readonly isOwn: boolean }
  /** From this host to itself. */
  | { readonly on: 'loopback' }
  /** With the flow's first packet, or against it. */
  | { readonly on: 'direction'; readonly is: 'original' | 'reply' }
  | {
      readonly on: 'set'
      readonly side: Side
      readonly set: FirewallSetId
      readonly isIn: boolean
      readonly read: Read
    }
  | { readonly on: 'range'; readonly side: Side; readonly range: IpPrefix; readonly read: Read }
  | { readonly on: 'traffic'; readonly traffic: Exclude<Traffic, { readonly protocol: 'any' }>; readonly read: Read }
  /** An error about a flow, such as that packets are too big. */
  | { readonly on: 'related' }
  /** Of a flow whose destination somebody on this host translated: a port that a container publishes. */
  | { readonly on: 'translated' }
  /** TCP that is not about to begin, to (`dport`) or from these ports; none: all of them. */
  | { readonly on: 'under-way'; readonly side: 'dport' | 'sport'; readonly ports: readonly PortRange[] }

export interface FilterRule {
  /** `null`: of both. */
  readonly family: IpFamily | null
  readonly matches: readonly Match[]
  /** `pass`: none of our business. */
  readonly verdict: 'accept' | 'drop' | 'pass'
}

export type FilterHook = 'input' | 'output' | 'forward'

/** One of each, in every combination: a rule whose parts can be met in several ways is as many rules as there are of these. */
export const eachWay = <A>(parts: readonly (readonly A[])[]): readonly (readonly A[])[] =>
  parts.reduce<readonly (readonly A[])[]>(
    (ways, options) => ways.flatMap((way) => options.map((option) => [...way, option])),
    [[]],
  )
