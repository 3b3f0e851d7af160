import { describe, expect, test } from 'vitest'
import {
  eventsOf,
  sampleCreateMesh,
  sampleCreateNetwork,
  sampleJoinNetwork,
  sampleRegisterHost,
  sampleTime,
} from '../testing/sample-mesh.js'
import {
  apiTokenId,
  clientId,
  deviceId,
  dnsRecordId,
  egressId,
  enrollmentKeyId,
  epochMs,
  groupId,
  hostId,
  hostName,
  ipAddress,
  ipPrefix,
  meshId,
  networkId,
  networkName,
  nodeId,
  policyId,
  policyTestId,
  resolverId,
  udpEndpoint,
  userId,
  wireguardPublicKey,
} from '../values/index.js'
import { describeMeshError } from './describe-mesh-error.js'
import { replay } from './evolve.js'
import type { MeshErrorCode, MeshErrorOf, RangeOwner } from './mesh-error.js'
import { pairIdOf } from './mesh-state.js'

const network = { networkId: networkId('net-1'), name: networkName('office') }
const host = { hostId: hostId('host-1'), name: hostName('laptop') }
const node = { nodeId: nodeId('node-1'), name: hostName('laptop') }
const range = ipPrefix('10.1.0.0/24')
const address = ipAddress('10.1.0.7')
const owner: RangeOwner = { kind: 'network', ...network, range }
const user = { userId: userId('user-1'), login: 'ada' }
const group = { groupId: groupId('group-1'), name: 'Engineers' }
const keyId = enrollmentKeyId('key-1')
const client = { clientId: clientId('client-1'), name: hostName('tablet') }
const record = { dnsRecordId: dnsRecordId('record-1'), name: 'printer.example.net' }
const resolver = { resolverId: resolverId('resolver-1'), name: 'Head office' }
const egress = { egressId: egressId('egress-1'), name: 'Office LAN' }
const policy = { policyId: policyId('policy-1'), name: 'Web' }
const key = wireguardPublicKey('AwEBAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=')
const policyTest = { policyTestId: policyTestId('test-1'), name: 'Reachable' }

/** One of each: a new code without a line here doesn't compile. */
const samples: { readonly [C in MeshErrorCode]: readonly Omit<MeshErrorOf<C>, 'code'>[] } = {
  'command-malformed': [{ problem: '$.listenPort: must be a whole number' }],
  'mesh-unknown': [{}],
  'mesh-exists': [{ meshId: meshId('m1'), name: 'Ours' }],
  'range-overlaps': [
    { range, owner },
    { range, owner: { kind: 'control', range: ipPrefix('10.0.0.0/8') } },
    { range, owner: { kind: 'client', ...client, range } },
    { range, owner: { kind: 'virtual', ...egress, range } },
    { range, owner: { kind: 'pool', ...network, range } },
    { range, owner: { kind: 'egress', ...egress, range } },
  ],
  'range-size': [{ range: ipPrefix('10.0.0.0/31'), shortestLength: 8, longestLength: 30 }],
  'range-not-usable': [
    { range: ipPrefix('127.0.0.0/8'), reason: 'loopback' },
    { range: ipPrefix('fe80::/64'), reason: 'link-local' },
  ],
  'range-wrong-family': [{ range, family: 6 }],
  'control-range-in-use': [{ hosts: 1 }, { hosts: 7 }],
  'network-unknown': [network],
  'network-id-taken': [network],
  'network-name-taken': [network],
  'network-needs-range': [network],
  'network-used': [
    { ...network, field: 'name' },
    { ...network, field: 'range6' },
  ],
  'network-has-nodes': [
    { ...network, nodes: 1 },
    { ...network, nodes: 3 },
  ],
  'network-full': [{ ...network, range }],
  'host-unknown': [host],
  'host-id-taken': [host],
  'host-registered': [host],
  'host-retired': [host],
  'host-keys-mismatch': [
    { ...host, knownKey: 'wireguardKey' },
    { ...host, knownKey: 'identityKey' },
  ],
  'host-cannot-isolate-networks': [{ name: host.name, networkNames: [network.name, networkName('lab')] }],
  'endpoint-refused': [
    { endpoint: udpEndpoint('127.0.0.1:51821'), reason: 'loopback', owner: null },
    { endpoint: udpEndpoint('10.1.0.9:51821'), reason: 'mesh-range', owner },
  ],
  'host-resolver-refused': [
    { address: ipAddress('127.0.0.53'), reason: 'loopback', owner: null },
    { address: ipAddress('10.1.0.9'), reason: 'mesh-range', owner },
  ],
  'listen-ports-exhausted': [{ addresses: [ipAddress('203.0.113.1')] }],
  'control-address-outside': [{ address: ipAddress('fd99::1'), range: ipPrefix('fd00::/48') }],
  'control-address-taken': [{ address: ipAddress('fd00::1'), ...host }],
  'control-range-full': [{ range: ipPrefix('198.19.0.0/16') }],
  'node-unknown': [node],
  'node-id-taken': [node],
  'node-ids-missing': [{ needed: 2, given: 1 }],
  'node-name-taken': [{ name: node.name, memberId: node.nodeId, networkName: network.name }],
  'host-in-network': [{ ...node, networkName: network.name }],
  'expiry-not-ahead': [{ expiresAtEpochMs: sampleTime, atEpochMs: epochMs(Number.MAX_SAFE_INTEGER) }],
  'node-not-due': [
    { ...node, expiresAtEpochMs: sampleTime },
    { ...node, expiresAtEpochMs: null },
  ],
  'node-not-ephemeral': [node],
  'node-not-away-long-enough': [
    { ...node, removableAtEpochMs: sampleTime },
    { ...node, removableAtEpochMs: null },
  ],
  'address-taken': [{ address, memberId: node.nodeId, name: node.name }],
  'address-not-usable': [
    { address, networkName: network.name, range, reason: 'reserved' },
    { address, networkName: network.name, range, reason: 'outside' },
    { address, networkName: network.name, range: null, reason: 'no-range' },
  ],
  'gateway-unknown': [node],
  'gateway-exists': [node],
  'gateway-node-inactive': [node],
  'gateway-needs-public-endpoint': [{ hostName: host.name, networkName: network.name }],
  'gateway-needs-forwarding': [{ hostName: host.name }],
  'gateway-node-relayed': [
    { ...node, mode: 'manual' },
    { ...node, mode: 'auto' },
  ],
  'gateway-not-relayed': [node],
  'gateway-behind-internet-gateway': [
    { hosts: [host.name], count: 1, networkNames: [network.name] },
    { hosts: [host.name], count: 12, networkNames: [network.name, networkName('plant')] },
  ],
  'gateway-has-dependents': [
    { ...node, nodes: 1, clients: 0 },
    { ...node, nodes: 0, clients: 7 },
  ],
  'gateway-elsewhere': [{ nodeId: node.nodeId, networkName: network.name }],
  'gateway-away': [node],
  'gateway-of-itself': [node],
  'gateway-named-twice': [node],
  'internet-gateway-needs-linux': [{ name: host.name, os: 'windows' }],
  'internet-gateway-needs-nat': [{ name: host.name }],
  'internet-gateway-unknown': [node],
  'internet-gateway-second': [
    { hosts: [host.name], count: 1 },
    { hosts: [host.name, hostName('tower')], count: 2 },
  ],
  'internet-gateway-chained': [
    { hosts: [host.name], count: 1, reason: 'is-internet-gateway' },
    { hosts: [host.name], count: 1, reason: 'routes-internet' },
    { hosts: [host.name], count: 1, reason: 'uses-internet-gateway' },
  ],
  'node-not-relayed': [node],
  'relay-not-automatic': [node],
  'relay-automatic': [node],
  'relay-chosen-by-node': [node],
  'relay-order-unfit': [node],
  'gateway-not-in-list': [{ gatewayId: node.nodeId }],
  'route-all-needs-internet-gateway': [node],
  'route-all-elsewhere': [{ ...node, networkName: network.name }],
  'route-all-by-gateway': [node],
  'full-tunnel-unsupported': [{ hostName: host.name }],
  'auto-relay-unknown': [{ pairId: pairIdOf(node.nodeId, nodeId('node-2')) }],
  'auto-relay-needs-two-nodes': [node],
  'auto-relay-across-networks': [{ nodeIds: [node.nodeId, nodeId('node-2')] }],
  'auto-relay-end-unfit': [
    { ...node, reason: 'never' },
    { ...node, reason: 'relayed' },
    { ...node, reason: 'gateway' },
    { ...node, reason: 'inactive' },
  ],
  'auto-relay-off': [node],

  'client-unknown': [client],
  'client-id-taken': [client],
  'client-name-taken': [{ name: client.name, networkName: network.name, memberId: node.nodeId }],
  'client-gateway-unknown': [{ gatewayId: node.nodeId }],
  'client-gateway-elsewhere': [{ gatewayId: node.nodeId, name: client.name, networkName: network.name }],
  'wireguard-key-taken': [
    { key, holder: { kind: 'host', id: 'host-1', name: host.name } },
    { key, holder: { kind: 'client', id: 'client-1', name: client.name } },
    { key, holder: { kind: 'removed-host', id: 'host-1' } },
  ],
  'client-needs-address': [client],
  'client-address-unusable': [
    { prefix: range, networkName: network.name, range, reason: 'reserved' },
    { prefix: range, networkName: network.name, range, reason: 'outside' },
    { prefix: range, networkName: network.name, range: null, reason: 'no-range' },
  ],
  'client-address-taken': [{ prefix: range, memberId: node.nodeId, name: node.name }],
  'client-prefixes-overlap': [{ prefix: range, other: ipPrefix('10.1.0.7/32') }],
  'client-script-unfit': [
    { field: 'postUp', line: 1, reason: 'blank' },
    { field: 'postDown', line: 2, reason: 'control-character' },
    { field: 'postUp', line: 3, reason: 'hash' },
  ],
  'client-script-too-long': [{ field: 'postUp', characters: 1025, limit: 1024 }],
  'client-is-device': [client],
  'device-connected': [
    { userId: user.userId, deviceId: deviceId('phone'), gatewayId: node.nodeId, memberId: client.clientId },
  ],
  'client-disabled': [client],
  'client-gateway-no-endpoint': [{ gatewayId: node.nodeId, name: node.name }],
  'client-key-not-held': [client],
  'client-private-key-malformed': [client],
  'dns-record-unknown': [record],
  'dns-record-id-taken': [record],
  'dns-name-taken': [record],
  'dns-name-of-member': [{ name: 'laptop.office.mesh.internal', memberId: node.nodeId }],
  'name-of-dns-record': [{ ...record, name: node.name, networkName: network.name }],
  'domain-gives-taken-name': [{ ...record, domain: 'example.net', memberId: node.nodeId }],
  'resolver-unknown': [resolver],
  'resolver-id-taken': [resolver],
  'resolver-name-taken': [{ ...resolver, networkName: network.name }],
  'resolver-domain-taken': [{ ...resolver, domain: 'corp.example' }],
  'egress-unknown': [egress],
  'egress-id-taken': [egress],
  'egress-name-taken': [{ ...egress, networkName: network.name }],
  'egress-needs-router': [egress],
  'egress-router-elsewhere': [{ ...node, networkName: network.name, home: 'lab' }],
  'egress-router-twice': [node],
  'egress-router-unable': [
    { ...host, capability: 'forward' },
    { ...host, capability: 'nat' },
    { ...host, capability: 'prefix-map' },
  ],
  'nat66-unsupported': [
    { ...host, ranges: [ipPrefix('fd00::/64')] },
    { ...host, ranges: new Array(7).fill(ipPrefix('fd00::/64')) },
  ],
  'egress-needs-return-route': [{ ...egress, routers: 2 }],
  'egress-range-inside': [{ range, owner }],
  'egress-range-taken': [{ range, ...egress }],
  'virtual-range-around-real': [{ range, virtualRange: range }],
  'virtual-ranges-mismatch': [{ ranges: [range] }],
  'virtual-ranges-overlap': [{ ranges: [range, ipPrefix('10.1.0.0/25')] }],
  'virtual-pool-missing': [{ range, family: 4, networkName: network.name }],
  'virtual-pool-full': [{ range, pool: ipPrefix('100.64.0.0/28'), networkName: network.name }],
  'internet-egress-unfit': [
    { ...egress, reason: 'other-ranges' },
    { ...egress, reason: 'virtual-ranges' },
    { ...egress, reason: 'fallback' },
    { ...egress, reason: 'halves' },
  ],
  'internet-egress-needs-linux': [{ ...host, os: 'windows' }],
  'internet-egress-chained': [host],
  'internet-egresses-two': [
    { networkName: network.name, hosts: [host.name], count: 1 },
    { networkName: network.name, hosts: [host.name], count: 3 },
  ],
  'policy-unknown': [policy],
  'policy-id-taken': [policy],
  'policy-name-taken': [{ ...policy, networkName: network.name }],
  'policy-ports-too-many': [{ ranges: 300, limit: 256 }],
  'selected-unknown': [
    { kind: 'user', id: 'user-1' },
    { kind: 'egress', id: 'egress-1' },
  ],
  'selected-elsewhere': [{ kind: 'node', id: 'node-1', networkName: network.name, home: 'lab' }],
  'policy-test-unknown': [policyTest],
  'policy-test-id-taken': [policyTest],
  'policy-test-name-taken': [{ ...policyTest, networkName: network.name }],
  'policy-test-port': [{ protocol: 'icmp' }, { protocol: 'tcp' }],
  'policy-test-address': [{ address, networkName: network.name }],
  'policy-test-fails': [
    { name: 'Reachable', expect: 'allow' },
    { name: 'Reachable', expect: 'deny' },
  ],
  'policy-test-broken': [{ tests: [policyTest] }, { tests: new Array(7).fill(policyTest) }],
  'enrollment-key-invalid': [{}],
  'enrollment-key-revoked': [{ keyId }],
  'enrollment-key-used-up': [
    { keyId, maxUses: 1 },
    { keyId, maxUses: 5 },
  ],
  'enrollment-key-expired': [{ keyId, expiresAtEpochMs: sampleTime }],
  'enrollment-key-suspended': [{ keyId }],
  'enrollment-key-gateway-unfit': [{ nodeId: node.nodeId, name: 'Laptops' }],
  'enrollment-key-unknown': [{ keyId }],
  'enrollment-key-id-taken': [{ keyId, name: 'Laptops' }],
  'enrollment-key-name-taken': [{ keyId, name: 'Laptops' }],
  'enrollment-key-needs-network': [{ name: 'Laptops' }],
  'member-unknown': [{ memberId: node.nodeId }],
  'too-many-tags': [{ memberId: node.nodeId, name: node.name, limit: 50 }],
  'actor-not-allowed': [
    { byUserId: user.userId, action: 'manage-users' },
    { byUserId: user.userId, action: 'read' },
  ],
  'role-above-own': [{ role: 'owner', ownRole: 'admin' }],
  'user-above-own': [{ ...user, role: 'owner', ownRole: 'admin' }],
  'last-owner': [user],
  'user-unknown': [user],
  'user-id-taken': [user],
  'login-taken': [user],
  'identity-taken': [{ ...user, issuer: 'https://id.example.com', subject: '1' }],
  'role-has-all-networks': [{ role: 'auditor' }],
  'group-unknown': [group],
  'group-id-taken': [group],
  'group-name-taken': [group],
  'group-change-contradicts': [user],
  'api-token-unknown': [{ apiTokenId: apiTokenId('token-1') }],
  'api-token-id-taken': [{ apiTokenId: apiTokenId('token-1'), name: 'Backup' }],
  'api-token-secret-taken': [{}],
  'host-is-device': [host],
}

const sentences = Object.entries(samples).flatMap(([code, facts]) =>
  facts.map((fact) => [code, describeMeshError({ ...fact, code } as never)] as const),
)

/** What one does about it; every refusal names something. */
const wayOut =
  /\b(choose|give|create|update|remove|list|keep|leave|make|ask|check|take|decode|set|revoke|use|name|wait|restore|say|assign|unassign|approve|switch|allow|put|repair)\b/i

describe('a refusal', () => {
  test.each(sentences)('%s: %s', (_code, sentence) => {
    expect(sentence).toMatch(/^[\s\S]{20,400}\.$/)
    expect(sentence).not.toMatch(/undefined|null|NaN|\[object|\n/)
    // The first sentence says what is wrong, the rest what to do about it.
    expect(sentence.slice(sentence.indexOf('. ') + 1)).toMatch(wayOut)
  })

  test('says its facts', () => {
    expect(describeMeshError({ code: 'address-taken', address, memberId: node.nodeId, name: node.name })).toBe(
      '10.1.0.7 is the address of "laptop". Choose another, or give none for the lowest free one.',
    )
    expect(describeMeshError({ code: 'range-overlaps', range, owner })).toBe(
      '10.1.0.0/24 overlaps 10.1.0.0/24 of network "office". Choose a range that shares no address with it.',
    )
    expect(describeMeshError({ code: 'network-has-nodes', ...network, nodes: 1 })).toBe(
      'Network "office" has 1 node. Remove it first, or say that it shall be removed too.',
    )
  })

  test('names whom it is about, as far as the state knows them', () => {
    const state = replay(eventsOf(sampleCreateMesh(), sampleCreateNetwork(), sampleRegisterHost(), sampleJoinNetwork()))
    const error = { code: 'gateway-unknown', nodeId: nodeId('node-1-1') } as const
    expect(describeMeshError(error)).toBe('Node node-1-1 is no gateway. Make it one first, or choose one that is.')
    expect(describeMeshError(error, state)).toMatch(/^Node "[a-z0-9-]+" of network "[a-z0-9-]+" is no gateway\. /)
  })

  test('of a taken name says no id: the name is what was asked for', () => {
    const ofNames = sentences.filter(([code]) => /name-taken$|^login-taken$/.test(code))
    expect(ofNames.length).toBeGreaterThan(8)
    for (const [, sentence] of ofNames) expect(sentence).not.toMatch(/[a-z]-1\b/)
  })

  test('gives nothing away about keys', () => {
    expect(describeMeshError({ code: 'enrollment-key-invalid' })).not.toContain('key-1')
  })
})
