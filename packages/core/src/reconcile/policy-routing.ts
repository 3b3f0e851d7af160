/**
 * Policy routing: what goes into the mesh though the host's own routes say otherwise, and what stays outside all the same. Two routing
 * tables of the mesh's own, and rules that say in which order they and the host's own routes are asked.
 */
import {
  type IpAddress,
  type IpFamily,
  type IpPrefix,
  prefixContains,
  prefixFamily,
  prefixLength,
  subtractPrefixes,
} from '../values/index.js'

/** The own routing tables and rules as the system shows them. */
export interface ObservedPolicyRouting {
  /** Whether WireGuard's own packets and answers to what came in outside are told apart; `partly`: somebody took a part of that away. */
  readonly bypass: 'on' | 'partly' | 'off'
  readonly routes: readonly PolicyRoute[]
  readonly rules: readonly PolicyRule[]
}

/** What of a host's routing is asked besides its own routes. Empty: they alone count. */
export interface PolicyRouting {
  /**
   * Whether WireGuard's own packets, and answers to what came in outside the mesh, are told apart, so that the rules `bypass` and
   * `own-bypass` find them. Wanted wherever other rules than `mapped` and `forwarded` are.
   */
  readonly isBypassed: boolean
  readonly routes: readonly PolicyRoute[]
  /** In the order in which they are asked, for each family. */
  readonly rules: readonly PolicyRule[]
}

/** Asks nothing besides the host's own routes. */
export const noPolicyRouting: PolicyRouting = { isBypassed: false, routes: [], rules: [] }

/** What is found where there is none. */
export const noPolicyRoutingFound: ObservedPolicyRouting = { bypass: 'off', routes: [], rules: [] }

/** `tunnel`: for every packet. `forwarded`: for what came in through the own interface. */
export type PolicyTable = 'tunnel' | 'forwarded'

/** A route in a table of the mesh's own. Of one prefix each kind may be there once: `mesh` goes before `nowhere`, and is not there while the interface is down. */
export interface PolicyRoute {
  readonly table: PolicyTable
  readonly prefix: IpPrefix
  /** Into the own interface; as if this table were not there; refused. */
  readonly to: 'mesh' | 'outside' | 'nowhere'
  /** Of what the host makes itself, where it goes into the mesh. */
  readonly preferredSource: IpAddress | null
}

/** What is asked about a packet of this family, and of which packets. Rules are asked in the order of these kinds. */
export type PolicyRule = { readonly family: IpFamily } & (
  | {
      /**
       * The host's own routes, about what came in through the own interface and goes elsewhere than it was sent to: into a range of this
       * host's that others call otherwise (E8), or to a container for which it publishes a port.
       */
      readonly kind: 'mapped'
    }
  | {
      /** `forwarded`: about what came in through the own interface, the table of that name. */
      readonly kind: 'forwarded'
    }
  | {
      /** The host's own routes, default ones too: about WireGuard's own packets, and answers to what came in outside. */
      readonly kind: 'bypass'
    }
  | {
      /** The same, but for what is passed on for others: that goes where it would go were it no answer. */
      readonly kind: 'own-bypass'
    }
  | ({
      /** The host's own routes, about what goes to this port. */
      readonly kind: 'outside-flow'
    } & OutsideFlow)
  | ({
      /** The host's own routes that are longer than so many bits, about what goes to a range: nearer than the table `tunnel` has it. */
      readonly kind: 'longer-own-routes'
    } & YieldingRange)
  | {
      /** The table `tunnel`, but for its default routes. */
      readonly kind: 'before-own-routes'
    }
  | {
      /** The host's own routes, but for default ones. */
      readonly kind: 'own-routes'
    }
  | {
      /** All of the table `tunnel`. */
      readonly kind: 'everything'
    }
)

/** Traffic that stays outside the tunnel. */
export interface OutsideFlow {
  readonly protocol: 'tcp' | 'udp'
  /** `null`: any. */
  readonly address: IpAddress | null
  readonly port: number
}

/** A part of a range in the table `tunnel` that yields to longer routes of the host's own, as if it stood among them. */
export interface YieldingRange {
  readonly to: IpPrefix
  /** 1 or more. */
  readonly longerThan: number
}

/** Rules of the host's own routes: whatever the others say, these take nothing into the mesh. */
export const leadsOutside = ({ kind }: PolicyRule): boolean =>
  kind === 'mapped' ||
  kind === 'bypass' ||
  kind === 'own-bypass' ||
  kind === 'outside-flow' ||
  kind === 'longer-own-routes'

/** Rules that go by whether a packet is WireGuard's own or an answer. */
export const findsMarked = ({ kind }: PolicyRule): boolean => kind === 'bypass' || kind === 'own-bypass'

/** Two routes in one slot exclude each other: adding the second replaces the first. */
export const policyRouteSlot = ({ table, prefix, to }: PolicyRoute): string => `${table} ${prefix} ${to}`

/** Equal for equal routes. */
export const policyRouteIdentity = (route: PolicyRoute): string =>
  `${policyRouteSlot(route)} ${route.preferredSource ?? '-'}`

/** Equal for equal rules. */
export const policyRuleIdentity = (rule: PolicyRule): string => {
  const kind = `${rule.family} ${rule.kind}`
  if (rule.kind === 'longer-own-routes') return `${kind} ${rule.to} ${rule.longerThan}`
  return rule.kind === 'outside-flow' ? `${kind} ${rule.protocol} ${rule.address ?? 'any'} ${rule.port}` : kind
}

/** Kinds of rules, in the order in which they are asked. */
export const policyRuleKinds = [
  'mapped',
  'forwarded',
  'bypass',
  'own-bypass',
  'outside-flow',
  'longer-own-routes',
  'before-own-routes',
  'own-routes',
  'everything',
] as const satisfies readonly PolicyRule['kind'][]

/**
 * The rules that routes in the own tables want, family by family. `yielding`: prefixes of routes in the table `tunnel` that go before the
 * host's own routes only as they would among them, by length.
 */
export const policyRulesFor = (
  routes: readonly PolicyRoute[],
  flows: readonly (OutsideFlow & { readonly family: IpFamily })[],
  yielding: readonly IpPrefix[] = [],
): readonly PolicyRule[] =>
  ([4, 6] as const).flatMap((family) => {
    const ofFamily = routes.filter(({ prefix }) => prefixFamily(prefix) === family)
    const tunnel = ofFamily.filter(({ table }) => table === 'tunnel')
    const hasDefault = tunnel.some(({ prefix }) => prefixLength(prefix) === 0)
    const others = tunnel.filter(({ prefix, to }) => prefixLength(prefix) > 0 && to !== 'outside')
    const hasOthers = others.length > 0
    const rules: PolicyRule[] = []
    const hasForwarded = ofFamily.some(({ table }) => table === 'forwarded')
    if (hasForwarded || hasOthers) rules.push({ family, kind: 'mapped' })
    if (hasForwarded) rules.push({ family, kind: 'forwarded' })
    if (!hasDefault && !hasOthers) return rules
    const areAllYielding = !hasDefault && others.every(({ prefix }) => yielding.includes(prefix))
    rules.push({ family, kind: areAllYielding ? 'own-bypass' : 'bypass' })
    for (const flow of flows) if (flow.family === family) rules.push({ ...flow, kind: 'outside-flow' })
    for (const range of yieldingRanges(others, yielding)) rules.push({ family, kind: 'longer-own-routes', ...range })
    if (hasOthers) rules.push({ family, kind: 'before-own-routes' })
    if (hasDefault) rules.push({ family, kind: 'own-routes' }, { family, kind: 'everything' })
    return rules
  })

/** Each without what has a longer route beside it in the own table, and so a length of its own. */
const yieldingRanges = (routes: readonly PolicyRoute[], yielding: readonly IpPrefix[]): readonly YieldingRange[] => {
  const prefixes = [...new Set(routes.map(({ prefix }) => prefix))]
  return prefixes
    .filter((prefix) => yielding.includes(prefix))
    .flatMap((range) => {
      const inside = prefixes.filter((prefix) => prefix !== range && prefixContains(range, prefix))
      return subtractPrefixes([range], inside).map((to) => ({ to, longerThan: prefixLength(range) }))
    })
}
