/** Own routing tables, and the rules by which they and the host's own are asked. */
import { type IpFamily, type OutsideFlow, type PolicyRoute, type PolicyRule, prefixFamily } from '@meshfold/core'
import type { ToolCommand } from '../host-tool.js'
import {
  ALREADY_GONE,
  KERNEL_LACKS_IPV6,
  LOCAL_OUTPUT,
  NO_SUCH_RULE,
  OWN_ROUTE_PROTOCOL,
  PAST_OUR_RULES,
  ROUTE_EXISTS,
} from '../linux-pitfalls.js'
import { everyMarkText, familyFlag, maskedMappedMarkText, policyNumbersOf } from '../policy-numbers.js'

/** Kinds of routes of one prefix stand beside each other, the lowest metric first. */
export const policyMetrics: Readonly<Record<PolicyRoute['to'], number>> = { outside: 40, mesh: 50, nowhere: 60 }

const types: Readonly<Record<PolicyRoute['to'], string>> = { mesh: 'unicast', outside: 'throw', nowhere: 'unreachable' }

/** Adds the route to its own table, or takes the place of one of the same kind. */
export function setPolicyRoute(name: string, route: PolicyRoute): ToolCommand {
  return { tool: 'ip', args: routeArgs('replace', name, route) }
}

/** Deletes a route that is known to be there. */
export function deletePolicyRoute(name: string, route: PolicyRoute): ToolCommand {
  return { tool: 'ip', args: routeArgs('del', name, route), tolerates: ALREADY_GONE }
}

/** What comes in from elsewhere than its answer would go to is ours to judge: keys say whose it is. Slashes, because a name may have dots in it. */
export function acceptAsymmetry(name: string): ToolCommand {
  return { tool: 'sysctl', args: ['-q', '-w', `net/ipv4/conf/${name}/rp_filter=2`] }
}

/** Adds a rule; again is nothing new. */
export function addPolicyRule(name: string, rule: PolicyRule): ToolCommand {
  return { tool: 'ip', args: ruleArgs('add', name, rule), tolerates: ROUTE_EXISTS }
}

/** Deletes exactly this rule. */
export function deletePolicyRule(name: string, rule: PolicyRule): ToolCommand {
  return { tool: 'ip', args: ruleArgs('del', name, rule), tolerates: NO_SUCH_RULE }
}

/** Adds the rule that those which lead outside lead to: there the host's own rules go on, whichever table they ask. Again is nothing new. */
export function addRulesEnd(name: string, family: IpFamily): ToolCommand {
  return { tool: 'ip', args: endArgs('add', name, family), tolerates: ROUTE_EXISTS }
}

/** Deletes it; fine when it is gone. */
export function deleteRulesEnd(name: string, family: IpFamily): ToolCommand {
  return { tool: 'ip', args: endArgs('del', name, family), tolerates: NO_SUCH_RULE }
}

/** Deletes a rule as an earlier version wrote it: what leads outside asked the main table, and went on to the next rule where that had no way. */
export function deleteOutdatedRule(name: string, { rule, mark }: OutdatedRule): ToolCommand {
  const args = ruleArgs('del', name, rule, [...outdatedSelector(name, rule, mark), 'lookup', 'main'])
  return { tool: 'ip', args, tolerates: NO_SUCH_RULE }
}

/** A rule that leads outside, as an earlier version wrote it. `mark`: with its bits, where it has one. */
export interface OutdatedRule {
  readonly rule: LeadingOutside
  readonly mark: string | undefined
}

/** Rules after which the host's own are asked. */
export type LeadingOutside = Extract<PolicyRule, { readonly kind: 'mapped' | 'bypass' | 'own-bypass' | 'outside-flow' }>

/** All rules of a family; none where the kernel has no such family. */
export function showRules(family: IpFamily): ToolCommand {
  return { tool: 'ip', args: ['-N', '-j', '-d', familyFlag(family), 'rule', 'show'], tolerates: KERNEL_LACKS_IPV6 }
}

/** The routes of our protocol in all tables. */
export function showOwnRoutes(family: IpFamily): ToolCommand {
  const filter = ['table', 'all', 'proto', OWN_ROUTE_PROTOCOL]
  const args = ['-N', '-j', '-d', familyFlag(family), 'route', 'show', ...filter]
  return { tool: 'ip', args, tolerates: KERNEL_LACKS_IPV6 }
}

function routeArgs(verb: 'replace' | 'del', name: string, { table, prefix, to, preferredSource }: PolicyRoute) {
  const device = to === 'mesh' ? ['dev', name] : []
  const source = preferredSource === null ? [] : ['src', preferredSource]
  const marks = ['proto', OWN_ROUTE_PROTOCOL, 'metric', String(policyMetrics[to])]
  const where = ['table', String(policyNumbersOf(name).tables[table])]
  return [familyFlag(prefixFamily(prefix)), 'route', verb, types[to], prefix, ...device, ...source, ...marks, ...where]
}

function ruleArgs(
  verb: 'add' | 'del',
  name: string,
  rule: PolicyRule,
  words: readonly string[] = sayingOf(name, rule),
): readonly string[] {
  const priority = String(policyNumbersOf(name).priorities[rule.kind])
  return [familyFlag(rule.family), 'rule', verb, 'priority', priority, ...words, 'protocol', OWN_ROUTE_PROTOCOL]
}

function endArgs(verb: 'add' | 'del', name: string, family: IpFamily): readonly string[] {
  const priority = String(policyNumbersOf(name).endPriority)
  return [familyFlag(family), 'rule', verb, 'priority', priority, 'nop', 'protocol', OWN_ROUTE_PROTOCOL]
}

/** Which packets a rule is about, and what becomes of them. */
function sayingOf(name: string, rule: PolicyRule): readonly string[] {
  const { tables, endPriority } = policyNumbersOf(name)
  const toTheEnd = [PAST_OUR_RULES, String(endPriority)]
  switch (rule.kind) {
    case 'mapped':
      return ['iif', name, 'fwmark', maskedMappedMarkText(name), ...toTheEnd]
    case 'forwarded':
      return ['iif', name, 'lookup', String(tables.forwarded)]
    case 'bypass':
      return ['fwmark', everyMarkText, ...toTheEnd]
    case 'own-bypass':
      return ['iif', LOCAL_OUTPUT, 'fwmark', everyMarkText, ...toTheEnd]
    case 'outside-flow':
      return [...flowWords(rule), ...toTheEnd]
    case 'longer-own-routes':
      return ['to', rule.to, 'lookup', 'main', 'suppress_prefixlength', String(rule.longerThan)]
    case 'before-own-routes':
      return ['lookup', String(tables.tunnel), 'suppress_prefixlength', '0']
    case 'own-routes':
      return ['lookup', 'main', 'suppress_prefixlength', '0']
    case 'everything':
      return ['lookup', String(tables.tunnel)]
  }
}

function outdatedSelector(name: string, rule: LeadingOutside, mark: string | undefined): readonly string[] {
  const fwmark = mark === undefined ? [] : ['fwmark', mark]
  if (rule.kind === 'outside-flow') return flowWords(rule)
  if (rule.kind === 'own-bypass') return ['iif', LOCAL_OUTPUT, ...fwmark]
  return rule.kind === 'mapped' ? ['iif', name, ...fwmark] : fwmark
}

const flowWords = ({ address, protocol, port }: OutsideFlow): readonly string[] => {
  const to = address === null ? [] : ['to', address]
  return [...to, 'ipproto', protocol, 'dport', String(port)]
}
