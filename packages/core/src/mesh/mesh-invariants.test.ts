import { describe, expect, test } from 'vitest'
import {
  eventsOf,
  sampleCreateEnrollmentKey,
  sampleCreateMesh,
  sampleCreateNetwork,
  sampleEnrollHost,
  sampleTime,
} from '../testing/sample-mesh.js'
import { hashText } from '../values/content-hash.js'
import {
  createAddressPool,
  type EnrollmentKeyId,
  hostId,
  hostName,
  ipPrefix,
  networkId,
  nodeId,
  takeAddress,
} from '../values/index.js'
import { replay } from './evolve.js'
import { largeMapDelete, largeMapGet, largeMapSet } from './large-map.js'
import { produceState } from './large-map-drafts.js'
import { brokenInvariants } from './mesh-invariants.js'
import type { Host, MeshDraft, Network, Node } from './mesh-state.js'

const sound = replay(
  eventsOf(
    sampleCreateMesh(),
    sampleCreateNetwork(1),
    sampleCreateNetwork(2),
    sampleCreateEnrollmentKey({ maxUses: 5 }),
    sampleEnrollHost(1),
    sampleEnrollHost(2),
  ),
)

const namesOf = (breakIt: (draft: MeshDraft) => unknown): readonly string[] => {
  const broken = produceState(sound, (draft) => {
    breakIt(draft)
  })
  return [...new Set(brokenInvariants(broken).map(({ invariant }) => invariant))].sort()
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }
const net1 = (draft: MeshDraft) => largeMapGet(draft.networks, networkId('net-1')) as Mutable<Network>
const host1 = (draft: MeshDraft) => largeMapGet(draft.hosts, hostId('host-1')) as Mutable<Host>
const node1 = (draft: MeshDraft) => largeMapGet(draft.nodes, nodeId('node-1-1')) as Mutable<Node>
const host2 = sampleEnrollHost(2)

test('a sound state has no breach', () => {
  expect(brokenInvariants(sound)).toEqual([])
})

describe('a broken state is found out', () => {
  test.each<[string, (draft: MeshDraft) => unknown, string]>([
    ['a network over another', (d) => Object.assign(net1(d), { range4: ipPrefix('10.2.0.0/16') }), 'ranges-apart'],
    [
      'a network over a control range',
      (d) => Object.assign(net1(d), { range4: ipPrefix('198.19.0.0/24') }),
      'ranges-apart',
    ],
    ['two networks of one name', (d) => Object.assign(net1(d), { name: 'office-2' }), 'network-name-unique'],
    [
      'a name that leads elsewhere',
      (d) => largeMapDelete(d.indexes.networkIdsByName, net1(d).name),
      'networks-by-name',
    ],
    ['one address twice', (d) => Object.assign(node1(d), { address4: '10.1.0.2' }), 'address-unique of net-1'],
    ['an address outside', (d) => Object.assign(node1(d), { address4: '10.2.0.9' }), 'address4 node-1-1 of net-1'],
    [
      'a taken address that nobody has',
      (d) => takeAddress(net1(d).pool4 ?? createAddressPool(ipPrefix('10.0.0.0/8')), '10.1.0.77' as never),
      'pool4 of net-1',
    ],
    ['a holder that is none', (d) => largeMapDelete(net1(d).holders, '10.1.0.1' as never), 'holders of net-1'],
    ['one name twice', (d) => Object.assign(node1(d), { name: hostName('machine-2') }), 'name-unique of net-1'],
    ['a member that takes no part', (d) => Object.assign(node1(d), { connected: false }), 'members of net-1'],
    ['a hash of other members', (d) => Object.assign(net1(d), { membersHash: hashText('x') }), 'members-hash of net-1'],
    ['a hash of other names', (d) => Object.assign(net1(d), { namesHash: hashText('x') }), 'names-hash of net-1'],
    ['a network that never had its nodes', (d) => Object.assign(net1(d), { everUsed: false }), 'ever-used of net-1'],
    [
      'a host twice in a network',
      (d) => Object.assign(node1(d), { hostId: hostId('host-2') }),
      'one-node-per-host of net-1',
    ],
    ['a node without host', (d) => largeMapDelete(d.hosts, hostId('host-1')), 'node-has-host'],
    ['a node without network', (d) => largeMapDelete(d.networks, networkId('net-1')), 'node-has-network'],
    ['a host that forgot its node', (d) => Object.assign(host1(d), { nodeIds: [] }), 'node-ids-of-host'],
    [
      "somebody else's WireGuard key",
      (d) => Object.assign(host1(d), { wireguardKey: host2.wireguardKey }),
      'wireguard-key-unique',
    ],
    [
      "somebody else's identity key",
      (d) => Object.assign(host1(d), { identityKey: host2.identityKey }),
      'identity-key-unique',
    ],
    [
      "somebody else's control address",
      (d) => Object.assign(host1(d), { controlAddress6: host2.controlAddress6 }),
      'control-address-unique',
    ],
    ['a control address outside', (d) => Object.assign(host1(d), { controlAddress4: '10.9.9.9' }), 'control-range'],
    [
      'a control pool that forgot',
      (d) => Object.assign(d.indexes, { controlPool4: createAddressPool(ipPrefix('198.19.0.0/16')) }),
      'control-pool',
    ],
    [
      'a retired key',
      (d) => largeMapSet(d.indexes.retiredKeys, host2.wireguardKey as string, hostId('gone')),
      'retired-keys',
    ],
    [
      'a port twice behind one address',
      (d) => Object.assign(host1(d), { endpoints: host2.endpoints }),
      'listener-unique',
    ],
    [
      'a place that it is known not to be at',
      (d) => Object.assign(host1(d), { enrolledFrom: '203.0.113.9' }),
      'enrolled-from',
    ],
    ['a port that nobody listens on', (d) => Object.assign(host1(d), { listenPort: 9 }), 'listeners'],
    [
      'more uses than allowed',
      (d) => Object.assign(largeMapGet(d.enrollmentKeys, 'key-1' as EnrollmentKeyId) ?? {}, { uses: 6 }),
      'key-uses',
    ],
    [
      'a key that leads nowhere',
      (d) => Object.assign(largeMapGet(d.enrollmentKeys, 'key-1' as EnrollmentKeyId) ?? {}, { networkIds: [] }),
      'key-leads-somewhere',
    ],
    ["a key's name forgotten", (d) => d.indexes.enrollmentKeyIdsByName.clear(), 'keys-by-name'],
    ['expired at no time', (d) => Object.assign(node1(d), { expired: true }), 'expired-has-time'],
    ['away and not ephemeral', (d) => Object.assign(node1(d), { awaySinceEpochMs: sampleTime }), 'only-ephemeral-away'],
    ['under a wrong id', (d) => Object.assign(host1(d), { hostId: hostId('other') }), 'hosts'],
    ['a wrong size', (d) => Object.assign(d.nodes, { size: 7 }), 'nodes'],
  ])('%s', (_name, breakIt, invariant) => {
    expect(namesOf(breakIt)).toContain(invariant)
  })
})
