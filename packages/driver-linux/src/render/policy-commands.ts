/** Own routing tables, and the rules by which they and the host's own are asked. */
import { type IpFamily, type PolicyRoute, type PolicyRule, prefixFamily } from '@meshfold/core'
import type { ToolCommand } from '../host-tool.js'
import { ALREADY_GONE, KERNEL_LACKS_IPV6, NO_SUCH_RULE, OWN_ROUTE_PROTOCOL, ROUTE_EXISTS } from '../linux-pitfalls.js'
import { familyFlag, markText, maskedMappedMarkText, policyNumbersOf } from '../policy-numbers.js'

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

function ruleArgs(verb: 'add' | 'del', name: string, rule: PolicyRule): readonly string[] {
  const priority = String(policyNumbersOf(name).priorities[rule.kind])
  const words = [familyFlag(rule.family), 'rule', verb, 'priority', priority, ...selector(name, rule)]
  return [...words, 'protocol', OWN_ROUTE_PROTOCOL]
}

function selector(name: string, rule: PolicyRule): readonly string[] {
  const { tables } = policyNumbersOf(name)
  switch (rule.kind) {
    case 'mapped':
      return ['iif', name, 'fwmark', maskedMappedMarkText(name), 'lookup', 'main']
    case 'forwarded':
      return ['iif', name, 'lookup', String(tables.forwarded)]
    case 'bypass':
      return ['fwmark', markText(name), 'lookup', 'main']
    case 'outside-flow': {
      const to = rule.address === null ? [] : ['to', rule.address]
      return [...to, 'ipproto', rule.protocol, 'dport', String(rule.port), 'lookup', 'main']
    }
    case 'before-own-routes':
      return ['lookup', String(tables.tunnel), 'suppress_prefixlength', '0']
    case 'own-routes':
      return ['lookup', 'main', 'suppress_prefixlength', '0']
    case 'everything':
      return ['lookup', String(tables.tunnel)]
  }
}
