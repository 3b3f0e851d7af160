/** What makes a host's policy routing what it should be, in an order that takes no packet of WireGuard's own into the tunnel. */
import { prefixFamily, prefixLength } from '../values/index.js'
import type { HostChange } from './host-change.js'
import type { ObservedHost } from './observed-host.js'
import {
  leadsOutside,
  type PolicyRoute,
  type PolicyRouting,
  type PolicyRule,
  policyRouteIdentity,
  policyRouteSlot,
  policyRuleIdentity,
  policyRuleKinds,
} from './policy-routing.js'

/** Steps, in the order in which they come: other steps stand between them. */
export interface PolicyRoutingPlan {
  /** What lets WireGuard's own packets out, rules that take nothing in, and away with routes that no rule asks yet: one that comes could. */
  readonly first: readonly HostChange[]
  /** Routes, those that lead outside first, and then rules that take something in: once there is a way through the mesh. The one that takes most comes last. */
  readonly give: readonly HostChange[]
  /** Rules that shall not be, the one that takes most first, and then routes; before peers lose what was sent to them. */
  readonly take: readonly HostChange[]
  /** What let WireGuard's own packets out, when nothing else would take them in. */
  readonly last: readonly HostChange[]
}

/** `[]` in each part when it is so already. */
export const planPolicyRouting = (found: ObservedHost['policyRouting'], desired: PolicyRouting): PolicyRoutingPlan => {
  const [hasRules, wantsRules] = [setOf(found.rules, policyRuleIdentity), setOf(desired.rules, policyRuleIdentity)]
  const [hasRoutes, wantsRoutes] = [
    setOf(found.routes, policyRouteIdentity),
    setOf(desired.routes, policyRouteIdentity),
  ]
  const addedRules = asAsked(desired.rules.filter((rule) => !hasRules.has(policyRuleIdentity(rule))))
  const goneRules = asAsked(found.rules.filter((rule) => !wantsRules.has(policyRuleIdentity(rule)))).reverse()
  const addedRoutes = desired.routes.filter((route) => !hasRoutes.has(policyRouteIdentity(route)))
  const replaced = setOf(addedRoutes, policyRouteSlot)
  const goneRoutes = found.routes.filter(
    (route) => !wantsRoutes.has(policyRouteIdentity(route)) && !replaced.has(policyRouteSlot(route)),
  )
  const isAsked = (route: PolicyRoute) => found.rules.some((rule) => asksFor(rule, route))
  const { isBypassed } = desired
  return {
    first: [
      ...(isBypassed && found.bypass !== 'on' ? [{ kind: 'set-bypass', isOn: true } as const] : []),
      ...addedRules.filter(leadsOutside).map((rule) => ({ kind: 'add-policy-rule', rule }) as const),
      ...removalsOf(goneRoutes.filter((route) => !isAsked(route))),
    ],
    give: [
      ...outsideFirst(addedRoutes).map((route) => ({ kind: 'add-policy-route', route }) as const),
      ...addedRules.flatMap((rule) => (leadsOutside(rule) ? [] : [{ kind: 'add-policy-rule', rule } as const])),
    ],
    take: [
      ...goneRules.map((rule) => ({ kind: 'remove-policy-rule', rule }) as const),
      ...removalsOf(goneRoutes.filter(isAsked)),
    ],
    last: !isBypassed && found.bypass !== 'off' ? [{ kind: 'set-bypass', isOn: false }] : [],
  }
}

/** Whether the rule may find the route. */
const asksFor = ({ kind, family }: PolicyRule, { table, prefix }: PolicyRoute): boolean =>
  family === prefixFamily(prefix) &&
  (table === 'forwarded'
    ? kind === 'forwarded'
    : kind === 'everything' || (kind === 'before-own-routes' && prefixLength(prefix) > 0))

const removalsOf = (routes: readonly PolicyRoute[]): readonly HostChange[] =>
  outsideFirst(routes)
    .reverse()
    .map((route) => ({ kind: 'remove-policy-route', route }))

const setOf = <A>(list: readonly A[], identity: (each: A) => string): ReadonlySet<string> => new Set(list.map(identity))

const outsideFirst = (routes: readonly PolicyRoute[]): PolicyRoute[] =>
  [...routes].sort((a, b) => Number(b.to === 'outside') - Number(a.to === 'outside'))

/** In the order in which rules are asked, whatever their family. */
const asAsked = (rules: readonly PolicyRule[]): PolicyRule[] =>
  [...rules].sort((a, b) => policyRuleKinds.indexOf(a.kind) - policyRuleKinds.indexOf(b.kind))
