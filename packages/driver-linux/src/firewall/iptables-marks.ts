import type { IpFamily } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { type BareHost, type Outcome, run, runAll } from '../linux-host.js'
import { areJumpsWhole, type FoundChains, parseOwnChains } from '../observe/parse-iptables-save.js'
import { bypassSwitches } from '../render/bypass-commands.js'
import { type IptablesPrograms, restoreTables, saveTables } from '../render/iptables-commands.js'
import { iptablesMarkComments, iptablesMarksText, switchWasOffChains } from '../render/iptables-marks-text.js'
import { iptablesRemoval } from '../render/iptables-text.js'
import { chainName, markChains } from '../render/iptables-words.js'
import { families } from '../render/nft-words.js'
import type { MarkBackend } from './mark-backend.js'

interface Found extends FoundChains {
  readonly isWhole: boolean
}

/** Chains of our own in iptables' `mangle`, for each family. */
export const iptablesMarks = (host: BareHost, programs: IptablesPrograms): MarkBackend => {
  const { interfaceName } = host
  const find = (action: string): Outcome<ReadonlyMap<IpFamily, Found>> => findMarks(host, programs, action)
  return {
    isRuledOut: () => false,
    find: async (action) => {
      const found = await find(action)
      if (E.isLeft(found)) return found
      const all = [...found.right.values()]
      if (all.every(({ chains, jumps }) => chains.length + jumps.length === 0)) return E.right(undefined)
      const names = new Set(all.flatMap(({ chains }) => chains.map(({ name }) => name)))
      return E.right({
        isWhole: all.every(({ isWhole }) => isWhole),
        wereOff: bypassSwitches.filter((each) => names.has(chainName(interfaceName, switchWasOffChains[each]))),
      })
    },
    set: async (wereOff, action) => {
      const found = await find(action)
      if (E.isLeft(found)) return found
      const commands = [...found.right].map(([family, { jumps }]) =>
        restoreTables(programs, family, iptablesMarksText({ own: interfaceName, family }, { jumps, wereOff })),
      )
      return runAll(host, commands, action)
    },
    remove: async (action) => {
      const found = await find(action)
      if (E.isLeft(found)) return found
      const commands = [...found.right].flatMap(([family, { jumps, chains }]) => {
        const text = iptablesRemoval(jumps, chains)
        return text === '' ? [] : [restoreTables(programs, family, text)]
      })
      return runAll(host, commands, action)
    },
  }
}

async function findMarks(
  host: BareHost,
  programs: IptablesPrograms,
  action: string,
): Outcome<ReadonlyMap<IpFamily, Found>> {
  const { interfaceName } = host
  const wanted = iptablesMarkComments(interfaceName)
  const empty = Object.values(switchWasOffChains)
  const found = new Map<IpFamily, Found>()
  for (const family of families) {
    const saved = await run(host, saveTables(programs, family), action)
    if (E.isLeft(saved)) return saved
    const { comments, ...chains } = parseOwnChains(saved.right, interfaceName, { own: markChains, empty })
    const isWhole = areJumpsWhole(chains.jumps, interfaceName, markChains) && comments.join() === wanted.join()
    found.set(family, { ...chains, isWhole })
  }
  return E.right(found)
}
