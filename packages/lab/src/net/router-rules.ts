/** The router's nft rules as text, from data: every change loads the whole in one transaction, so none is ever half done. */

/** Addresses of one side of a rule. */
export interface AddressPair {
  readonly ipv4: string
  readonly ipv6: string
}

export interface RouterRules {
  /** Pairs that hear nothing of each other. */
  readonly cuts: readonly (readonly [AddressPair, AddressPair])[]
  /** Those that hear nothing of anybody. */
  readonly isolated: readonly AddressPair[]
  /** Share of packets lost at random, 0–100. */
  readonly lossPercent: number
  /** Further rules of the forward chain, as nft writes them, before everything else but the counters. */
  readonly extra: readonly string[]
}

export const noRules: RouterRules = { cuts: [], isolated: [], lossPercent: 0, extra: [] }

/** Name of the table in the router's namespace. */
export const routerTable = 'inet lab'

/** Sets that live through every change, because they count. */
export const routerSets = `
table ${routerTable} {
  set seen4 { type ipv4_addr . ipv4_addr; size 65535; flags dynamic; }
  set seen6 { type ipv6_addr . ipv6_addr; size 65535; flags dynamic; }
  chain forward { type filter hook forward priority filter; policy accept; }
}
`

/** One nft transaction that makes `rules` the only ones. Packets are counted before they are dropped. */
export function renderRouterRules({ cuts, isolated, lossPercent, extra }: RouterRules): string {
  const rules = [
    'update @seen4 { ip saddr . ip daddr counter }',
    'update @seen6 { ip6 saddr . ip6 daddr counter }',
    ...extra,
    ...isolated.flatMap(dropAll),
    ...cuts.flatMap(([a, b]) => [...dropFrom(a, b), ...dropFrom(b, a)]),
    ...(lossPercent > 0 ? [`numgen random mod 1000 < ${Math.round(lossPercent * 10)} drop`] : []),
  ]
  return [`flush chain ${routerTable} forward`, ...rules.map((rule) => `add rule ${routerTable} forward ${rule}`)].join(
    '\n',
  )
}

function dropFrom(a: AddressPair, b: AddressPair): readonly string[] {
  return [`ip saddr ${a.ipv4} ip daddr ${b.ipv4} drop`, `ip6 saddr ${a.ipv6} ip6 daddr ${b.ipv6} drop`]
}

function dropAll({ ipv4, ipv6 }: AddressPair): readonly string[] {
  return [`ip saddr ${ipv4} drop`, `ip daddr ${ipv4} drop`, `ip6 saddr ${ipv6} drop`, `ip6 daddr ${ipv6} drop`]
}

/** Packets counted from one address to another, from the output of `nft -j list set`. */
export function readPacketCount(json: string, from: string, to: string): number {
  const { nftables } = JSON.parse(json) as { nftables: readonly { set?: { elem?: readonly CountedElement[] } }[] }
  const elements = nftables.flatMap(({ set }) => set?.elem ?? [])
  const found = elements.find(({ elem }) => elem.val.concat[0] === from && elem.val.concat[1] === to)
  return found?.elem.counter?.packets ?? 0
}

interface CountedElement {
  readonly elem: {
    readonly val: { readonly concat: readonly string[] }
    readonly counter?: { readonly packets: number }
  }
}
