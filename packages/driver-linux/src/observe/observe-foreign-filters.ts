import type { ForeignFilter, ForeignFilterName, Passage } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { type LinuxHost, type Outcome, runAndRead } from '../linux-host.js'
import { CHAIN_LEFT_BY_DOCKER, FOREIGN_DROP_IS_FINAL } from '../linux-pitfalls.js'
import { tablePrefix } from '../render/firewall-text.js'
import {
  type ForeignChain,
  type JumpRule,
  jumpMark,
  listForeignTable,
  listTables,
  passChain,
} from '../render/foreign-filter-text.js'
import {
  emptyListing,
  mayDrop,
  type NftChain,
  type NftListing,
  type NftRule,
  parseNftListing,
} from './parse-nft-chains.js'

/** A foreign filter as nftables has it. */
export interface FoundForeignFilter extends ForeignFilter {
  /** Where the jump belongs. */
  readonly at: ForeignChain
  /** Ours that are there, wherever. */
  readonly jumps: readonly JumpRule[]
  readonly hasOwnChain: boolean
}

const FAMILIES: ReadonlySet<string> = new Set(['ip', 'ip6', 'inet'])

/** The tables and chains that nftables has; none without nft. */
export const observeTables = (host: LinuxHost, action: string): Outcome<NftListing> =>
  host.hasNft ? runAndRead(host, listTables, action, parseNftListing) : Promise.resolve(E.right(emptyListing))

/** Those that may drop, and those that are open already. Only tables that filter what comes in or is passed on are listed. */
export async function observeForeignFilters(
  host: LinuxHost,
  listing: NftListing,
  action: string,
): Outcome<ReadonlyMap<ForeignFilterName, FoundForeignFilter>> {
  const found = new Map<ForeignFilterName, FoundForeignFilter>()
  const bases = listing.chains.filter((chain) => isForeignFilter(host, chain))
  for (const id of new Set(bases.map(({ family, table }) => `${family} ${table}`))) {
    const [family = '', table = ''] = id.split(' ')
    const filters = await observeForeignTable(host, family, table, action)
    if (E.isLeft(filters)) return filters
    for (const [name, filter] of filters.right) found.set(name, filter)
  }
  return E.right(found)
}

/** The filters of one table; none where it is gone. */
export async function observeForeignTable(
  host: LinuxHost,
  family: string,
  table: string,
  action: string,
): Outcome<ReadonlyMap<ForeignFilterName, FoundForeignFilter>> {
  const listing = await runAndRead(host, listForeignTable(family, table), action, parseNftListing)
  if (E.isLeft(listing)) return listing
  const filters = listing.right.chains
    .filter((chain) => isForeignFilter(host, chain))
    .map((base) => [nameOf(base), readFilter(host.interfaceName, listing.right, base)] as const)
  return E.right(new Map(filters.flatMap(([name, filter]) => (filter === undefined ? [] : [[name, filter] as const]))))
}

const nameOf = ({ family, table, name }: NftChain): ForeignFilterName => `${family} ${table} ${name}`

const isForeignFilter = ({ firewall }: LinuxHost, { family, table, type, hook }: NftChain): boolean =>
  FAMILIES.has(family) &&
  !table.startsWith(tablePrefix) &&
  type === 'filter' &&
  FOREIGN_DROP_IS_FINAL.has(hook ?? '') &&
  firewall?.isOwnGround(family, table) === false

function readFilter(interfaceName: string, listing: NftListing, base: NftChain): FoundForeignFilter | undefined {
  const hook = base.hook === 'input' ? 'input' : 'forward'
  const { family, table, name } = base
  const own = passChain(interfaceName, hook)
  const jumps = listing.rules.filter((rule) => isOurJump(rule, interfaceName, own))
  const hasOwnChain = listing.chains.some((chain) => chain.name === own)
  const at = { family, table, chain: hook === 'forward' && hasDockerUser(listing) ? CHAIN_LEFT_BY_DOCKER : name }
  const found = { hook, at, jumps: jumps.map(({ chain, handle }) => ({ chain, handle })), hasOwnChain } as const
  if (!hasOwnChain && jumps.length === 0 && !mayDrop(listing, base, interfaceName)) return undefined
  if (isLocked(listing)) return { ...found, passage: lockedPassage(interfaceName, listing) }
  const isInPlace = jumps.length === 1 && jumps[0]?.chain === at.chain
  const rules = listing.rules.filter(({ chain }) => chain === own)
  const listenPort = isInPlace ? openPort(interfaceName, hook, rules) : undefined
  return { ...found, passage: listenPort === undefined ? { state: 'closed' } : { state: 'open', listenPort } }
}

const isOurJump = ({ comment, expr }: NftRule, interfaceName: string, own: string): boolean =>
  comment === jumpMark(interfaceName) && JSON.stringify(expr).includes(`"${own}"`)

const hasDockerUser = ({ chains, rules }: NftListing): boolean =>
  chains.some(({ name }) => name === CHAIN_LEFT_BY_DOCKER) &&
  rules.some(({ expr }) => JSON.stringify(expr).includes(`"${CHAIN_LEFT_BY_DOCKER}"`))

/** The port that the own chain lets in, `null` in a filter of `forward`; `undefined`: its rules are not as we made them. */
function openPort(
  interfaceName: string,
  hook: 'input' | 'forward',
  rules: readonly NftRule[],
): number | null | undefined {
  const words = rules.map(({ expr }) => JSON.stringify(expr))
  const [first = '', second = ''] = words
  const isWhole = words.length === 2 && words.every((word) => word.includes('"accept"'))
  if (!isWhole || !first.includes('"iifname"') || !first.includes(`"${interfaceName}"`)) return undefined
  if (hook === 'forward')
    return second.includes('"oifname"') && second.includes(`"${interfaceName}"`) ? null : undefined
  const port = /"dport"\}\},"right":(\d+)\}/.exec(second)?.[1]
  return port === undefined ? undefined : Number(port)
}

/** A table with an owner takes rules of its owner alone (firewalld since 2.1). nft 1.0.6 prints the table's name where the flag should be. */
const isLocked = ({ tables }: NftListing): boolean =>
  tables.some(({ flags }) => flags !== undefined && !JSON.stringify(flags).includes('dormant'))

function lockedPassage(interfaceName: string, { rules, tables }: NftListing): Passage {
  const isKnown = rules.some(({ expr }) => JSON.stringify(expr).includes(`"${interfaceName}"`))
  if (isKnown) return { state: 'open', listenPort: null }
  const isFirewalld = tables.some(({ name }) => name === 'firewalld')
  const trust = `firewall-cmd --permanent --zone=trusted --add-interface=${interfaceName} && firewall-cmd --reload`
  return {
    state: 'locked',
    wayOut: isFirewalld ? `run \`${trust}\`` : `only the program that owns this table can let ${interfaceName} through`,
  }
}
