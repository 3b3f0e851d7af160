/** What commands about egresses have in common: what is wanted becomes what is, or a refusal (E). */
import * as E from 'fp-ts/lib/Either.js'
import { type EgressId, type IpPrefix, mergePrefixes, prefixLength } from '../../values/index.js'
import { egressesOfNetwork, egressRangesSeen, isInternetEgress, routersInOrder } from '../egress-queries.js'
import { largeMapGet } from '../large-map.js'
import type { MeshError } from '../mesh-error.js'
import type { Egress, EgressRouter, MeshState, Network } from '../mesh-state.js'
import { refuse } from './decision.js'
import { egressRangesProblem } from './egress-range-rules.js'
import { routerProblem, routersProblem } from './egress-router-rules.js'
import { twoInternetEgressesProblem } from './internet-egress-rules.js'
import { findNamesake } from './policy-rules.js'
import { pairRanges, type VirtualRangesWish } from './virtual-ranges.js'

/** What an administrator says of an egress. */
export type EgressContent = Omit<Egress, 'egressId' | 'networkId' | 'createdAtEpochMs'>

export interface EgressWish extends Omit<EgressContent, 'virtualRanges' | 'fallbackToWider'> {
  readonly virtualRanges: VirtualRangesWish
  /** `undefined`: as is usual, which is yes, but for one of /0. */
  readonly fallbackToWider: boolean | undefined
}

/** What the egress would be: ranges and routers in order, each once, with their virtual ranges. Whether it may be so is asked next. */
export const settleEgress = (
  state: MeshState,
  network: Network,
  egressId: EgressId,
  wish: EgressWish,
): E.Either<MeshError, EgressContent> => {
  const unfit = internetUnfit(wish)
  if (unfit !== undefined) return refuse({ code: 'internet-egress-unfit', name: wish.name, reason: unfit })
  const present = largeMapGet(state.egresses, egressId)
  const pairs = pairRanges(state, network, egressId, wish.ranges, wish.virtualRanges, present)
  if (E.isLeft(pairs)) return pairs
  const { name, nat, returnRoute, restricted } = wish
  const routers = routersInOrder({ routers: eachOnce(wish.routers) })
  const fallbackToWider = wish.fallbackToWider ?? !isInternetEgress(wish)
  return E.right({ name, ...pairs.right, routers, nat, returnRoute, restricted, fallbackToWider })
}

const eachOnce = (routers: readonly EgressRouter[]): readonly EgressRouter[] => [
  ...new Map(
    routers.map(({ nodeId, metric, interfaceName }) => [
      JSON.stringify([nodeId, metric, interfaceName]),
      { nodeId, metric, interfaceName },
    ]),
  ).values(),
]

type InternetUnfit = Extract<MeshError, { code: 'internet-egress-unfit' }>['reason']

const internetUnfit = ({ ranges, virtualRanges, fallbackToWider }: EgressWish): InternetUnfit | undefined => {
  const isEverything = (range: IpPrefix) => prefixLength(range) === 0
  if (!ranges.some(isEverything)) return mergePrefixes(ranges).some(isEverything) ? 'halves' : undefined
  if (!ranges.every(isEverything)) return 'other-ranges'
  if (virtualRanges !== null) return 'virtual-ranges'
  return fallbackToWider === true ? 'fallback' : undefined
}

/**
 * What stands against this content. Of one that is there (`present`) only what changes is looked at: a router may have lost a
 * capability since, which its config says; that must not keep anybody from renaming the egress.
 */
export const egressProblem = (
  state: MeshState,
  network: Network,
  egressId: EgressId,
  content: EgressContent,
  present?: Egress,
): MeshError | undefined => {
  if (content.name !== present?.name) {
    const { name } = content
    const hasName = (id: EgressId) => largeMapGet(state.egresses, id)?.name === name
    const namesake = findNamesake(network.egressIds, hasName, egressId)
    if (namesake !== undefined)
      return { code: 'egress-name-taken', name, egressId: namesake, networkName: network.name }
  }
  return present !== undefined && routingOf(present) === routingOf(content)
    ? undefined
    : routingProblem(state, network, egressId, content)
}

const routingOf = ({ ranges, virtualRanges, routers, nat, returnRoute }: EgressContent): string =>
  JSON.stringify([ranges, virtualRanges, routers.map(Object.values), nat, returnRoute])

const routingProblem = (
  state: MeshState,
  network: Network,
  egressId: EgressId,
  content: EgressContent,
): MeshError | undefined => {
  const { name, ranges, virtualRanges, routers, nat, returnRoute } = content
  if (!nat && routers.length > 1 && returnRoute !== 'external')
    return { code: 'egress-needs-return-route', name, routers: routers.length }
  return (
    routersProblem(state, network, routers) ??
    egressRangesProblem(state, { egressId, ranges, virtualRanges }) ??
    takenProblem(state, network, egressId, content) ??
    firstProblem(routers, (router) => routerProblem(state, router, content)) ??
    (isInternetEgress(content) ? twoInternetEgressesProblem(state, network, routers) : undefined)
  )
}

const firstProblem = <A>(items: readonly A[], problemOf: (item: A) => MeshError | undefined): MeshError | undefined => {
  for (const item of items) {
    const problem = problemOf(item)
    if (problem !== undefined) return problem
  }
  return undefined
}

/** Others reach a range through one egress of a network: whoever wants more routers adds them there (E5). */
const takenProblem = (
  state: MeshState,
  network: Network,
  egressId: EgressId,
  content: EgressContent,
): MeshError | undefined => {
  const wanted = new Set(egressRangesSeen(content))
  for (const other of egressesOfNetwork(state, network.networkId)) {
    if (other.egressId === egressId) continue
    const range = egressRangesSeen(other).find((each) => wanted.has(each))
    if (range !== undefined) return { code: 'egress-range-taken', range, egressId: other.egressId, name: other.name }
  }
  return undefined
}
