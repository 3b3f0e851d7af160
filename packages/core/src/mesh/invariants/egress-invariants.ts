/** What holds of egresses: who routes them is there, what their ranges may be, and what is kept of them elsewhere (E). */
import {
  comparePrefixes,
  type EgressId,
  type IpPrefix,
  prefixContains,
  prefixFamily,
  prefixLength,
} from '../../values/index.js'
import { egressRangesSeen, isInternetEgress, routersInOrder } from '../egress-queries.js'
import { largeMapGet, largeMapValues } from '../large-map.js'
import type { Egress, MeshState, Network, Node } from '../mesh-state.js'
import { breach, duplicates, type InvariantBreach, indexBreaches, sameContent } from './breach.js'

export const egressBreaches = (state: MeshState): readonly InvariantBreach[] => {
  const egresses = [...largeMapValues(state.egresses)]
  const meshRanges = meshRangesOf(state, egresses)
  return [
    ...indexBreaches('egresses', state.egresses, new Map(egresses.map((egress) => [egress.egressId, egress]))),
    ...[...largeMapValues(state.networks)].flatMap((network) => networkEgressBreaches(network, egresses)),
    ...[...largeMapValues(state.nodes)].flatMap((node) => nodeEgressBreaches(node, egresses)),
    ...egresses.flatMap((egress) => [
      ...routerBreaches(state, egress),
      ...contentBreaches(egress),
      ...internetBreaches(egress),
      ...insideBreaches(egress, meshRanges),
    ]),
  ]
}

const networkEgressBreaches = (network: Network, all: readonly Egress[]): readonly InvariantBreach[] => {
  const about = (name: string) => `${name} of ${network.networkId}`
  const egresses = all.filter(({ networkId }) => networkId === network.networkId)
  return [
    ...duplicates(
      about('egress-name-unique'),
      egresses.map(({ name, egressId }) => [name, egressId]),
    ),
    ...duplicates(
      about('egress-range-unique'),
      egresses.flatMap((egress) => egressRangesSeen(egress).map((range) => [range, egress.egressId] as const)),
    ),
    ...indexBreaches(
      about('egress-ids'),
      network.egressIds,
      new Map<EgressId, true>(egresses.map(({ egressId }) => [egressId, true])),
    ),
  ]
}

const nodeEgressBreaches = ({ nodeId, egressIds }: Node, egresses: readonly Egress[]): readonly InvariantBreach[] => {
  const routed = egresses.filter(({ routers }) => routers.some((router) => router.nodeId === nodeId))
  const expected = routed.map(({ egressId }) => egressId).sort()
  return sameContent(egressIds, expected)
    ? []
    : [breach('egress-ids-of-node', `${nodeId} has ${egressIds.join()} instead of ${expected.join()}`)]
}

const routerBreaches = (state: MeshState, egress: Egress): readonly InvariantBreach[] => {
  const { egressId, networkId, routers, nat, returnRoute } = egress
  const strangers = routers.filter(({ nodeId }) => largeMapGet(state.nodes, nodeId)?.networkId !== networkId)
  return [
    ...(largeMapGet(state.networks, networkId) === undefined ? [breach('egress-has-network', egressId)] : []),
    ...strangers.map(({ nodeId }) => breach('egress-routers-present', `${nodeId} of ${egressId}`)),
    ...duplicates(
      `egress-routers-unique of ${egressId}`,
      routers.map(({ nodeId }) => [nodeId, egressId]),
    ),
    ...(sameContent(routers, routersInOrder(egress)) ? [] : [breach('egress-routers-in-order', egressId)]),
    ...(nat || routers.length < 2 || returnRoute === 'external' ? [] : [breach('egress-return-route', egressId)]),
  ]
}

const contentBreaches = ({ egressId, ranges, virtualRanges }: Egress): readonly InvariantBreach[] => {
  const kindOf = (range: IpPrefix) => `${prefixFamily(range)}/${prefixLength(range)}`
  const sorted = [...new Set(ranges)].sort(comparePrefixes)
  return [
    ...(ranges.length > 0 && sameContent(ranges, sorted) ? [] : [breach('egress-ranges-normal', egressId)]),
    ...(virtualRanges === null || sameContent(virtualRanges.map(kindOf), ranges.map(kindOf))
      ? []
      : [breach('egress-virtual-ranges-fit', egressId)]),
  ]
}

const internetBreaches = (egress: Egress): readonly InvariantBreach[] => {
  if (!isInternetEgress(egress)) return []
  const { egressId, ranges, virtualRanges, fallbackToWider } = egress
  const isPlain = ranges.every((range) => prefixLength(range) === 0) && virtualRanges === null && !fallbackToWider
  return isPlain ? [] : [breach('internet-egress-plain', egressId)]
}

/** Ranges of networks and control addresses, and all virtual ones. */
const meshRangesOf = (state: MeshState, egresses: readonly Egress[]): readonly IpPrefix[] => {
  const settings = state.mesh?.settings
  return [
    ...[...largeMapValues(state.networks)].flatMap(({ range4, range6 }) => [range4, range6]),
    ...(settings === undefined ? [] : [settings.controlRange4, settings.controlRange6]),
    ...egresses.flatMap(({ virtualRanges }) => virtualRanges ?? []),
  ].filter((range) => range !== null)
}

const insideBreaches = ({ egressId, ranges }: Egress, meshRanges: readonly IpPrefix[]): readonly InvariantBreach[] =>
  ranges.flatMap((range) =>
    meshRanges
      .filter((other) => prefixContains(other, range))
      .map((other) => breach('egress-range-outside', `${range} of ${egressId} lies inside ${other}`)),
  )
