/**
 * Random hosts, small on purpose: six keys, a dozen nested ranges and a few endpoints, so that two draws have much in
 * common and the interesting transitions (swaps, splits, roaming, withdrawn endpoints) come up often.
 */

import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { applyHostChanges } from '../../reconcile/apply-host-changes.js'
import type { DesiredFirewall, FirewallInput, FirewallRules, FirewallSetId } from '../../reconcile/desired-firewall.js'
import type { DesiredHost, DesiredPeer, HostRoute } from '../../reconcile/desired-host.js'
import type { ForeignFilter } from '../../reconcile/foreign-filter.js'
import type { DesiredNames, ObservedNames } from '../../reconcile/host-names.js'
import { everyDomain, noNamesFound } from '../../reconcile/host-names.js'
import type { ObservedHost } from '../../reconcile/observed-host.js'
import { planChanges } from '../../reconcile/plan-changes.js'
import {
  epochMs,
  type IpAddress,
  type IpPrefix,
  ipAddress,
  ipFamilyOf,
  ipPrefix,
  mergePrefixes,
  prefixFamily,
  type UdpEndpoint,
  udpEndpoint,
  type WireguardPublicKey,
  wireguardKeyFromBytes,
} from '../../values/index.js'
import { emptyHost, withHandshake, withLinkDown } from '../simulated-host.js'
import { arbitraryPolicyRouting } from './policy-routing.js'

/** A public key that nobody holds: 32 times the same byte, not 0. */
export function samplePublicKey(byte: number): WireguardPublicKey {
  const key = wireguardKeyFromBytes(new Uint8Array(32).fill(byte))
  if (E.isRight(key)) return key.right
  throw new TypeError(key.left.reason)
}

/** The keys that random peers have. */
export const samplePeerKeys: readonly WireguardPublicKey[] = [0x11, 0x22, 0x33, 0x44, 0x55, 0x66].map(samplePublicKey)

/** The moment at which random hosts are observed. */
export const sampleObservedAt = epochMs(1_750_000_000_000)

const addresses: readonly IpAddress[] = ['10.66.0.1', '10.67.0.1', 'fd66::1', 'fd67::1'].map(ipAddress)

const allowedRanges: readonly IpPrefix[] = [
  ...['10.66.0.2/32', '10.66.0.3/32', '10.66.0.0/24', '10.66.0.0/25', '10.67.0.2/32', '10.20.0.0/16', '10.20.0.0/24'],
  ...['0.0.0.0/0', 'fd66::2/128', 'fd66::/64', 'fd20::/48', '::/0'],
].map(ipPrefix)

const routedRanges = ['10.66.0.0/24', '10.67.0.0/24', '10.20.0.0/16', '10.20.0.0/24', 'fd66::/64', 'fd20::/48'].map(
  ipPrefix,
)

const endpoints: readonly UdpEndpoint[] = [
  ...['192.0.2.1:51821', '192.0.2.2:51821', '198.51.100.3:40000', '203.0.113.4:51821'],
  ...['[2001:db8::1]:51821', '[2001:db8::2]:51821'],
].map(udpEndpoint)

const firewallSets: readonly FirewallSetId[] = ['m1', 'm2', 'm3']

/** Two rule sets over three sets, so that often only members differ. */
const arbitraryFirewall: fc.Arbitrary<DesiredFirewall> = fc
  .record({
    withSecond: fc.boolean(),
    masquerade: fc.boolean(),
    members: fc.tuple(...firewallSets.map(() => fc.subarray([...allowedRanges]))),
  })
  .map(({ withSecond, masquerade, members }) => ({
    rules: sampleFirewallRules(withSecond, masquerade),
    sets: new Map(
      firewallSets.flatMap((id, at) => (id === 'm3' && !withSecond ? [] : [[id, mergePrefixes(members[at] ?? [])]])),
    ),
  }))

/** Rules about the sets `m1` (the mesh) and `m2`; with a second one about `m3`. */
export function sampleFirewallRules(withSecond: boolean, masquerade: boolean): FirewallRules {
  const input = (from: FirewallSetId): FirewallInput => ({
    policyId: null,
    to: 'm1',
    from: [from],
    within: null,
    traffic: [{ protocol: 'any' }],
  })
  const from = [ipPrefix('10.66.0.0/24')]
  return {
    filter: {
      mesh: 'm1',
      ranges: 'm1',
      own: [ipPrefix('10.66.0.1/32'), ipPrefix('fd66::1/128')],
      control: [ipPrefix('198.19.0.0/16')],
      input: withSecond ? [input('m2'), input('m3')] : [input('m2')],
      forward: [],
    },
    nat: masquerade ? [{ kind: 'masquerade', egressId: null, from, to: null, interfaceName: null }] : [],
  }
}

/** A host that may be wanted. All draws with the same `publicKey` differ in everything else. */
export function arbitraryDesiredHost(publicKey: WireguardPublicKey): fc.Arbitrary<DesiredHost> {
  return fc
    .record({
      listenPort: fc.constantFrom(51821, 51822),
      mtuBytes: fc.constantFrom(1280, 1420),
      addresses: fc.subarray([...addresses]),
      peers: arbitraryPeers,
      firewall: fc.option(arbitraryFirewall),
      wantsForwarding: fc.boolean(),
      names: arbitraryNames,
    })
    .map(({ wantsForwarding, ...host }) => ({ ...host, forwards: wantsForwarding && host.firewall !== null }))
    .chain((host) =>
      fc
        .record({ routes: arbitraryRoutes(host.addresses), policyRouting: arbitraryPolicyRouting(host.addresses) })
        .map((routing) => ({ ...host, ...routing, publicKey })),
    )
}

/**
 * A host as it may be found: on the way to something else, cut off there, disturbed since. `heldKeys` are the own keys it
 * may have, in turn.
 */
export function arbitraryObservedHost(heldKeys: readonly WireguardPublicKey[]): fc.Arbitrary<ObservedHost> {
  const past = fc.constantFrom(...heldKeys).chain(arbitraryDesiredHost)
  return fc
    .record({
      past,
      stepsDone: fc.nat({ max: 30 }),
      isLinkDown: fc.boolean(),
      handshakes: fc.array(arbitraryHandshake),
      foreignFilters: arbitraryForeignFilters,
      names: arbitraryForeignNames,
      areNamesSpoilt: fc.boolean(),
    })
    .map(({ past, stepsDone, isLinkDown, handshakes, foreignFilters, names, areNamesSpoilt }) => {
      const fresh = { ...emptyHost(sampleObservedAt), foreignFilters, names }
      const plan = planChanges(fresh, past).slice(0, stepsDone)
      const reached = applyHostChanges(fresh, plan, { name: 'mesh0', implementation: 'kernel' })
      const met = handshakes.reduce((host, { peer, ...handshake }) => withHandshake(host, peer, handshake), reached)
      const edited = areNamesSpoilt ? withNamesEdited(met) : met
      return isLinkDown ? withLinkDown(edited) : edited
    })
}

const arbitraryNames: fc.Arbitrary<DesiredNames> = fc.record({
  lines: fc.subarray([
    { address: ipAddress('10.66.0.2'), names: ['laptop.home.mesh', 'laptop'] },
    { address: ipAddress('fd66::2'), names: ['laptop.home.mesh', 'laptop'] },
    { address: ipAddress('10.66.0.3'), names: ['printer.home.mesh', 'printer'] },
    { address: ipAddress('10.20.0.7'), names: ['wiki.example'] },
  ]),
  resolvers: fc.subarray([
    { servers: [ipAddress('10.66.0.53')], domains: [everyDomain], isInMesh: true },
    { servers: [ipAddress('10.66.0.53')], domains: ['office.example'], isInMesh: true },
    {
      servers: [ipAddress('10.20.0.53'), ipAddress('10.20.0.54')],
      domains: ['a.example', 'b.example'],
      isInMesh: true,
    },
    { servers: [ipAddress('192.0.2.53')], domains: ['elsewhere.example'], isInMesh: false },
  ]),
})

/** What others have already, and what resolves names. */
const arbitraryForeignNames: fc.Arbitrary<ObservedNames> = fc
  .record({
    taken: fc.subarray(['laptop', 'printer', 'printer.home.mesh', 'router']),
    can: fc.constantFrom('each-domain' as const, 'one-list' as const, 'everything' as const, 'nothing' as const),
  })
  .map(({ taken, can }) => ({ ...noNamesFound, taken: new Set(taken), means: { program: 'a resolver', can } }))

/** A disturbance: somebody edits what was put there. Where nothing was, nothing is. */
const withNamesEdited = (host: ObservedHost): ObservedHost => {
  const { lines, resolvers } = host.names
  const edited = {
    lines: lines.length > 0 ? 'spoilt' : lines,
    resolvers: resolvers.length > 0 ? 'spoilt' : resolvers,
  } as const
  return { ...host, names: { ...host.names, ...edited } }
}

const arbitraryForeignFilters: fc.Arbitrary<ObservedHost['foreignFilters']> = fc
  .subarray<readonly [string, ForeignFilter]>([
    ['ip filter INPUT', { hook: 'input', passage: { state: 'closed' } }],
    ['ip filter FORWARD', { hook: 'forward', passage: { state: 'closed' } }],
    ['inet site in', { hook: 'input', passage: { state: 'open', listenPort: 4 } }],
    ['inet site fwd', { hook: 'forward', passage: { state: 'open', listenPort: null } }],
    ['inet firewalld filter_FORWARD', { hook: 'forward', passage: { state: 'locked', wayOut: 'ask its owner' } }],
  ])
  .map((filters) => new Map(filters))

const arbitraryHandshake = fc.record({
  peer: fc.constantFrom(...samplePeerKeys),
  endpoint: fc.constantFrom(...endpoints),
  atEpochMs: fc.constantFrom(sampleObservedAt - 1_000, sampleObservedAt - 600_000),
})

const arbitraryPeers: fc.Arbitrary<ReadonlyMap<WireguardPublicKey, DesiredPeer>> = fc
  .record({
    settings: fc.tuple(
      ...samplePeerKeys.map((publicKey) =>
        fc.record({
          publicKey: fc.constant(publicKey),
          isWanted: fc.boolean(),
          endpointCandidates: fc.shuffledSubarray([...endpoints], { maxLength: 3 }),
          keepaliveSeconds: fc.constantFrom(0, 0, 25),
        }),
      ),
    ),
    // Drawn by range and not by peer: WireGuard gives a range to one peer only.
    owners: fc.tuple(...allowedRanges.map(() => fc.constantFrom(undefined, ...samplePeerKeys))),
  })
  .map(({ settings, owners }) => {
    const wanted = settings.filter(({ isWanted }) => isWanted)
    return new Map(
      wanted.map(({ isWanted: _, ...peer }) => {
        const allowedIps = allowedRanges.filter((_, index) => owners[index] === peer.publicKey)
        return [peer.publicKey, { ...peer, allowedIps }]
      }),
    )
  })

function arbitraryRoutes(own: readonly IpAddress[]): fc.Arbitrary<readonly HostRoute[]> {
  const routes = routedRanges.map((prefix) => {
    const sources = own.filter((address) => ipFamilyOf(address) === prefixFamily(prefix))
    return fc.option(
      fc.record({
        prefix: fc.constant(prefix),
        preferredSource: fc.constantFrom(null, ...sources),
        metric: fc.constantFrom(50, 100),
      }),
    )
  })
  return fc.tuple(...routes).map((drawn) => drawn.filter((route) => route !== null))
}

/** The same random hosts for the same seed: for drivers of real hosts, where shrinking would take too long. */
export function sampleDesiredHosts(
  publicKey: WireguardPublicKey,
  options: { readonly seed: number; readonly count: number },
): readonly DesiredHost[] {
  return fc.sample(arbitraryDesiredHost(publicKey), { seed: options.seed, numRuns: options.count })
}
