/** Fragments about ranges outside the mesh. */
import * as t from 'io-ts'
import { interfaceNameCodec } from '../../mesh/egress-codecs.js'
import { integerBetween, orNull } from '../../mesh/event-parts.js'
import { trafficCodec } from '../../mesh/policy-codecs.js'
import { egressIdCodec, type IpPrefix, networkIdCodec, nodeIdCodec } from '../../values/index.js'
import { acceptRulesCodec, asCodec, endsCodec, policyCodec, prefixesCodec } from './codec-parts.js'

const metricCodec = integerBetween(0, 65_535)
export const egressCodec = t.strict({
  kind: t.literal('egress'),
  egressId: egressIdCodec,
  networkId: networkIdCodec,
  prefixes: prefixesCodec,
  ownPrefixes: prefixesCodec,
  routers: t.readonlyArray(t.strict({ nodeId: nodeIdCodec, metric: metricCodec })),
  kindOfPath: t.keyof({ leaving: null, routed: null }),
  fallbackToWider: t.boolean,
})
export const routerCodec = t.strict({
  kind: t.literal('router'),
  egressId: egressIdCodec,
  networkId: networkIdCodec,
  ranges: prefixesCodec,
  virtualRanges: orNull(asCodec<readonly IpPrefix[]>(prefixesCodec)),
  nat: t.boolean,
  routers: t.readonlyArray(
    t.strict({ nodeId: nodeIdCodec, metric: metricCodec, interfaceName: orNull(interfaceNameCodec) }),
  ),
  rules: acceptRulesCodec,
  reaches: t.readonlyArray(
    t.strict({
      policyId: policyCodec,
      from: orNull(asCodec<readonly IpPrefix[]>(prefixesCodec)),
      to: endsCodec,
      internet: t.boolean,
      traffic: trafficCodec,
    }),
  ),
})
