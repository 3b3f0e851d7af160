import { type DesiredFirewall, type FirewallSetId, type IpFamily, type IpPrefix, mergePrefixes } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { type BareHost, type Outcome, orUnreadable, run, runAll } from '../linux-host.js'
import {
  type FoundTables,
  interfacesOfFilters,
  parseIpsetSave,
  parseIptablesSave,
} from '../observe/parse-iptables-save.js'
import {
  destroySets,
  type IptablesPrograms,
  listSets,
  restoreSets,
  restoreTables,
  saveSets,
  saveTables,
} from '../render/iptables-commands.js'
import { isSpelled, spellingOf } from '../render/iptables-first-packet.js'
import { changedSetText, iptablesRemoval, iptablesText, newSetsText } from '../render/iptables-text.js'
import { chainName, type Generation, ipsetPrefix } from '../render/iptables-words.js'
import { families } from '../render/nft-words.js'
import type { FirewallBackend, OwnTables } from './firewall-backend.js'

/** What is there of ours. */
interface Found {
  readonly tables: ReadonlyMap<IpFamily, FoundTables>
  /** By the names that ipset has for them. */
  readonly sets: ReadonlyMap<string, readonly IpPrefix[]>
}

const CHANGE_SET = 'change-firewall-set'

/** Chains of our own in the tables of iptables, and sets of ipset. A table is replaced at once; one family comes after the other. */
export const iptablesBackend = (host: BareHost, programs: IptablesPrograms): FirewallBackend => {
  const { interfaceName } = host
  const find = (action: string): Outcome<Found> => findOwn(host, programs, action)
  const inTables = (family: IpFamily, text: string, action: string): Outcome =>
    text === '' ? Promise.resolve(E.right(undefined)) : runAll(host, [restoreTables(programs, family, text)], action)
  const wasOffText = (line: string) => `*filter\n${line}\nCOMMIT\n`
  return {
    isOwnGround: (family, table) => programs.kind === 'nft' && family !== 'inet' && table === 'filter',
    find: async (action) => {
      const found = await find(action)
      return E.isLeft(found) ? found : E.right(ownTablesOf(interfaceName, found.right))
    },
    set: (firewall, _wasOff, action) => setFirewall(host, programs, firewall, action),
    changeSets: async (changes) => {
      const isAnyInRules = changes.some(({ set, add, remove, firewall }) =>
        isSpelled(firewall, { set, changed: [...add, ...remove] }),
      )
      const last = changes.at(-1)
      if (last !== undefined && isAnyInRules) return setFirewall(host, programs, last.firewall, CHANGE_SET)
      const generation = await liveGeneration(host, programs, CHANGE_SET)
      if (E.isLeft(generation)) return generation
      const texts = changes.map((change) => changedSetText(interfaceName, generation.right, change))
      return runAll(host, [restoreSets(texts.join(''))], CHANGE_SET)
    },
    remove: async (action) => {
      const found = await find(action)
      if (E.isLeft(found)) return found
      for (const [family, { jumps, chains }] of found.right.tables) {
        const removed = await inTables(family, iptablesRemoval(jumps, chains), action)
        if (E.isLeft(removed)) return removed
      }
      return runAll(host, destroySets([...found.right.sets.keys()]), action)
    },
    rememberOff: (family, action) =>
      inTables(family, wasOffText(`:${chainName(interfaceName, 'was_off')} - [0:0]`), action),
    forgetOff: async (family, action) => {
      const found = await find(action)
      if (E.isLeft(found)) return found
      if (found.right.tables.get(family)?.wasOff !== true) return E.right(undefined)
      return inTables(family, wasOffText(`-X ${chainName(interfaceName, 'was_off')}`), action)
    },
    handOverOff: async (family, action) => {
      const saved = await run(host, saveTables(programs, family), action)
      if (E.isLeft(saved)) return saved
      const heir = interfacesOfFilters(saved.right).find((name) => name !== interfaceName)
      if (heir === undefined) return E.right(false)
      const lines = [`:${chainName(heir, 'was_off')} - [0:0]`, `-X ${chainName(interfaceName, 'was_off')}`]
      const done = await inTables(family, wasOffText(lines.join('\n')), action)
      return E.isLeft(done) ? done : E.right(true)
    },
  }
}

/** New sets beside the old ones, then the rules that ask them, then the old ones go. */
async function setFirewall(
  host: BareHost,
  programs: IptablesPrograms,
  firewall: DesiredFirewall,
  action: string,
): Outcome {
  const { interfaceName } = host
  const found = await findOwn(host, programs, action)
  if (E.isLeft(found)) return found
  const generation: Generation = generationOf(interfaceName, found.right) === 'a' ? 'b' : 'a'
  const made = await runAll(host, [restoreSets(newSetsText(interfaceName, generation, firewall))], action)
  if (E.isLeft(made)) return made
  const spelling = spellingOf(firewall)
  for (const family of families) {
    const writing = { interfaceName, family, generation, spelling }
    const text = iptablesText(writing, firewall.rules, found.right.tables.get(family)?.jumps ?? [])
    const restored = await runAll(host, [restoreTables(programs, family, text)], action)
    if (E.isLeft(restored)) return restored
  }
  const old = await run(host, listSets, action)
  if (E.isLeft(old)) return old
  const live = [...firewall.sets.keys()].map((id) => `${ipsetPrefix(interfaceName)}${generation}${id}`)
  const stale = ownSetNames(interfaceName, old.right).filter((name) => !live.includes(name.slice(0, -2)))
  return runAll(host, destroySets(stale), action)
}

async function findOwn(host: BareHost, programs: IptablesPrograms, action: string): Outcome<Found> {
  const tables = new Map<IpFamily, FoundTables>()
  for (const family of families) {
    const saved = await run(host, saveTables(programs, family), action)
    if (E.isLeft(saved)) return saved
    tables.set(family, parseIptablesSave(saved.right, host.interfaceName))
  }
  const saved = await run(host, saveSets, action)
  if (E.isLeft(saved)) return saved
  const sets = orUnreadable(parseIpsetSave(saved.right, host.interfaceName), action)
  return E.isLeft(sets) ? sets : E.right({ tables, sets: sets.right })
}

/** `undefined`: there is nothing. What is not whole has a hash that nobody wants. */
function ownTablesOf(interfaceName: string, found: Found): OwnTables | undefined {
  const families = [...found.tables]
  const isThere = found.sets.size > 0 || families.some(([, { chains, jumps }]) => chains.length + jumps.length > 0)
  if (!isThere) return undefined
  const hashes = new Set(families.map(([, { rulesHash }]) => rulesHash))
  // A crash between two families leaves the second one asking the sets of before.
  const asked = new Set(families.flatMap(([, { generation }]) => generation ?? []))
  const [hash] = hashes.size === 1 && asked.size <= 1 ? hashes : []
  return {
    firewall: { rulesHash: hash ?? 'changed', sets: setsOf(interfaceName, found) },
    wasOff: families.flatMap(([family, { wasOff }]) => (wasOff ? [family] : [])),
  }
}

function setsOf(interfaceName: string, found: Found): ReadonlyMap<FirewallSetId, readonly IpPrefix[]> {
  const prefix = `${ipsetPrefix(interfaceName)}${generationOf(interfaceName, found) ?? ''}`
  const sets = new Map<FirewallSetId, readonly IpPrefix[]>()
  for (const [name, members] of found.sets) {
    if (!name.startsWith(prefix)) continue
    const id = name.slice(prefix.length, -2)
    sets.set(id, mergePrefixes([...(sets.get(id) ?? []), ...members]))
  }
  return sets
}

/** The one that rules ask; without such rules, the one that is there. */
function generationOf(interfaceName: string, { tables, sets }: Found): Generation | undefined {
  const asked = [...tables.values()].find(({ generation }) => generation !== undefined)?.generation
  return asked ?? generationsAmong(interfaceName, [...sets.keys()])[0]
}

const generationsAmong = (interfaceName: string, names: readonly string[]): readonly Generation[] =>
  (['a', 'b'] as const).filter((generation) =>
    names.some((name) => name.startsWith(`${ipsetPrefix(interfaceName)}${generation}`)),
  )

const ownSetNames = (interfaceName: string, listed: string): readonly string[] =>
  listed.split('\n').filter((name) => name.startsWith(ipsetPrefix(interfaceName)))

/** Names alone tell, but after a crash between two filters. */
async function liveGeneration(host: BareHost, programs: IptablesPrograms, action: string): Outcome<Generation> {
  const listed = await run(host, listSets, action)
  if (E.isLeft(listed)) return listed
  const there = generationsAmong(host.interfaceName, ownSetNames(host.interfaceName, listed.right))
  const [only, other] = there
  if (only !== undefined && other === undefined) return E.right(only)
  const found = await findOwn(host, programs, action)
  return E.isLeft(found) ? found : E.right(generationOf(host.interfaceName, found.right) ?? 'a')
}
