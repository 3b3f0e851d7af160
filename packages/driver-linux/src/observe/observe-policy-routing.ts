import { type IpFamily, noPolicyRoutingFound, type ObservedPolicyRouting, type PolicyRoute } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import type { FoundMarks } from '../firewall/mark-backend.js'
import { type LinuxHost, type Outcome, orUnreadable, run, runAndRead } from '../linux-host.js'
import { policyNumbersOf } from '../policy-numbers.js'
import { showBypassSwitches } from '../render/bypass-commands.js'
import { showOwnRoutes, showRules } from '../render/policy-commands.js'
import { readSwitches } from './observe-forwarding.js'
import { parseIpRoute } from './parse-ip-json.js'
import type { NftListing } from './parse-nft-chains.js'
import {
  type FoundRules,
  type OwnNumbers,
  parseIpRule,
  readPolicyRoutes,
  readPolicyRules,
} from './parse-policy-json.js'

/** What was found that policy routing is told by. */
export interface PolicyFindings {
  readonly policy: OwnRouting
  /** What WireGuard's socket puts on its packets; `undefined`: nothing, or there is no interface. */
  readonly mark: number | undefined
  /** What nftables has. */
  readonly listing: NftListing
}

/** Our rules and tables, and whether packets that stay outside are marked. */
export async function observePolicyRouting(
  host: LinuxHost,
  { policy, mark, listing }: PolicyFindings,
  action: string,
): Outcome<ObservedPolicyRouting> {
  const { marks } = host
  const { routes, rules, isSettled } = policy
  if (marks === undefined) return E.right(noPolicyRoutingFound)
  const isMarked = mark === policyNumbersOf(host.interfaceName).mark
  const found = marks.isRuledOut(listing) ? E.right(undefined) : await marks.find(action)
  if (E.isLeft(found)) return found
  const bypass = await bypassOf(host, found.right, isMarked, action)
  if (E.isLeft(bypass)) return bypass
  // Where rules are of an earlier version, or lead nowhere, switching it on or off settles that.
  return E.right({ bypass: isSettled ? bypass.right : 'partly', routes, rules })
}

/** Routes in tables of our own, and our rules. */
export interface OwnRouting extends Pick<ObservedPolicyRouting, 'routes' | 'rules'> {
  /** Whether the rules are as they are written today, and lead to where they shall. */
  readonly isSettled: boolean
}

/** The routes of a family in our own tables. */
export async function observePolicyRoutes(
  host: LinuxHost,
  family: IpFamily,
  action: string,
): Outcome<readonly PolicyRoute[]> {
  const entries = await runAndRead(host, showOwnRoutes(family), action, parseIpRoute)
  return E.isLeft(entries) ? entries : orUnreadable(readPolicyRoutes(family, entries.right, ownNumbersOf(host)), action)
}

/** The rules of a family, those of others passed over. */
export async function observePolicyRules(host: LinuxHost, family: IpFamily, action: string): Outcome<FoundRules> {
  const entries = await runAndRead(host, showRules(family), action, parseIpRule)
  return E.isLeft(entries) ? entries : E.right(readPolicyRules(family, entries.right, ownNumbersOf(host)))
}

/** By which its own are told from those of others. */
export const ownNumbersOf = ({ interfaceName }: LinuxHost): OwnNumbers => ({
  name: interfaceName,
  numbers: policyNumbersOf(interfaceName),
})

/** Whether what marks packets is there, and the switches that go with it are on. */
async function bypassOf(
  host: LinuxHost,
  marks: FoundMarks | undefined,
  isMarked: boolean,
  action: string,
): Outcome<ObservedPolicyRouting['bypass']> {
  if (marks === undefined) return E.right(isMarked ? 'partly' : 'off')
  const shown = await run(host, showBypassSwitches, action)
  if (E.isLeft(shown)) return shown
  const areSwitchesOn = [...readSwitches(shown.right).values()].every((value) => value !== '0')
  return E.right(marks.isWhole && areSwitchesOn && isMarked ? 'on' : 'partly')
}
