/** How policies and their tests are written in events and commands. */
import * as t from 'io-ts'
import { outlined, outlineOf } from '../event-format/codec-outline.js'
import {
  clientIdCodec,
  egressIdCodec,
  groupIdCodec,
  ipAddressCodec,
  ipPrefixCodec,
  networkIdCodec,
  nodeIdCodec,
  policyIdCodec,
  policyTestIdCodec,
  tagNameCodec,
  userIdCodec,
} from '../values/index.js'
import { checked, filledList, orNull, portCodec, shortList } from './event-parts.js'
import { kindCodec } from './kind-codec.js'
import type { DestinationSelector, PortRange, Selector, TestEnd, Traffic } from './mesh-state.js'

const sourceKinds = {
  everyone: {},
  user: { userId: userIdCodec },
  group: { groupId: groupIdCodec },
  tag: { tag: tagNameCodec },
  node: { nodeId: nodeIdCodec },
  client: { clientId: clientIdCodec },
  prefix: { prefix: ipPrefixCodec },
  egress: { egressId: egressIdCodec },
  'gateway-clients': { gatewayId: nodeIdCodec },
}

const portRangeFields = t.strict({ first: portCodec, last: portCodec })

const portRangeCodec = outlined(
  checked(
    'a range of ports, first and last',
    (u): u is PortRange => portRangeFields.is(u) && u.first <= u.last && Object.keys(u).length === 2,
  ),
  () => outlineOf(portRangeFields),
)

/** Of one protocol in one policy. */
export const maxPortRanges = 256

const portsCodec = shortList(portRangeCodec, maxPortRanges)

const trafficEntryCodec = kindCodec<Traffic, 'protocol'>('traffic', 'protocol', {
  any: {},
  icmp: {},
  tcp: { ports: portsCodec },
  udp: { ports: portsCodec },
})

/** At most 200 a side, at most 64 kinds of traffic: what people can survey, and a log hold. */
export const sourcesCodec = filledList(kindCodec<Selector, 'kind'>('a source', 'kind', sourceKinds), 200)
export const destinationsCodec = filledList(
  kindCodec<DestinationSelector, 'kind'>('a destination', 'kind', { ...sourceKinds, 'own-devices': {}, internet: {} }),
  200,
)
export const trafficCodec = filledList(trafficEntryCodec, 64)
export const directionCodec = t.keyof({ 'one-way': null, both: null })

/** What tells one policy from another, besides its name. */
export const policyIdentityProps = { policyId: policyIdCodec, networkId: networkIdCodec }

const testEndCodec = kindCodec<TestEnd, 'kind'>('an end of a policy test', 'kind', {
  node: { nodeId: nodeIdCodec },
  client: { clientId: clientIdCodec },
  address: { address: ipAddressCodec },
})

/** What a test says, besides its name. */
export const policyTestProps = {
  policyTestId: policyTestIdCodec,
  networkId: networkIdCodec,
  from: testEndCodec,
  to: testEndCodec,
  protocol: t.keyof({ tcp: null, udp: null, icmp: null }),
  /** `null` for `icmp` only. */
  port: orNull(portCodec),
  expect: t.keyof({ allow: null, deny: null }),
}
