/** How egresses are written in events and commands. */
import * as t from 'io-ts'
import { egressIdCodec, ipPrefixCodec, networkIdCodec, nodeIdCodec } from '../values/index.js'
import { checked, filledList, integerBetween, orNull, shortList } from './event-parts.js'
import type { EgressRouter } from './mesh-state.js'

const maxRanges = 200
const maxRouters = 32

/** What Linux takes as the name of an interface, and no character that tools read as something else. */
const interfacePattern = /^(?!\.{1,2}$)[A-Za-z0-9._@+=~%#^,-]{1,15}$/

export const interfaceNameCodec = checked(
  'the name of a network interface: at most 15 characters, no blanks, no slash',
  (u): u is string => typeof u === 'string' && interfacePattern.test(u),
)

/** Fields of a router, each with its codec. */
export const routerProps = {
  nodeId: nodeIdCodec,
  metric: integerBetween(0, 65_535),
  interfaceName: orNull(interfaceNameCodec),
}

const routerCodec: t.Type<EgressRouter, unknown> = t.strict(routerProps, 'a router')

/** No more of them than an egress may have. */
export const routersOf = <A>(router: t.Type<A, unknown>): t.Type<readonly A[], unknown> => shortList(router, maxRouters)

export const rangesCodec = filledList(ipPrefixCodec, maxRanges)
export const returnRouteCodec = t.keyof({ none: null, external: null })

/** What tells one egress from another, besides its name. */
export const egressIdentityProps = { egressId: egressIdCodec, networkId: networkIdCodec }

/** What events say of an egress, besides its name. */
export const egressContentProps = {
  ranges: rangesCodec,
  virtualRanges: orNull(rangesCodec),
  routers: routersOf(routerCodec),
  nat: t.boolean,
  returnRoute: returnRouteCodec,
  restricted: t.boolean,
  fallbackToWider: t.boolean,
}
