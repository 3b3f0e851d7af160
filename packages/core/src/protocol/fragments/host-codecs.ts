/** Fragments about hosts and nodes: the own host, others, and who of them meets where. */
import * as t from 'io-ts'
import {
  endpointCandidateCodec,
  hostCapabilityCodec,
  integerBetween,
  orNull,
  portCodec,
  tunnelSettingsCodec,
} from '../../mesh/event-parts.js'
import {
  egressIdCodec,
  hostIdCodec,
  hostNameCodec,
  identityPublicKeyCodec,
  ipAddressCodec,
  ipPrefixCodec,
  ipv4AddressCodec,
  ipv6AddressCodec,
  type NodeId,
  networkIdCodec,
  nodeIdCodec,
  wireguardPublicKeyCodec,
} from '../../values/index.js'
import { addressesCodec, asCodec, keyCodec, nodeIdsCodec, pairIdCodec, prefixesCodec } from './codec-parts.js'

const routeCodec = t.strict({
  prefix: ipPrefixCodec,
  preferredSource: orNull(ipAddressCodec),
  metric: integerBetween(1, 65_535),
})

const membershipCodec = t.strict({
  networkId: networkIdCodec,
  nodeId: nodeIdCodec,
  addresses: addressesCodec,
  classKey: keyCodec,
  via: orNull(asCodec<readonly NodeId[]>(nodeIdsCodec)),
  isGateway: t.boolean,
  isIdleGateway: t.boolean,
  isInternetGateway: t.boolean,
  looksAt: t.readonlyArray(keyCodec),
  routerOf: t.readonlyArray(egressIdCodec),
  egressIds: t.readonlyArray(egressIdCodec),
  pairIds: t.readonlyArray(pairIdCodec),
  ownLan: t.keyof({ own: null, mesh: null }),
  tunnel: t.strict({
    gatewayIds: orNull(asCodec<readonly NodeId[]>(nodeIdsCodec)),
    mayUseDefaultEgress: t.boolean,
    settings: tunnelSettingsCodec,
    gatewayDns: t.readonlyArray(t.strict({ nodeId: nodeIdCodec, servers: addressesCodec })),
  }),
})

export const selfCodec = t.strict({
  kind: t.literal('self'),
  hostId: hostIdCodec,
  wireguardKey: wireguardPublicKeyCodec,
  listenPort: portCodec,
  mtuBytes: integerBetween(576, 9000),
  controlAddress4: ipv4AddressCodec,
  controlAddress6: ipv6AddressCodec,
  routes: t.readonlyArray(routeCodec),
  keepaliveSeconds: integerBetween(0, 65_535),
  os: t.keyof({ linux: null, windows: null, macos: null, other: null }),
  capabilities: t.readonlyArray(hostCapabilityCodec),
  localPrefixes: prefixesCodec,
  memberships: t.readonlyArray(membershipCodec),
})

export const hostCodec = t.strict({
  kind: t.literal('host'),
  hostId: hostIdCodec,
  name: hostNameCodec,
  wireguardKey: wireguardPublicKeyCodec,
  identityKey: identityPublicKeyCodec,
  controlAddress4: ipv4AddressCodec,
  controlAddress6: ipv6AddressCodec,
  endpoints: t.readonlyArray(endpointCandidateCodec),
})

export const nodeCodec = t.strict({
  kind: t.literal('node'),
  nodeId: nodeIdCodec,
  hostId: hostIdCodec,
  networkId: networkIdCodec,
  addresses: addressesCodec,
  via: orNull(asCodec<readonly NodeId[]>(nodeIdsCodec)),
  identityKey: orNull(identityPublicKeyCodec),
  isGateway: t.boolean,
})

export const pairCodec = t.strict({
  kind: t.literal('pair'),
  pairId: pairIdCodec,
  networkId: networkIdCodec,
  nodeIds: t.tuple([nodeIdCodec, nodeIdCodec]),
  gatewayIds: nodeIdsCodec,
})
