/**
 * Policy routing: what goes into the mesh though the host's own routes say otherwise, and what stays outside all the same. Two routing
 * tables of the mesh's own, and rules that say in which order they and the host's own routes are asked.
 */
import { type IpAddress, type IpFamily, type IpPrefix, prefixFamily, prefixLength } from '../values/index.js'

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
   * Whether WireGuard's own packets, and answers to what came in outside the mesh, are told apart, so that the rule `bypass` finds
   * them. Wanted wherever other rules than `mapped` and `forwarded` are.
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
  | ({
      /** The host's own routes, about what goes to this port. */
      readonly kind: 'outside-flow'
    } & OutsideFlow)
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

/** Rules of the host's own routes: whatever the others say, these take nothing into the mesh. */
export const leadsOutside = ({ kind }: PolicyRule): boolean =>
  kind === 'mapped' || kind === 'bypass' || kind === 'outside-flow'

/** Two routes in one slot exclude each other: adding the second replaces the first. */
export const policyRouteSlot = ({ table, prefix, to }: PolicyRoute): string => `${table} ${prefix} ${to}`

/** Equal for equal routes. */
export const policyRouteIdentity = (route: PolicyRoute): string =>
  `${policyRouteSlot(route)} ${route.preferredSource ?? '-'}`

/** Equal for equal rules. */
export const policyRuleIdentity = (rule: PolicyRule): string =>
  rule.kind === 'outside-flow'
    ? `${rule.family} ${rule.kind} ${rule.protocol} ${rule.address ?? 'any'} ${rule.port}`
    : `${rule.family} ${rule.kind}`

/** Kinds of rules, in the order in which they are asked. */
export const policyRuleKinds = [
  'mapped',
  'forwarded',
  'bypass',
  'outside-flow',
  'before-own-routes',
  'own-routes',
  'everything',
] as const satisfies readonly PolicyRule['kind'][]

/** The rules that routes in the own tables want, family by family. */
export const policyRulesFor = (
  routes: readonly PolicyRoute[],
  flows: readonly (OutsideFlow & { readonly family: IpFamily })[],
): readonly PolicyRule[] =>
  ([4, 6] as const).flatMap((family) => {
    const ofFamily = routes.filter(({ prefix }) => prefixFamily(prefix) === family)
    const tunnel = ofFamily.filter(({ table }) => table === 'tunnel')
    const hasDefault = tunnel.some(({ prefix }) => prefixLength(prefix) === 0)
    const hasOthers = tunnel.some(({ prefix, to }) => prefixLength(prefix) > 0 && to !== 'outside')
    const rules: PolicyRule[] = []
    const hasForwarded = ofFamily.some(({ table }) => table === 'forwarded')
    if (hasForwarded || hasOthers) rules.push({ family, kind: 'mapped' })
    if (hasForwarded) rules.push({ family, kind: 'forwarded' })
    if (!hasDefault && !hasOthers) return rules
    rules.push({ family, kind: 'bypass' })
    for (const flow of flows) if (flow.family === family) rules.push({ ...flow, kind: 'outside-flow' })
    if (hasOthers) rules.push({ family, kind: 'before-own-routes' })
    if (hasDefault) rules.push({ family, kind: 'own-routes' }, { family, kind: 'everything' })
    return rules
  })
