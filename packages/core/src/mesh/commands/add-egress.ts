import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { fresh } from '../../event-format/codec-outline.js'
import { egressIdCodec } from '../../values/index.js'
import { egressIdentityProps, rangesCodec, returnRouteCodec, routersOf } from '../egress-codecs.js'
import { largeMapGet } from '../large-map.js'
import { egressContentEq } from '../mesh-equality.js'
import { commandCodec } from './command-codec.js'
import { titleCodec } from './command-parts.js'
import { alreadySo, type Decision, type ExistingMesh, refuse } from './decision.js'
import { routerWishCodec, settledRouter, virtualRangesWishCodec } from './egress-parts.js'
import { egressProblem, settleEgress } from './egress-rules.js'

/** Make ranges outside the mesh reachable through nodes of a network (E1). `[]` when it is there with the same content. */
export type AddEgress = t.TypeOf<typeof addEgressCodec>

export const addEgressCodec = commandCodec(
  'AddEgress',
  {
    ...egressIdentityProps,
    /** Fresh. */
    egressId: fresh(egressIdCodec),
    /** Unique in the network. */
    name: titleCodec(64),
    ranges: rangesCodec,
    /** One at least. */
    routers: routersOf(routerWishCodec),
  },
  {
    /** Whether routers masquerade; yes, when left out. */
    nat: t.boolean,
    /** None, when left out. */
    virtualRanges: virtualRangesWishCodec,
    /** Without NAT and with several routers: `external`, or it is refused. `none`, when left out. */
    returnRoute: returnRouteCodec,
    /** No, when left out. */
    restricted: t.boolean,
    /** Yes, when left out, but for one of /0, which has nothing wider. */
    fallbackToWider: t.boolean,
  },
)

export const decideAddEgress = (command: AddEgress, state: ExistingMesh): Decision => {
  const { atEpochMs, egressId, networkId, name, ranges } = command
  const network = largeMapGet(state.networks, networkId)
  if (network === undefined) return refuse({ code: 'network-unknown', networkId })
  if (command.routers.length === 0) return refuse({ code: 'egress-needs-router', name })
  const settled = settleEgress(state, network, egressId, {
    name,
    ranges,
    virtualRanges: command.virtualRanges ?? null,
    routers: command.routers.map(settledRouter),
    nat: command.nat ?? true,
    returnRoute: command.returnRoute ?? 'none',
    restricted: command.restricted ?? false,
    fallbackToWider: command.fallbackToWider,
  })
  if (E.isLeft(settled)) return settled
  const content = settled.right
  const present = largeMapGet(state.egresses, egressId)
  if (present?.networkId === networkId && egressContentEq.equals(present, content)) return alreadySo
  if (present !== undefined) return refuse({ code: 'egress-id-taken', egressId, name: present.name })
  const problem = egressProblem(state, network, egressId, content)
  if (problem !== undefined) return refuse(problem)
  return E.right([{ type: 'EgressAdded', atEpochMs, egressId, networkId, ...content }])
}
