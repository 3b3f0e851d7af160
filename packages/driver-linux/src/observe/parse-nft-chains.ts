/** Reads what nft says of chains and rules that are not ours: which of them may drop, and where a rule of ours stands among them. */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { type Unreadable, unreadable } from './wireguard-device.js'

const place = { family: t.string, table: t.string }

const chain = t.intersection([
  t.type({ ...place, name: t.string }),
  t.partial({ type: t.string, hook: t.string, policy: t.string }),
])
const rule = t.intersection([
  t.type({ ...place, chain: t.string, handle: t.Integer, expr: t.array(t.record(t.string, t.unknown)) }),
  t.partial({ comment: t.string }),
])
const table = t.intersection([t.type({ family: t.string, name: t.string }), t.partial({ flags: t.unknown })])

const listing = t.type({ nftables: t.array(t.partial({ chain, rule, table })) })

export type NftChain = t.TypeOf<typeof chain>
export type NftRule = t.TypeOf<typeof rule>
export type NftTable = t.TypeOf<typeof table>

/** What a listing has of each kind. */
export interface NftListing {
  readonly tables: readonly NftTable[]
  readonly chains: readonly NftChain[]
  readonly rules: readonly NftRule[]
}

export const emptyListing: NftListing = { tables: [], chains: [], rules: [] }

/** A listing a line. What is not there is printed as nothing. */
export function parseNftListing(text: string): E.Either<Unreadable, NftListing> {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  try {
    const decoded = t.array(listing).decode(lines.map((line) => JSON.parse(line)))
    if (E.isRight(decoded)) {
      const entries = decoded.right.flatMap(({ nftables }) => nftables)
      return E.right({
        tables: entries.flatMap((entry) => entry.table ?? []),
        chains: entries.flatMap((entry) => entry.chain ?? []),
        rules: entries.flatMap((entry) => entry.rule ?? []),
      })
    }
  } catch {
    // Not JSON: unreadable as well.
  }
  return unreadable('nft printed something else than tables, chains and rules')
}

/** Whether there is such a table, with chains or without. */
export const hasTable = ({ tables, chains }: NftListing, family: string, name: string): boolean =>
  tables.some((table) => table.family === family && table.name === name) ||
  chains.some((chain) => chain.family === family && chain.table === name)

/**
 * A packet of nobody whom it knows may be dropped in this chain, or where it leads to. In doubt it may. Rules that name whom they are
 * against count for nothing: a list of banned addresses, or what somebody forbids on the mesh's own interface, is meant as it stands.
 */
export function mayDrop(listing: NftListing, base: NftChain, interfaceName: string): boolean {
  if (base.policy === 'drop') return true
  const seen = new Set<string>()
  const reach = (name: string): boolean => {
    if (seen.has(name)) return false
    seen.add(name)
    return listing.rules.some(
      ({ family, table, chain, expr }) =>
        family === base.family &&
        table === base.table &&
        chain === name &&
        !expr.some((part) => isAgainst(part, interfaceName)) &&
        expr.some((part) => drops(part, reach)),
    )
  }
  return reach(base.name)
}

/** It asks for packets from certain addresses, or for those that come over the mesh's interface. */
function isAgainst({ match }: Readonly<Record<string, unknown>>, interfaceName: string): boolean {
  if (!comparison.is(match) || match.op === '!=') return false
  const { payload, meta } = match.left
  return payload?.field === 'saddr' || (meta?.key === 'iifname' && match.right === interfaceName)
}

const comparison = t.type({
  op: t.string,
  left: t.partial({ payload: t.partial({ field: t.string }), meta: t.partial({ key: t.string }) }),
  right: t.unknown,
})

/** Verdicts by a map may be any, and so may a target of iptables that nft knows by name only, but for those that never drop. */
function drops(part: Readonly<Record<string, unknown>>, reach: (chain: string) => boolean): boolean {
  if ('drop' in part || 'reject' in part || 'vmap' in part || 'queue' in part) return true
  const to = part.jump ?? part.goto
  if (leadsTo.is(to)) return reach(to.target)
  return xt.is(part.xt) && part.xt.type === 'target' && !HARMLESS_TARGETS.has(part.xt.name)
}

const leadsTo = t.type({ target: t.string })
const xt = t.type({ type: t.string, name: t.string })
const HARMLESS_TARGETS = new Set(['LOG', 'NFLOG', 'MARK', 'CONNMARK', 'TCPMSS', 'CT', 'NOTRACK', 'CLASSIFY', 'TRACE'])
