/** What routers and internet gateways translate. */
import {
  comparePrefixes,
  type HostCapability,
  type IpPrefix,
  prefixContains,
  prefixFamily,
  prefixLength,
  subtractPrefixes,
} from '../values/index.js'
import type { FragmentOf, SelfFragment } from './fragment.js'
import { networkFragmentId, routerFragmentId } from './fragment-id.js'
import type { FragmentTable } from './fragment-table.js'
import type { NatRule, RefusedPart } from './host-config.js'
import { heldOf } from './leads-to.js'
import type { MembershipPart } from './membership-part.js'

export interface ExpandedNat {
  readonly rules: readonly NatRule[]
  readonly refused: readonly RefusedPart[]
}

export const expandNat = (table: FragmentTable, own: SelfFragment): ExpandedNat => {
  const rules: NatRule[] = []
  const refused: RefusedPart[] = []
  const can = (capability: HostCapability) => own.capabilities.includes(capability)
  const keeping = keepingSources(table, own)
  for (const part of own.memberships) {
    const network = heldOf(table, networkFragmentId(part.networkId), 'network')
    if (network === undefined) continue
    const from = meshPrefixes(network)
    for (const egressId of part.routerOf) {
      const router = heldOf(table, routerFragmentId(egressId), 'router')
      if (router === undefined) continue
      if (router.virtualRanges !== null && !can('prefix-map')) refused.push(refusal('prefix-map', router))
      else rules.push(...prefixMaps(router))
      if (router.nat) rules.push(...masquerades(router, part, { from, keeping }, can))
      if (router.nat) refused.push(...refusedNat(router, can))
    }
    if (part.isInternetGateway) rules.push(...internetMasquerade([...from, ...sitePrefixes(table, part)], can))
    if (part.isInternetGateway) refused.push(...refusedInternetNat(can))
  }
  return { rules, refused }
}

const meshPrefixes = (network: FragmentOf<'network'>): readonly IpPrefix[] =>
  [network.range4, network.range6, ...network.clientPrefixes].filter((prefix) => prefix !== null)

/** What other routers lead to, as the mesh sees it: whoever of that may use the internet (G4) has no address there. */
const sitePrefixes = (table: FragmentTable, { networkId, routerOf }: MembershipPart): readonly IpPrefix[] => {
  const sites = new Set<IpPrefix>()
  for (const { fragment } of table.fragments.values())
    if (fragment.kind === 'egress' && fragment.networkId === networkId && !routerOf.includes(fragment.egressId))
      for (const prefix of fragment.prefixes) if (prefixLength(prefix) > 0) sites.add(prefix)
  return [...sites].sort(comparePrefixes)
}

const prefixMaps = ({ egressId, ranges, virtualRanges }: FragmentOf<'router'>): readonly NatRule[] =>
  (virtualRanges ?? []).flatMap((virtual, index) => {
    const real = ranges[index]
    return real === undefined ? [] : [{ kind: 'prefix-map', egressId, virtual, real } as const]
  })

type Can = (capability: HostCapability) => boolean

const canMasquerade = (prefix: IpPrefix, can: Can): boolean => can(prefixFamily(prefix) === 4 ? 'nat' : 'nat66')

const masquerades = (
  router: FragmentOf<'router'>,
  part: MembershipPart,
  { from, keeping }: { readonly from: readonly IpPrefix[]; readonly keeping: readonly IpPrefix[] },
  can: Can,
): readonly NatRule[] => {
  const to = router.ranges.filter((prefix) => canMasquerade(prefix, can)).flatMap((prefix) => without(prefix, keeping))
  const interfaceName = router.routers.find(({ nodeId }) => nodeId === part.nodeId)?.interfaceName ?? null
  return to.length === 0 ? [] : [{ kind: 'masquerade', egressId: router.egressId, from, to, interfaceName }]
}

/** Ranges that this host routes and whose packets keep their sources, however wide the ranges around them are. */
const keepingSources = (table: FragmentTable, { memberships }: SelfFragment): readonly IpPrefix[] =>
  memberships.flatMap(({ routerOf }) =>
    routerOf.flatMap((egressId) => {
      const router = heldOf(table, routerFragmentId(egressId), 'router')
      return router === undefined || router.nat || router.virtualRanges !== null ? [] : router.ranges
    }),
  )

const without = (prefix: IpPrefix, keeping: readonly IpPrefix[]): readonly IpPrefix[] => {
  const inside = keeping.filter((each) => each !== prefix && prefixContains(prefix, each))
  return inside.length === 0 ? [prefix] : subtractPrefixes([prefix], inside)
}

const refusedNat = (router: FragmentOf<'router'>, can: Can): readonly RefusedPart[] => {
  const lacking = new Set(
    router.ranges
      .filter((prefix) => !canMasquerade(prefix, can))
      .map((prefix) => (prefixFamily(prefix) === 4 ? 'nat' : 'nat66')),
  )
  return [...lacking].map((capability) => refusal(capability, router))
}

const internetMasquerade = (from: readonly IpPrefix[], can: Can): readonly NatRule[] => {
  const carried = from.filter((prefix) => canMasquerade(prefix, can))
  return carried.length === 0
    ? []
    : [{ kind: 'masquerade', egressId: null, from: carried, to: null, interfaceName: null }]
}

const refusedInternetNat = (can: Can): readonly RefusedPart[] =>
  (['nat', 'nat66'] as const)
    .filter((capability) => !can(capability))
    .map((capability) => ({
      part: capability,
      capability,
      reason: `As internet gateway this host carries no IPv${capability === 'nat' ? 4 : 6}: its driver can not masquerade it.`,
    }))

const refusal = (part: 'nat' | 'nat66' | 'prefix-map', { egressId }: FragmentOf<'router'>): RefusedPart => ({
  part,
  capability: part,
  reason: `Egress ${egressId} is not fully served by this host: its driver lacks ${part}.`,
})
