/** Reads what `iptables-save` and `ipset save` print: our chains, what leads to them, and who is in our sets. */
import { type IpPrefix, normaliseIpPrefix } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { ruleMark } from '../render/firewall-text.js'
import type { FoundJump } from '../render/iptables-text.js'
import {
  chainName,
  type EmptyChain,
  emptyChains,
  type Generation,
  type IptablesTable,
  ipsetPrefix,
  markChains,
  type OwnChain,
  ownChains,
} from '../render/iptables-words.js'
import { type Unreadable, unreadable } from './wireguard-device.js'

/** Chains of ours, and what leads to them. */
export interface FoundChains {
  readonly chains: readonly { readonly table: IptablesTable; readonly name: string }[]
  readonly jumps: readonly FoundJump[]
}

/** What one family's tables have of our packet filter. */
export interface FoundTables extends FoundChains {
  /** What the rules say they were made of; `undefined` when one is missing, changed or led to from elsewhere. */
  readonly rulesHash: string | undefined
  readonly wasOff: boolean
  /** Which sets the rules ask; `undefined`: none. */
  readonly generation: Generation | undefined
}

interface SavedRule {
  readonly table: string
  readonly chain: string
  readonly text: string
}

/** Only tables and chains of ours are looked at; whatever else is there may be as it likes. */
export function parseIptablesSave(text: string, interfaceName: string): FoundTables {
  const { chains, jumps, comments } = parseOwnChains(text, interfaceName, { own: ownChains, empty: ['was_off'] })
  const asked = new Set(text.match(new RegExp(`--match-set ${ipsetPrefix(interfaceName)}[ab]`, 'g')))
  const sets = [...asked][0]?.slice(-1)
  return {
    chains,
    jumps,
    // A table after the other is replaced: a crash in between leaves some asking the sets of before.
    rulesHash: asked.size <= 1 && areJumpsWhole(jumps, interfaceName, ownChains) ? hashOf(comments) : undefined,
    wasOff: chains.some(({ name }) => name === chainName(interfaceName, 'was_off')),
    generation: sets === 'a' || sets === 'b' ? sets : undefined,
  }
}

/** Interfaces with a packet filter of ours, this one and those of other meshes. */
export const interfacesOfFilters = (text: string): readonly string[] =>
  [...text.matchAll(new RegExp(`^:${chainName('(\\S+)', 'forward')} `, 'gm'))].map(([, name = '']) => name)

/** These chains with what leads to them, and what the comments of their rules say, in order. */
export function parseOwnChains(
  text: string,
  interfaceName: string,
  { own, empty }: { readonly own: readonly OwnChain[]; readonly empty: readonly EmptyChain[] },
): FoundChains & { readonly comments: readonly string[] } {
  const { chains, rules } = readSave(text)
  const names = new Set(own.map(({ name }) => chainName(interfaceName, name)))
  const all = new Set([...names, ...empty.map((name) => chainName(interfaceName, name))])
  return {
    chains: chains
      .filter(({ name }) => all.has(name))
      .map(({ table, name }) => ({ table: table as IptablesTable, name })),
    jumps: rules
      .filter(({ chain, text: rule }) => !names.has(chain) && names.has(/ -j (\S+)/.exec(rule)?.[1] ?? ''))
      .map(({ table, chain, text: rule }) => ({ table: table as IptablesTable, rule: `${chain} ${rule}` })),
    comments: own.flatMap(({ table, name }) =>
      rules
        .filter((rule) => rule.table === table && rule.chain === chainName(interfaceName, name))
        .map(({ text: rule }) => /--comment "([^"]*)"/.exec(rule)?.[1] ?? ''),
    ),
  }
}

/** Whether chains of ours are there, those that mark packets and those that remember switches included. */
export const hasOwnChains = (text: string, interfaceName: string): boolean =>
  parseOwnChains(text, interfaceName, { own: [...ownChains, ...markChains], empty: emptyChains }).chains.length > 0

function readSave(text: string) {
  const chains: { readonly table: string; readonly name: string }[] = []
  const rules: SavedRule[] = []
  let table = ''
  for (const line of text.split('\n')) {
    if (line.startsWith('*')) table = line.slice(1).trim()
    const chain = /^:(\S+) /.exec(line)?.[1]
    if (chain !== undefined) chains.push({ table, name: chain })
    const [, of, rule] = /^-A (\S+) (.*)$/.exec(line) ?? []
    if (of !== undefined && rule !== undefined) rules.push({ table, chain: of, text: rule })
  }
  return { chains, rules }
}

/** One to each chain, from the place where it belongs. */
export const areJumpsWhole = (jumps: readonly FoundJump[], interfaceName: string, own: readonly OwnChain[]): boolean =>
  jumps.length === own.length &&
  own.every(({ table, builtin, name }) =>
    jumps.some(
      (jump) =>
        jump.table === table &&
        jump.rule.startsWith(`${builtin} `) &&
        jump.rule.endsWith(`-j ${chainName(interfaceName, name)}`),
    ),
  )

function hashOf(comments: readonly string[]): string | undefined {
  const hash = / ([0-9a-f]{16}) /.exec(comments[0] ?? '')?.[1]
  if (hash === undefined) return undefined
  return comments.every((comment, at) => comment === ruleMark(hash, at + 1, comments.length)) ? hash : undefined
}

/** Our sets, by their names; sets of others are passed over. */
export function parseIpsetSave(
  text: string,
  interfaceName: string,
): E.Either<Unreadable, ReadonlyMap<string, readonly IpPrefix[]>> {
  const prefix = ipsetPrefix(interfaceName)
  const sets = new Map<string, IpPrefix[]>()
  for (const line of text.split('\n')) {
    const [verb, name = '', member = ''] = line.split(' ')
    if (!name.startsWith(prefix)) continue
    if (verb === 'create') sets.set(name, [])
    if (verb !== 'add') continue
    const found = normaliseIpPrefix(member.includes('/') ? member : `${member}/${member.includes(':') ? 128 : 32}`)
    if (E.isLeft(found)) return unreadable(`set ${name} holds something else than prefixes`)
    sets.get(name)?.push(found.right)
  }
  return E.right(sets)
}
