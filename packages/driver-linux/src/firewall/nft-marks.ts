import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { type BareHost, orUnreadable, run, runAll } from '../linux-host.js'
import { hasTable } from '../observe/parse-nft-chains.js'
import { unreadable } from '../observe/wireguard-device.js'
import {
  bypassRuleMarks,
  bypassSwitches,
  bypassTableName,
  deleteBypassTable,
  listBypassTable,
  setBypassTable,
  switchWasOffChain,
} from '../render/bypass-commands.js'
import type { MarkBackend } from './mark-backend.js'

const tableCodec = t.type({
  nftables: t.array(t.partial({ chain: t.partial({ name: t.string }), rule: t.partial({ comment: t.string }) })),
})

/** A second table of our own in nftables. */
export const nftMarks = (host: BareHost): MarkBackend => ({
  isRuledOut: (listing) => !hasTable(listing, 'inet', bypassTableName(host.interfaceName)),
  find: async (action) => {
    const listed = await run(host, listBypassTable(host.interfaceName), action)
    if (E.isLeft(listed)) return listed
    if (listed.right.trim() === '') return E.right(undefined)
    const decoded = tableCodec.decode(parsed(listed.right))
    if (E.isLeft(decoded))
      return orUnreadable(unreadable('`nft list table` printed something else than a table'), action)
    const chains = new Set(decoded.right.nftables.flatMap(({ chain }) => chain?.name ?? []))
    const comments = decoded.right.nftables.flatMap(({ rule }) => (rule === undefined ? [] : [rule.comment ?? '']))
    const marks = bypassRuleMarks(host.interfaceName)
    return E.right({
      isWhole: comments.length === marks.length && comments.every((comment) => marks.includes(comment)),
      wereOff: bypassSwitches.filter((each) => chains.has(switchWasOffChain(each))),
    })
  },
  set: (wereOff, action) => runAll(host, [setBypassTable(host.interfaceName, wereOff.map(switchWasOffChain))], action),
  remove: (action) => runAll(host, [deleteBypassTable(host.interfaceName)], action),
})

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
