/** Which way a kernel sends a packet, by the routes and rules that a host shall have, its LANs, and a default route. */
import type { DesiredHost } from '../src/reconcile/desired-host.js'
import { type PolicyRule, type PolicyTable, policyRuleKinds } from '../src/reconcile/policy-routing.js'
import { type IpAddress, type IpPrefix, ipFamilyOf, prefixContainsAddress, prefixLength } from '../src/values/index.js'

/** A packet that is neither WireGuard's own nor an answer. */
export interface Sent {
  readonly destination: IpAddress
  /** Made by the host, come out of the mesh, or come in from outside. */
  readonly from: 'here' | 'mesh' | 'outside'
  /** Come out of the mesh for a virtual range. */
  readonly isMapped?: boolean
}

/** By the host's own routes, or into its interface; what is refused there counts as `mesh`. */
export type Way = 'outside' | 'mesh'

/** As the kernel decides it. */
export function wayByRoutes(desired: DesiredHost, lans: readonly IpPrefix[], packet: Sent): Way {
  const { rules } = desired.policyRouting
  const asked = rules
    .filter(({ family }) => family === ipFamilyOf(packet.destination))
    .sort((a, b) => policyRuleKinds.indexOf(a.kind) - policyRuleKinds.indexOf(b.kind))
  for (const rule of asked) {
    const way = askedBy(rule, { desired, lans, packet })
    if (way !== undefined) return way
  }
  return mainTable({ desired, lans, packet }, -1) ?? 'outside'
}

interface Asked {
  readonly desired: DesiredHost
  readonly lans: readonly IpPrefix[]
  readonly packet: Sent
}

/** `undefined`: the next rule is asked. */
function askedBy(rule: PolicyRule, asked: Asked): Way | undefined {
  const { packet } = asked
  switch (rule.kind) {
    case 'mapped':
      return packet.isMapped === true ? (mainTable(asked, -1) ?? 'outside') : undefined
    case 'forwarded':
      return packet.from === 'mesh' ? ownTable(asked, 'forwarded', 0) : undefined
    case 'longer-own-routes':
      return prefixContainsAddress(rule.to, packet.destination) ? mainTable(asked, rule.longerThan) : undefined
    case 'before-own-routes':
      return ownTable(asked, 'tunnel', 1)
    case 'own-routes':
      return mainTable(asked, 0)
    case 'everything':
      return ownTable(asked, 'tunnel', 0)
    case 'bypass':
    case 'own-bypass':
    case 'outside-flow':
      return undefined
  }
}

/** Its own routes that are longer than so many bits, but for the default one. */
function mainTable({ desired, lans, packet }: Asked, longerThan: number): Way | undefined {
  const found = [
    ...lans.map((prefix) => ({ prefix, way: 'outside' as const })),
    ...desired.routes.map(({ prefix }) => ({ prefix, way: 'mesh' as const })),
  ].filter(({ prefix }) => prefixContainsAddress(prefix, packet.destination))
  const [best] = found.sort((a, b) => prefixLength(b.prefix) - prefixLength(a.prefix))
  return best !== undefined && prefixLength(best.prefix) > longerThan ? best.way : undefined
}

function ownTable({ desired, packet }: Asked, table: PolicyTable, shortest: number): Way | undefined {
  const found = desired.policyRouting.routes.filter(
    (route) => route.table === table && prefixContainsAddress(route.prefix, packet.destination),
  )
  const longest = Math.max(-1, ...found.map(({ prefix }) => prefixLength(prefix)))
  if (longest < shortest) return undefined
  return found.some(({ prefix, to }) => prefixLength(prefix) === longest && to === 'outside') ? undefined : 'mesh'
}
