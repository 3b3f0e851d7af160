/** Fields of commands about egresses. */
import * as t from 'io-ts'
import { outlined, outlineOf } from '../../event-format/codec-outline.js'
import { rangesCodec, routerProps } from '../egress-codecs.js'
import type { EgressRouter } from '../mesh-state.js'
import { recordCodec } from './command-codec.js'
import type { VirtualRangesWish } from './virtual-ranges.js'

/** Of routers that nobody gave another one: in the middle, so that others go before or after. */
const defaultMetric = 256

const { nodeId, metric, interfaceName } = routerProps

/** A router; metric 256 and the interface chosen by route look-up, when left out. */
export const routerWishCodec = recordCodec('a router', { nodeId }, { metric, interfaceName })
type RouterWish = t.TypeOf<typeof routerWishCodec>

export const settledRouter = (router: RouterWish): EgressRouter => ({
  nodeId: router.nodeId,
  metric: router.metric ?? defaultMetric,
  interfaceName: router.interfaceName ?? null,
})

/** `null`: none. `from-pool`: ranges that have one keep it, others take the lowest free. Or one for each range, in their order. */
export const virtualRangesWishCodec: t.Type<VirtualRangesWish, unknown> = outlined(
  new t.Type<VirtualRangesWish, unknown>(
    `'from-pool', null, or ${rangesCodec.name}`,
    (u): u is VirtualRangesWish => u === null || u === 'from-pool' || rangesCodec.is(u),
    (u, context) => (u === null || u === 'from-pool' ? t.success(u) : rangesCodec.validate(u, context)),
    t.identity,
  ),
  () => ({
    kind: 'choice',
    options: [{ kind: 'constant', value: 'from-pool' }, { kind: 'constant', value: null }, outlineOf(rangesCodec)],
  }),
)
