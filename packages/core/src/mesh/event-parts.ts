/** Pieces that several events and commands share, with their codecs. */
import * as t from 'io-ts'
import { outlined, outlineOf } from '../event-format/codec-outline.js'
import {
  type HostCapability,
  hostCapabilities,
  ipAddressCodec,
  ipPrefixCodec,
  LEAST_TUNNEL_MTU_BYTES,
  tagNameCodec,
  udpEndpointCodec,
} from '../values/index.js'
import { checkedBy, checkedByIs, itemsCheck, unchangedCheck } from '../values/unchanged-check.js'
import { type EndpointCandidate, maxEndpointCandidates } from './endpoint-candidate.js'
import type { HostSystem, NetworkSettings, TunnelSettings } from './mesh-state.js'

/** A codec of values that pass a check; `name` says to people what is wanted, as in "expected a port, got 0". */
export const checked = <A>(name: string, is: (u: unknown) => u is A): t.Type<A, unknown> =>
  checkedByIs(new t.Type(name, is, (u, context) => (is(u) ? t.success(u) : t.failure(u, context)), t.identity))

/** A text of at most `maxLength` UTF-16 units, without control characters: it ends up in terminals and pages. */
export const shortText = (maxLength: number): t.Type<string, unknown> =>
  checked(
    `a text of at most ${maxLength} characters, without control characters`,
    (u): u is string => typeof u === 'string' && u.length <= maxLength && !hasControlCharacter(u),
  )

/** A whole number within bounds, both included. */
export const integerBetween = (lowest: number, highest: number): t.Type<number, unknown> =>
  checked(
    `a whole number from ${lowest} to ${highest}`,
    (u): u is number => Number.isSafeInteger(u) && (u as number) >= lowest && (u as number) <= highest,
  )

/** A list of at most `maxLength` items; a longer one is refused before any item is looked at. */
export const shortList = <A>(item: t.Type<A, unknown>, maxLength: number): t.Type<readonly A[], unknown> => {
  const list = t.readonlyArray(item)
  const isTooLong = (u: unknown): boolean => Array.isArray(u) && u.length > maxLength
  const codec = new t.Type<readonly A[], unknown>(
    `a list of at most ${maxLength} items`,
    (u): u is readonly A[] => !isTooLong(u) && list.is(u),
    (u, context) => (isTooLong(u) ? t.failure(u, context) : list.validate(u, context)),
    t.identity,
  )
  const isListOfItems = itemsCheck(item)
  checkedBy(codec, (u) => !isTooLong(u) && isListOfItems(u))
  return outlined(codec, () => ({ kind: 'list', item: outlineOf(item), fewest: 0, most: maxLength }))
}

/** As `shortList`, with one item at least. */
export const filledList = <A>(item: t.Type<A, unknown>, maxLength: number): t.Type<readonly A[], unknown> => {
  const list = shortList(item, maxLength)
  const codec = new t.Type<readonly A[], unknown>(
    `${list.name}, at least one`,
    (u): u is readonly A[] => list.is(u) && u.length > 0,
    (u, context) => (Array.isArray(u) && u.length === 0 ? t.failure(u, context) : list.validate(u, context)),
    t.identity,
  )
  const isList = unchangedCheck(list)
  checkedBy(codec, (u) => isList(u) && (u as readonly A[]).length > 0)
  return outlined(codec, () => ({ kind: 'list', item: outlineOf(item), fewest: 1, most: maxLength }))
}

export const portCodec = integerBetween(1, 65_535)
/** As events have it. Less than IPv6 needs is in old logs only, and no host goes by it. */
export const mtuCodec = integerBetween(576, 9000)
/** As somebody may wish it. */
export const wantedMtuCodec = integerBetween(LEAST_TUNNEL_MTU_BYTES, 9000)

/** Seconds that an ephemeral node may be away: a year at most; what is to stay longer is not ephemeral. */
export const graceCodec = integerBetween(1, 31_536_000)
export const epochCodec = integerBetween(1, Number.MAX_SAFE_INTEGER)
export const maxUsesCodec = integerBetween(1, 1_000_000)

export const endpointCandidateCodec: t.Type<EndpointCandidate, unknown> = t.strict(
  {
    endpoint: udpEndpointCodec,
    origin: t.keyof({ local: null, observed: null, declared: null }),
  },
  'endpoint candidate',
)
export const endpointCandidatesCodec = shortList(endpointCandidateCodec, maxEndpointCandidates)

/** A host has a handful of prefixes; the bound keeps a confused one from filling the log. */
export const localPrefixesCodec = shortList(ipPrefixCodec, 64)

/** More than three servers the C library doesn't ask (resolv.conf(5)). */
export const maxHostResolvers = 3
export const hostResolversCodec = shortList(ipAddressCodec, maxHostResolvers)

export const hostSystemCodec: t.Type<HostSystem, unknown> = t.strict(
  {
    os: t.keyof({ linux: null, windows: null, macos: null, other: null }),
    osVersion: shortText(100),
    arch: shortText(30),
    agentVersion: shortText(50),
  },
  'host system',
)

/**
 * Capability names as a host reports them. Names that this version doesn't know are kept out by the codec's user, not refused:
 * a newer agent may know more than its server.
 */
export const hostCapabilityCodec: t.Type<HostCapability, unknown> = checked(
  `a host capability (${hostCapabilities.join(', ')})`,
  (u): u is HostCapability => hostCapabilities.includes(u as HostCapability),
)
export const hostCapabilitiesCodec = shortList(hostCapabilityCodec, 64)

export const orNull = <A>(codec: t.Type<A, unknown>): t.Type<A | null, unknown> => {
  const nullable = new t.Type<A | null, unknown>(
    `${codec.name} or null`,
    (u): u is A | null => u === null || codec.is(u),
    (u, c) => (u === null ? t.success(null) : codec.validate(u, c)),
    t.identity,
  )
  const check = unchangedCheck(codec)
  checkedBy(nullable, (u) => u === null || check(u))
  return outlined(nullable, () => ({ kind: 'choice', options: [outlineOf(codec), { kind: 'constant', value: null }] }))
}

/** The settings of a network, each with its codec. */
export const networkSettingsProps = {
  keepaliveSeconds: integerBetween(0, 1000),
  mtuBytes: mtuCodec,
  joinApproval: t.keyof({ automatic: null, required: null }),
  clientDns: shortList(ipAddressCodec, 8),
  privateUnderlay: t.boolean,
  gatewayBehindInternetGateway: t.keyof({ refuse: null, cascade: null }),
  virtualPool4: orNull(ipPrefixCodec),
  virtualPool6: orNull(ipPrefixCodec),
}
export const networkSettingsCodec: t.Type<NetworkSettings, unknown> = t.strict(networkSettingsProps, 'network settings')

/** How many tags a node or client may have, and an enrolment key give. */
export const maxTags = 50
export const tagsCodec = shortList(tagNameCodec, maxTags)

/** What a node wants of its tunnel, each with its codec. */
export const tunnelSettingsProps = {
  whenGatewayGone: t.keyof({ block: null, allow: null }),
  localNetwork: t.keyof({ outside: null, inside: null }),
  dns: t.keyof({ tunnel: null, keep: null }),
}
export const tunnelSettingsCodec: t.Type<TunnelSettings, unknown> = t.strict(tunnelSettingsProps, 'tunnel settings')

/** Controls, line separators, and marks that reorder text: none of them may reach a terminal or a log line. */
const unprintable: readonly (readonly [first: number, last: number])[] = [
  [0x7f, 0x9f],
  [0x200e, 0x200f],
  [0x2028, 0x202e],
  [0x2066, 0x2069],
]

const hasControlCharacter = (text: string): boolean => {
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i)
    if (unit < 0x20) return true
    if (unit > 0x7e && unprintable.some(([first, last]) => unit >= first && unit <= last)) return true
  }
  return false
}
