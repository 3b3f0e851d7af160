/** How fragments and their changes are read from the wire. Strict: unknown fields are dropped, unknown kinds refused. */
import * as t from 'io-ts'
import type { Fragment, FragmentId, FragmentVersion, OwnPeers } from '../host-config/fragment.js'
import type { Change, Patch, PatchChange, Snapshot } from '../host-config/fragment-change.js'
import { parseFragmentId } from '../host-config/fragment-id.js'
import { interfaceNameCodec } from '../mesh/egress-codecs.js'
import {
  endpointCandidateCodec,
  hostCapabilityCodec,
  integerBetween,
  orNull,
  portCodec,
  shortText,
  tunnelSettingsCodec,
} from '../mesh/event-parts.js'
import type { PairId } from '../mesh/mesh-state.js'
import { trafficCodec } from '../mesh/policy-codecs.js'
import {
  clientIdCodec,
  egressIdCodec,
  hostIdCodec,
  hostNameCodec,
  type IpPrefix,
  identityPublicKeyCodec,
  ipAddressCodec,
  ipPrefixCodec,
  ipv4AddressCodec,
  ipv6AddressCodec,
  type NodeId,
  networkIdCodec,
  networkNameCodec,
  nodeIdCodec,
  type PolicyId,
  policyIdCodec,
  wireguardPublicKeyCodec,
} from '../values/index.js'

/** Bounds that no mesh comes near; they keep a decoder's work in proportion to what it is sent. */
const maxSequence = Number.MAX_SAFE_INTEGER
const maxKeyLength = 8192

export const asOfCodec = t.strict(
  { epoch: integerBetween(0, maxSequence), revision: integerBetween(-1, maxSequence) },
  'as of',
)

const text = <A extends string>(
  name: string,
  accepts: (value: string) => boolean,
  message: string,
): t.Type<A, unknown> => {
  const is = (u: unknown): u is A => typeof u === 'string' && accepts(u)
  return new t.Type<A, unknown>(name, is, (u, c) => (is(u) ? t.success(u) : t.failure(u, c, message)), t.identity)
}

export const fragmentIdCodec = text<FragmentId>(
  'FragmentId',
  (value) => value.length <= maxKeyLength && parseFragmentId(value) !== undefined,
  'must be a fragment id such as host:a1',
)

const versionPattern = /^[0-9a-f]{16}$/
export const fragmentVersionCodec = text<FragmentVersion>(
  'FragmentVersion',
  (value) => versionPattern.test(value),
  'must be 16 lower-case hex digits',
)

const routeCodec = t.strict({
  prefix: ipPrefixCodec,
  preferredSource: orNull(ipAddressCodec),
  metric: integerBetween(1, 65_535),
})

const asCodec = <A>(codec: unknown): t.Type<A, unknown> => codec as t.Type<A, unknown>

/** Names of sets and classes: as long as many tags make them. */
const keyCodec = shortText(maxKeyLength)
const nodeIdsCodec = t.readonlyArray(nodeIdCodec)
const prefixesCodec = t.readonlyArray(ipPrefixCodec)
const addressesCodec = t.readonlyArray(ipAddressCodec)
const pairIdCodec = text<PairId>(
  'PairId',
  (value) => value.length <= 129 && value.split('+').length === 2 && value.split('+').every((id) => nodeIdCodec.is(id)),
  "must be two node ids with '+' between them",
)

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
  }),
})

const selfCodec = t.strict({
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

const hostCodec = t.strict({
  kind: t.literal('host'),
  hostId: hostIdCodec,
  name: hostNameCodec,
  wireguardKey: wireguardPublicKeyCodec,
  identityKey: identityPublicKeyCodec,
  controlAddress4: ipv4AddressCodec,
  controlAddress6: ipv6AddressCodec,
  endpoints: t.readonlyArray(endpointCandidateCodec),
})

const nodeCodec = t.strict({
  kind: t.literal('node'),
  nodeId: nodeIdCodec,
  hostId: hostIdCodec,
  networkId: networkIdCodec,
  addresses: addressesCodec,
  via: orNull(asCodec<readonly NodeId[]>(nodeIdsCodec)),
  identityKey: orNull(identityPublicKeyCodec),
  isGateway: t.boolean,
})

const networkCodec = t.strict({
  kind: t.literal('network'),
  networkId: networkIdCodec,
  name: networkNameCodec,
  range4: orNull(ipPrefixCodec),
  range6: orNull(ipPrefixCodec),
  egressPrefixes: prefixesCodec,
  clientPrefixes: prefixesCodec,
  gatewayIds: nodeIdsCodec,
})

const membersCodec = t.strict({ kind: t.literal('members'), networkId: networkIdCodec, nodeIds: nodeIdsCodec })

/** Ids of nodes and of clients are texts of one kind. */
const memberIdCodec = nodeIdCodec
const entryCodec = t.strict({ memberId: memberIdCodec, prefixes: prefixesCodec })
const setCodec = t.strict({
  kind: t.literal('set'),
  networkId: networkIdCodec,
  key: keyCodec,
  entries: t.readonlyArray(entryCodec),
})

const nameEntryCodec = t.strict({
  memberId: memberIdCodec,
  name: hostNameCodec,
  address4: orNull(ipv4AddressCodec),
  address6: orNull(ipv6AddressCodec),
})
const namesCodec = t.strict({
  kind: t.literal('names'),
  networkId: networkIdCodec,
  suffix: shortText(300),
  entries: t.readonlyArray(nameEntryCodec),
})
const dnsCodec = t.strict({
  kind: t.literal('dns'),
  networkId: networkIdCodec,
  servers: addressesCodec,
  records: t.readonlyArray(t.strict({ name: shortText(300), addresses: addressesCodec })),
  resolvers: t.readonlyArray(
    t.strict({ name: shortText(300), servers: addressesCodec, matchDomains: t.readonlyArray(shortText(300)) }),
  ),
})

const endsCodec = t.strict({ sets: t.readonlyArray(keyCodec), prefixes: prefixesCodec })
const policyCodec = orNull(asCodec<PolicyId>(policyIdCodec))
const acceptRuleCodec = t.strict({
  policyId: policyCodec,
  from: endsCodec,
  within: orNull(keyCodec),
  to: orNull(asCodec<readonly IpPrefix[]>(prefixesCodec)),
  traffic: trafficCodec,
})
const acceptRulesCodec = t.readonlyArray(acceptRuleCodec)

const classCodec = t.strict({
  kind: t.literal('class'),
  networkId: networkIdCodec,
  classKey: keyCodec,
  peers: t.readonlyArray(keyCodec),
  ownPeers: orNull(asCodec<OwnPeers>(t.strict({ within: keyCodec, sets: t.readonlyArray(keyCodec) }))),
  rules: acceptRulesCodec,
  egressIds: t.readonlyArray(egressIdCodec),
})
const relayingCodec = t.strict({
  kind: t.literal('relaying'),
  networkId: networkIdCodec,
  pairs: t.readonlyArray(t.strict({ policyId: policyCodec, from: endsCodec, to: endsCodec, internet: t.boolean })),
})
const internetCodec = t.strict({ kind: t.literal('internet'), networkId: networkIdCodec, rules: acceptRulesCodec })
const clientsCodec = t.strict({
  kind: t.literal('clients'),
  networkId: networkIdCodec,
  gatewayId: nodeIdCodec,
  entries: t.readonlyArray(entryCodec),
})
const clientCodec = t.strict({
  kind: t.literal('client'),
  clientId: clientIdCodec,
  networkId: networkIdCodec,
  gatewayId: nodeIdCodec,
  name: hostNameCodec,
  publicKey: wireguardPublicKeyCodec,
  prefixes: prefixesCodec,
  sets: t.readonlyArray(keyCodec),
  rules: acceptRulesCodec,
})

const metricCodec = integerBetween(0, 65_535)
const egressCodec = t.strict({
  kind: t.literal('egress'),
  egressId: egressIdCodec,
  networkId: networkIdCodec,
  prefixes: prefixesCodec,
  ownPrefixes: prefixesCodec,
  routers: t.readonlyArray(t.strict({ nodeId: nodeIdCodec, metric: metricCodec })),
  kindOfPath: t.keyof({ leaving: null, routed: null }),
  fallbackToWider: t.boolean,
})
const routerCodec = t.strict({
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
const pairCodec = t.strict({
  kind: t.literal('pair'),
  pairId: pairIdCodec,
  networkId: networkIdCodec,
  nodeIds: t.tuple([nodeIdCodec, nodeIdCodec]),
  gatewayIds: nodeIdsCodec,
})

/** Finds the codec by a tag, so that a refusal speaks of one shape and not of all. */
const tagged = <A>(name: string, tag: string, codecs: ReadonlyMap<string, t.Type<A, unknown>>): t.Type<A, unknown> => {
  const find = (u: unknown): t.Type<A, unknown> | undefined => {
    const found = typeof u === 'object' && u !== null ? (u as Record<string, unknown>)[tag] : undefined
    // Never made a text of: an object with a `toString` of its own would throw, a deep list overflow the stack.
    return typeof found === 'string' ? codecs.get(found) : undefined
  }
  const known = [...codecs.keys()].join(', ')
  return new t.Type<A, unknown>(
    name,
    (u): u is A => find(u)?.is(u) ?? false,
    (u, c) => find(u)?.validate(u, c) ?? t.failure(u, c, `must be an object whose '${tag}' is one of: ${known}`),
    t.identity,
  )
}

/** Reads a fragment of any kind; whether its version is right is for `applyPatch` to see. */
export const fragmentCodec: t.Type<Fragment, unknown> = tagged<Fragment>(
  'Fragment',
  'kind',
  new Map<Fragment['kind'], t.Type<Fragment, unknown>>([
    ['self', asCodec(selfCodec)],
    ['host', asCodec(hostCodec)],
    ['node', asCodec(nodeCodec)],
    ['network', asCodec(networkCodec)],
    ['members', asCodec(membersCodec)],
    ['set', asCodec(setCodec)],
    ['names', asCodec(namesCodec)],
    ['dns', asCodec(dnsCodec)],
    ['class', asCodec(classCodec)],
    ['relaying', asCodec(relayingCodec)],
    ['internet', asCodec(internetCodec)],
    ['clients', asCodec(clientsCodec)],
    ['client', asCodec(clientCodec)],
    ['egress', asCodec(egressCodec)],
    ['router', asCodec(routerCodec)],
    ['pair', asCodec(pairCodec)],
  ]),
)

const setChange = <Op extends string, A>(op: Op, entry: t.Type<A, unknown>) =>
  t.strict({
    op: t.literal(op),
    from: fragmentVersionCodec,
    to: fragmentVersionCodec,
    add: t.readonlyArray(entry),
    remove: t.readonlyArray(memberIdCodec),
  })

const changeCodec: t.Type<Change, unknown> = tagged<Change>(
  'Change',
  'op',
  new Map<Change['op'], t.Type<Change, unknown>>([
    ['put', asCodec(t.strict({ op: t.literal('put'), to: fragmentVersionCodec, content: fragmentCodec }))],
    ['members', asCodec(setChange('members', asCodec<string>(nodeIdCodec)))],
    ['entries', asCodec(setChange('entries', asCodec<unknown>(entryCodec)))],
    ['names', asCodec(setChange('names', asCodec<unknown>(nameEntryCodec)))],
    ['forget', asCodec(t.strict({ op: t.literal('forget') }))],
  ]),
)

const patchChangeCodec: t.Type<PatchChange, unknown> = asCodec(
  t.strict({ fragment: fragmentIdCodec, change: changeCodec }),
)

/** Reads a patch. */
export const patchCodec: t.Type<Patch, unknown> = asCodec(
  t.strict({ asOf: asOfCodec, changes: t.readonlyArray(patchChangeCodec) }),
)

/** Reads a snapshot. */
export const snapshotCodec: t.Type<Snapshot, unknown> = asCodec(
  t.strict({ asOf: asOfCodec, fragments: t.readonlyArray(fragmentCodec) }),
)

/** Used by every message with a `type`. */
export const messageByType = <A>(name: string, codecs: ReadonlyMap<string, t.Type<A, unknown>>): t.Type<A, unknown> =>
  tagged(name, 'type', codecs)
