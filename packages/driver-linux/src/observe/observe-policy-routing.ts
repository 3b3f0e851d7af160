import {
  type IpFamily,
  noPolicyRoutingFound,
  type ObservedPolicyRouting,
  type PolicyRoute,
  type PolicyRule,
} from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { type LinuxHost, type Outcome, orUnreadable, run, runAndRead } from '../linux-host.js'
import { policyNumbersOf } from '../policy-numbers.js'
import {
  type BypassSwitch,
  bypassRuleMarks,
  bypassSwitches,
  listBypassTable,
  showBypassSwitches,
  switchWasOffChain,
} from '../render/bypass-commands.js'
import { showOwnRoutes, showRules } from '../render/policy-commands.js'
import { readSwitches } from './observe-forwarding.js'
import { parseIpRoute } from './parse-ip-json.js'
import { parseIpRule, readPolicyRoutes, readPolicyRules } from './parse-policy-json.js'
import { unreadable } from './wireguard-device.js'

/** Our rules and tables. `mark`: what WireGuard's socket puts on its packets; `undefined`: there is no interface. */
export async function observePolicyRouting(
  host: LinuxHost,
  mark: number | undefined,
  action: string,
): Outcome<ObservedPolicyRouting> {
  if (!host.hasNft) return E.right(noPolicyRoutingFound)
  const [ipv4, ipv6, table] = await Promise.all([
    observeFamily(host, 4, action),
    observeFamily(host, 6, action),
    observeBypassTable(host, action),
  ])
  if (E.isLeft(ipv4)) return ipv4
  if (E.isLeft(ipv6)) return ipv6
  if (E.isLeft(table)) return table
  const bypass = bypassOf(table.right, mark === policyNumbersOf(host.interfaceName).mark)
  const routes = [...ipv4.right.routes, ...ipv6.right.routes]
  return E.right({ bypass, routes, rules: [...ipv4.right.rules, ...ipv6.right.rules] })
}

/** The routes of a family in our own tables. */
export async function observePolicyRoutes(
  host: LinuxHost,
  family: IpFamily,
  action: string,
): Outcome<readonly PolicyRoute[]> {
  const entries = await runAndRead(host, showOwnRoutes(family), action, parseIpRoute)
  return E.isLeft(entries) ? entries : orUnreadable(readPolicyRoutes(family, entries.right, ownOf(host)), action)
}

async function observeFamily(
  host: LinuxHost,
  family: IpFamily,
  action: string,
): Outcome<{ readonly routes: readonly PolicyRoute[]; readonly rules: readonly PolicyRule[] }> {
  const [rules, routes] = await Promise.all([
    runAndRead(host, showRules(family), action, parseIpRule),
    observePolicyRoutes(host, family, action),
  ])
  if (E.isLeft(rules)) return rules
  if (E.isLeft(routes)) return routes
  return E.right({ routes: routes.right, rules: readPolicyRules(family, rules.right, ownOf(host)) })
}

const ownOf = ({ interfaceName }: LinuxHost) => ({ name: interfaceName, numbers: policyNumbersOf(interfaceName) })

/** The table that marks packets, with the switches that go with it. */
export interface BypassTable {
  readonly isWhole: boolean
  readonly areSwitchesOn: boolean
  /** Switches that were off before. */
  readonly wereOff: readonly BypassSwitch[]
}

const listing = t.type({
  nftables: t.array(t.partial({ chain: t.partial({ name: t.string }), rule: t.partial({ comment: t.string }) })),
})

/** `undefined`: there is none. */
export async function observeBypassTable(host: LinuxHost, action: string): Outcome<BypassTable | undefined> {
  const listed = await run(host, listBypassTable(host.interfaceName), action)
  if (E.isLeft(listed)) return listed
  if (listed.right.trim() === '') return E.right(undefined)
  const decoded = listing.decode(parsed(listed.right))
  if (E.isLeft(decoded)) return orUnreadable(unreadable('`nft list table` printed something else than a table'), action)
  const shown = await run(host, showBypassSwitches, action)
  if (E.isLeft(shown)) return shown
  const chains = new Set(decoded.right.nftables.flatMap(({ chain }) => chain?.name ?? []))
  const comments = decoded.right.nftables.flatMap(({ rule }) => (rule === undefined ? [] : [rule.comment ?? '']))
  const marks = bypassRuleMarks(host.interfaceName)
  return E.right({
    isWhole: comments.length === marks.length && comments.every((comment) => marks.includes(comment)),
    areSwitchesOn: [...readSwitches(shown.right).values()].every((value) => value !== '0'),
    wereOff: bypassSwitches.filter((each) => chains.has(switchWasOffChain(each))),
  })
}

function bypassOf(table: BypassTable | undefined, isMarked: boolean): ObservedPolicyRouting['bypass'] {
  if (table === undefined) return isMarked ? 'partly' : 'off'
  return table.isWhole && table.areSwitchesOn && isMarked ? 'on' : 'partly'
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
