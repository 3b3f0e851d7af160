/** How fragments and their changes are read from the wire. Strict: unknown fields are dropped, unknown kinds refused. */
import * as t from 'io-ts'
import {
  type Fragment,
  type FragmentId,
  type FragmentVersion,
  type GatewayListFragment,
  parseFragmentId,
} from '../host-config/fragment.js'
import type { Change, Patch, PatchChange, Snapshot } from '../host-config/fragment-change.js'
import { endpointCandidateCodec, integerBetween, orNull, portCodec, shortText } from '../mesh/event-parts.js'
import {
  hostIdCodec,
  hostNameCodec,
  identityPublicKeyCodec,
  ipAddressCodec,
  ipPrefixCodec,
  ipv4AddressCodec,
  ipv6AddressCodec,
  networkIdCodec,
  nodeIdCodec,
  wireguardPublicKeyCodec,
} from '../values/index.js'

/** Bounds that no mesh comes near; they keep a decoder's work in proportion to what it is sent. */
const maxSequence = Number.MAX_SAFE_INTEGER

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
  (value) => value.length <= 100 && parseFragmentId(value) !== undefined,
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

const selfCodec = t.strict({
  kind: t.literal('self'),
  hostId: hostIdCodec,
  wireguardKey: wireguardPublicKeyCodec,
  listenPort: portCodec,
  mtuBytes: integerBetween(576, 9000),
  addresses: t.readonlyArray(ipAddressCodec),
  controlAddress4: ipv4AddressCodec,
  controlAddress6: ipv6AddressCodec,
  routes: t.readonlyArray(routeCodec),
  networks: t.readonlyArray(networkIdCodec),
  keepaliveSeconds: integerBetween(0, 65_535),
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
  addresses: t.readonlyArray(ipAddressCodec),
  list: shortText(64),
})

const hopCodec = text<GatewayListFragment['hops'][number]>(
  'hop',
  (value) => value === 'direct' || hostIdCodec.is(value),
  "must be 'direct' or a host id",
)
const gatewaysCodec = t.strict({ kind: t.literal('gateways'), listId: shortText(64), hops: t.readonlyArray(hopCodec) })

const membersCodec = t.strict({
  kind: t.literal('members'),
  networkId: networkIdCodec,
  nodeIds: t.readonlyArray(nodeIdCodec),
})

const nameEntryCodec = t.strict({
  nodeId: nodeIdCodec,
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

/** Finds the codec by a tag, so that a refusal speaks of one shape and not of all. */
const tagged = <A>(name: string, tag: string, codecs: ReadonlyMap<string, t.Type<A, unknown>>): t.Type<A, unknown> => {
  const find = (u: unknown): t.Type<A, unknown> | undefined =>
    typeof u === 'object' && u !== null ? codecs.get(String((u as Record<string, unknown>)[tag])) : undefined
  const known = [...codecs.keys()].join(', ')
  return new t.Type<A, unknown>(
    name,
    (u): u is A => find(u)?.is(u) ?? false,
    (u, c) => find(u)?.validate(u, c) ?? t.failure(u, c, `must be an object whose '${tag}' is one of: ${known}`),
    t.identity,
  )
}

const asCodec = <A>(codec: unknown): t.Type<A, unknown> => codec as t.Type<A, unknown>

export const fragmentCodec: t.Type<Fragment, unknown> = tagged<Fragment>(
  'Fragment',
  'kind',
  new Map<Fragment['kind'], t.Type<Fragment, unknown>>([
    ['self', asCodec(selfCodec)],
    ['host', asCodec(hostCodec)],
    ['node', asCodec(nodeCodec)],
    ['gateways', asCodec(gatewaysCodec)],
    ['members', asCodec(membersCodec)],
    ['names', asCodec(namesCodec)],
  ]),
)

const setChange = <Op extends string, A>(op: Op, entry: t.Type<A, unknown>) =>
  t.strict({
    op: t.literal(op),
    from: fragmentVersionCodec,
    to: fragmentVersionCodec,
    add: t.readonlyArray(entry),
    remove: t.readonlyArray(nodeIdCodec),
  })

const changeCodec: t.Type<Change, unknown> = tagged<Change>(
  'Change',
  'op',
  new Map<Change['op'], t.Type<Change, unknown>>([
    ['put', asCodec(t.strict({ op: t.literal('put'), to: fragmentVersionCodec, content: fragmentCodec }))],
    ['members', asCodec(setChange('members', asCodec<string>(nodeIdCodec)))],
    ['names', asCodec(setChange('names', asCodec<unknown>(nameEntryCodec)))],
    ['forget', asCodec(t.strict({ op: t.literal('forget') }))],
  ]),
)

const patchChangeCodec: t.Type<PatchChange, unknown> = asCodec(
  t.strict({ fragment: fragmentIdCodec, change: changeCodec }),
)
export const patchCodec: t.Type<Patch, unknown> = asCodec(
  t.strict({ asOf: asOfCodec, changes: t.readonlyArray(patchChangeCodec) }),
)
export const snapshotCodec: t.Type<Snapshot, unknown> = asCodec(
  t.strict({ asOf: asOfCodec, fragments: t.readonlyArray(fragmentCodec) }),
)

/** Used by every message with a `type`. */
export const messageByType = <A>(name: string, codecs: ReadonlyMap<string, t.Type<A, unknown>>): t.Type<A, unknown> =>
  tagged(name, 'type', codecs)
