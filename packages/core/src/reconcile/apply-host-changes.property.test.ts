import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { lawRuns } from '../../test/law-runs.js'
import {
  arbitraryDesiredHost,
  arbitraryObservedHost,
  samplePeerKeys,
  samplePublicKey,
} from '../testing/arbitraries/hosts.js'
import { type IpPrefix, ipPrefix, type WireguardPublicKey, wireguardKeyFromBytes } from '../values/index.js'
import { applyHostChanges } from './apply-host-changes.js'
import type { HostChange } from './host-change.js'
import { noNamesFound } from './host-names.js'
import type { ObservedHost, ObservedPeer } from './observed-host.js'
import { planChanges } from './plan-changes.js'
import { noPolicyRoutingFound } from './policy-routing.js'

const ownKey = samplePublicKey(0xa1)
const defaults = { name: 'mesh0', implementation: 'kernel' } as const
const apply = (host: ObservedHost, changes: readonly HostChange[]) => applyHostChanges(host, changes, defaults)

const ranges = ['10.66.0.2/32', '10.66.0.3/32', '10.66.0.0/24', '10.20.0.0/16', 'fd66::2/128'].map(ipPrefix)
const arbitraryPeerChange: fc.Arbitrary<HostChange> = fc.oneof(
  fc.record(
    {
      kind: fc.constant('set-peer' as const),
      publicKey: fc.constantFrom(...samplePeerKeys),
      allowedIps: fc.shuffledSubarray([...ranges]),
      keepaliveSeconds: fc.constantFrom(0, 25),
    },
    { requiredKeys: ['kind', 'publicKey'] },
  ),
  fc.record({ kind: fc.constant('remove-peer' as const), publicKey: fc.constantFrom(...samplePeerKeys) }),
  fc.constantFrom<HostChange>(
    { kind: 'remove-interface' },
    { kind: 'create-interface', publicKey: ownKey, listenPort: 51_821 },
  ),
)
/** What a planner would do, and what no planner would, in any order. */
const arbitraryChanges = fc
  .tuple(
    arbitraryObservedHost([ownKey]),
    arbitraryDesiredHost(ownKey),
    fc.array(arbitraryPeerChange, { maxLength: 12 }),
    fc.nat({ max: 30 }),
  )
  .map(([found, desired, others, at]) => {
    const plan = planChanges(found, desired)
    return { found, changes: [...plan.slice(0, at), ...others, ...plan.slice(at)] }
  })

describe('applying changes', () => {
  test('together is the same as one after the other', () => {
    fc.assert(
      fc.property(arbitraryChanges, ({ found, changes }) => {
        const oneByOne = changes.reduce((host, change) => apply(host, [change]), found)
        const together = apply(found, changes)
        expect(together).toEqual(oneByOne)
        expect([...together.peers.keys()]).toEqual([...oneByOne.peers.keys()])
      }),
      lawRuns(10),
    )
  })

  test('costs each prefix some reads, however many peers come and change hands', () => {
    const count = 500
    let reads = 0
    const counted = (prefixes: readonly IpPrefix[]): readonly IpPrefix[] =>
      new Proxy(prefixes, {
        get: (target, property, receiver) => {
          reads++
          return Reflect.get(target, property, receiver)
        },
      })
    const gateway = { ...freshPeer(keyOf(-1)), allowedIps: counted(numbers(count).map(rangeOf)) }
    const others = numbers(count).map((n) => ({ ...freshPeer(keyOf(n)), allowedIps: counted([rangeOf(count + n)]) }))
    const found: ObservedHost = {
      ...apply(bareHost, [{ kind: 'create-interface', publicKey: ownKey, listenPort: 51_821 }]),
      peers: new Map([gateway, ...others].map((peer) => [peer.publicKey, peer])),
    }
    // New peers take each of the gateway's prefixes, and each other's peer gives its own to the next.
    const after = apply(found, [
      ...numbers(count).map((n) => setPeer(keyOf(count + n), counted([rangeOf(n)]))),
      ...numbers(count).map((n) => setPeer(keyOf(n), counted([rangeOf(count + ((n + 1) % count))]))),
    ])
    expect(after.peers.get(keyOf(-1))?.allowedIps).toEqual([])
    expect(after.peers.get(keyOf(3))?.allowedIps).toEqual([rangeOf(count + 4)])
    expect(reads).toBeLessThan(50 * count)
  })
})

const bareHost: ObservedHost = {
  observedAtEpochMs: 0 as ObservedHost['observedAtEpochMs'],
  interface: undefined,
  peers: new Map(),
  routes: [],
  firewall: undefined,
  forwarding: new Map(),
  foreignFilters: new Map(),
  policyRouting: noPolicyRoutingFound,
  names: noNamesFound,
  underlayAddresses: [],
  underlayMtu: undefined,
}

const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, n) => n)
const rangeOf = (n: number): IpPrefix => ipPrefix(`10.66.${n >> 8}.${n & 255}/32`)
const setPeer = (publicKey: WireguardPublicKey, allowedIps: readonly IpPrefix[]): HostChange => ({
  kind: 'set-peer',
  publicKey,
  allowedIps,
})
const freshPeer = (publicKey: WireguardPublicKey): ObservedPeer => ({
  ...{ publicKey, endpoint: undefined, allowedIps: [], latestHandshakeAtEpochMs: undefined },
  ...{ receivedBytes: 0, sentBytes: 0, keepaliveSeconds: 0 },
})

function keyOf(n: number): WireguardPublicKey {
  const bytes = new Uint8Array(32).fill(7)
  new DataView(bytes.buffer).setInt32(0, n)
  const key = wireguardKeyFromBytes(bytes)
  if (key._tag === 'Left') throw new TypeError(key.left.reason)
  return key.right
}
