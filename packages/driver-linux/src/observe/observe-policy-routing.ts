import {
  type IpFamily,
  noPolicyRoutingFound,
  type ObservedPolicyRouting,
  type PolicyRoute,
  type PolicyRule,
} from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { type LinuxHost, type Outcome, orUnreadable, run, runAndRead } from '../linux-host.js'
import { policyNumbersOf } from '../policy-numbers.js'
import { showBypassSwitches } from '../render/bypass-commands.js'
import { showOwnRoutes, showRules } from '../render/policy-commands.js'
import { readSwitches } from './observe-forwarding.js'
import { parseIpRoute } from './parse-ip-json.js'
import { parseIpRule, readPolicyRoutes, readPolicyRules } from './parse-policy-json.js'

/** Our rules and tables. `mark`: what WireGuard's socket puts on its packets; `undefined`: there is no interface. */
export async function observePolicyRouting(
  host: LinuxHost,
  mark: number | undefined,
  action: string,
): Outcome<ObservedPolicyRouting> {
  if (host.marks === undefined) return E.right(noPolicyRoutingFound)
  const [ipv4, ipv6, bypass] = await Promise.all([
    observeFamily(host, 4, action),
    observeFamily(host, 6, action),
    observeBypass(host, mark === policyNumbersOf(host.interfaceName).mark, action),
  ])
  if (E.isLeft(ipv4)) return ipv4
  if (E.isLeft(ipv6)) return ipv6
  if (E.isLeft(bypass)) return bypass
  const routes = [...ipv4.right.routes, ...ipv6.right.routes]
  return E.right({ bypass: bypass.right, routes, rules: [...ipv4.right.rules, ...ipv6.right.rules] })
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

/** Whether what marks packets is there, and the switches that go with it are on. */
async function observeBypass(
  host: LinuxHost,
  isMarked: boolean,
  action: string,
): Outcome<ObservedPolicyRouting['bypass']> {
  const { marks: backend } = host
  if (backend === undefined) return E.right('off')
  const marks = await backend.find(action)
  if (E.isLeft(marks)) return marks
  if (marks.right === undefined) return E.right(isMarked ? 'partly' : 'off')
  const shown = await run(host, showBypassSwitches, action)
  if (E.isLeft(shown)) return shown
  const areSwitchesOn = [...readSwitches(shown.right).values()].every((value) => value !== '0')
  return E.right(marks.right.isWhole && areSwitchesOn && isMarked ? 'on' : 'partly')
}
