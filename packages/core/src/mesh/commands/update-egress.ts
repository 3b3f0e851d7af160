import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { egressIdCodec } from '../../values/index.js'
import { rangesCodec, returnRouteCodec, routersOf } from '../egress-codecs.js'
import { isInternetEgress } from '../egress-queries.js'
import { largeMapGet } from '../large-map.js'
import { egressContentEq } from '../mesh-equality.js'
import type { Egress } from '../mesh-state.js'
import { commandCodec } from './command-codec.js'
import { titleCodec } from './command-parts.js'
import { alreadySo, type Decision, type ExistingMesh, refuse } from './decision.js'
import { routerWishCodec, settledRouter, virtualRangesWishCodec } from './egress-parts.js'
import { type EgressWish, egressProblem, settleEgress } from './egress-rules.js'

/** Change what an egress leads to, or how (E). What is left out stays. */
export type UpdateEgress = t.TypeOf<typeof updateEgressCodec>

export const updateEgressCodec = commandCodec(
  'UpdateEgress',
  { egressId: egressIdCodec },
  {
    name: titleCodec(64),
    ranges: rangesCodec,
    /** All of them; one at least. */
    routers: routersOf(routerWishCodec),
    nat: t.boolean,
    /** Left out while ranges change: those that stay keep their virtual ranges, new ones take theirs from the pool. */
    virtualRanges: virtualRangesWishCodec,
    returnRoute: returnRouteCodec,
    restricted: t.boolean,
    /** Left out while it becomes one of /0: no. */
    fallbackToWider: t.boolean,
  },
)

export const decideUpdateEgress = (command: UpdateEgress, state: ExistingMesh): Decision => {
  const { atEpochMs, egressId } = command
  const present = largeMapGet(state.egresses, egressId)
  const network = present === undefined ? undefined : largeMapGet(state.networks, present.networkId)
  if (present === undefined || network === undefined) return refuse({ code: 'egress-unknown', egressId })
  if (command.routers?.length === 0) return refuse({ code: 'egress-needs-router', name: command.name ?? present.name })
  const settled = settleEgress(state, network, egressId, wishOf(command, present))
  if (E.isLeft(settled)) return settled
  const content = settled.right
  if (egressContentEq.equals(present, content)) return alreadySo
  const problem = egressProblem(state, network, egressId, content, present)
  if (problem !== undefined) return refuse(problem)
  return E.right([{ type: 'EgressUpdated', atEpochMs, egressId, networkId: network.networkId, ...content }])
}

const wishOf = (command: UpdateEgress, present: Egress): EgressWish => {
  const ranges = command.ranges ?? present.ranges
  return {
    name: command.name ?? present.name,
    ranges,
    virtualRanges: command.virtualRanges === undefined ? presentVirtual(present) : command.virtualRanges,
    routers: command.routers?.map(settledRouter) ?? present.routers,
    nat: command.nat ?? present.nat,
    returnRoute: command.returnRoute ?? present.returnRoute,
    restricted: command.restricted ?? present.restricted,
    fallbackToWider: command.fallbackToWider ?? (isInternetEgress({ ranges }) ? false : present.fallbackToWider),
  }
}

const presentVirtual = ({ virtualRanges }: Egress): EgressWish['virtualRanges'] =>
  virtualRanges === null ? null : 'from-pool'
