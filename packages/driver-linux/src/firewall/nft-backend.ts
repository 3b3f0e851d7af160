import * as E from 'fp-ts/lib/Either.js'
import { type BareHost, orUnreadable, run, runAll } from '../linux-host.js'
import { MESSAGE_TOO_LONG } from '../linux-pitfalls.js'
import { parseNftListing } from '../observe/parse-nft-chains.js'
import { parseOwnTable } from '../observe/parse-nft-json.js'
import { isBypassTable } from '../render/bypass-commands.js'
import { deleteFirewall, listFirewall, transaction } from '../render/firewall-commands.js'
import { firewallPieces } from '../render/firewall-pieces.js'
import { firewallText, setChangeText, tableName, tablePrefix } from '../render/firewall-text.js'
import { listTables } from '../render/foreign-filter-text.js'
import { forgetOff, handOverOff, rememberOff, wasOffChain } from '../render/forwarding-commands.js'
import type { FirewallBackend } from './firewall-backend.js'

const CHANGE_SET = 'change-firewall-set'

/** A table of our own in nftables, replaced in one transaction. */
export const nftBackend = (host: BareHost): FirewallBackend => {
  const { interfaceName } = host
  const find: FirewallBackend['find'] = async (action, detail) => {
    const listed = await run(host, listFirewall(interfaceName, detail), action)
    if (E.isLeft(listed)) return listed
    return listed.right.trim() === '' ? E.right(undefined) : orUnreadable(parseOwnTable(listed.right), action)
  }
  const set: FirewallBackend['set'] = async (firewall, wasOff, action) => {
    const names = wasOff.map(wasOffChain)
    const whole = await runAll(host, [transaction(firewallText(interfaceName, firewall, names))], action)
    if (E.isRight(whole) || !MESSAGE_TOO_LONG.test(whole.left.reason)) return whole
    return runAll(host, firewallPieces(interfaceName, firewall, names).map(transaction), action)
  }
  // By what comes and goes; all of it where that doesn't fit: rules have to ask for more, somebody changed it or it was done before.
  const changeSets: FirewallBackend['changeSets'] = async (changes) => {
    const texts = changes.map((change) => setChangeText(interfaceName, change.set, change))
    const short = await run(host, transaction(texts.join('')), CHANGE_SET)
    if (E.isRight(short)) return E.right(undefined)
    // All of it would be in pieces then, and let less through meanwhile.
    if (changes.length > 1 && MESSAGE_TOO_LONG.test(short.left.reason)) {
      const half = Math.ceil(changes.length / 2)
      const first = await changeSets(changes.slice(0, half))
      return E.isLeft(first) ? first : changeSets(changes.slice(half))
    }
    const [found, last] = [await find(CHANGE_SET, 'outline'), changes.at(-1)]
    if (E.isLeft(found)) return found
    return last === undefined ? E.right(undefined) : set(last.firewall, found.right?.wasOff ?? [], CHANGE_SET)
  }
  return {
    isOwnGround: () => false,
    find,
    set,
    changeSets,
    remove: (action) => runAll(host, [deleteFirewall(interfaceName)], action),
    rememberOff: (family, action) => runAll(host, [rememberOff(interfaceName, family)], action),
    forgetOff: (family, action) => runAll(host, [forgetOff(interfaceName, family)], action),
    handOverOff: async (family, action) => {
      const listed = await run(host, listTables, action)
      if (E.isLeft(listed)) return listed
      const listing = orUnreadable(parseNftListing(listed.right), action)
      if (E.isLeft(listing)) return listing
      const heir = listing.right.tables.find(
        ({ family: of, name }) =>
          of === 'inet' && name.startsWith(tablePrefix) && name !== tableName(interfaceName) && !isBypassTable(name),
      )
      if (heir === undefined) return E.right(false)
      const done = await runAll(host, [transaction(handOverOff(interfaceName, heir.name, family))], action)
      return E.isLeft(done) ? done : E.right(true)
    },
  }
}
