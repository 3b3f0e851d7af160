/**
 * A small mesh to write examples with: every command complete, with harmless values, and whatever an example is about given as
 * changes. Numbers tell hosts apart: host 3 has keys, control address and endpoint of its own.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { AddClient } from '../mesh/commands/add-client.js'
import type { AddDnsRecord } from '../mesh/commands/add-dns-record.js'
import type { AddEgress } from '../mesh/commands/add-egress.js'
import type { AddGroup } from '../mesh/commands/add-group.js'
import type { AddPolicy } from '../mesh/commands/add-policy.js'
import type { AddResolver } from '../mesh/commands/add-resolver.js'
import type { AddUser } from '../mesh/commands/add-user.js'
import type { CreateEnrollmentKey } from '../mesh/commands/create-enrollment-key.js'
import type { CreateMesh } from '../mesh/commands/create-mesh.js'
import type { CreateNetwork } from '../mesh/commands/create-network.js'
import type { EnrollHost } from '../mesh/commands/enroll-host.js'
import type { JoinNetwork } from '../mesh/commands/join-network.js'
import type { RegisterHost } from '../mesh/commands/register-host.js'
import { decide } from '../mesh/decide.js'
import { describeMeshError } from '../mesh/describe-mesh-error.js'
import { evolveAll } from '../mesh/evolve.js'
import type { MeshCommand } from '../mesh/mesh-command.js'
import type { MeshEvent } from '../mesh/mesh-event.js'
import { defaultNetworkSettings, emptyMeshState, type NetworkSettings } from '../mesh/mesh-state.js'
import { encodeBase64 } from '../values/base64.js'
import {
  clientId,
  dnsRecordId,
  egressId,
  enrollmentKeyId,
  epochMs,
  groupId,
  hostId,
  hostName,
  type Ipv6Address,
  identityPublicKey,
  ipAddress,
  ipPrefix,
  meshId,
  networkId,
  networkName,
  nodeId,
  policyId,
  resolverId,
  udpEndpoint,
  userId,
  type WireguardPublicKey,
  wireguardPublicKey,
} from '../values/index.js'

/** When everything in the samples happens. */
export const sampleTime = epochMs(1_700_000_000_000)

/** The mesh is `mesh-1`, with control addresses in 198.19.0.0/16 and fd6d:6573:6801::/48. */
export const sampleCreateMesh = (changes: Partial<CreateMesh> = {}): CreateMesh => ({
  type: 'CreateMesh',
  atEpochMs: sampleTime,
  meshId: meshId('mesh-1'),
  name: 'Sample mesh',
  domain: 'mesh.internal',
  controlRange4: ipPrefix('198.19.0.0/16'),
  controlRange6: ipPrefix('fd6d:6573:6801::/48'),
  ephemeralGraceSeconds: 600,
  ...changes,
})

/** The command with every setting. */
export type SampleCreateNetwork = CreateNetwork & { readonly settings: NetworkSettings }

/** Network 1 is `net-1`, `office-1`, 10.1.0.0/24 and fd01::/64. */
export const sampleCreateNetwork = (number = 1, changes: Partial<SampleCreateNetwork> = {}): SampleCreateNetwork => ({
  type: 'CreateNetwork',
  atEpochMs: sampleTime,
  networkId: networkId(`net-${number}`),
  name: networkName(`office-${number}`),
  range4: ipPrefix(`10.${number}.0.0/24`),
  range6: ipPrefix(`fd01:0:0:${number.toString(16)}::/64`),
  settings: { ...defaultNetworkSettings, keepaliveSeconds: 25 },
  ...changes,
})

/** Host 1 is `host-1`, reached at 203.0.113.1:51821. It can't keep networks apart. */
export const sampleRegisterHost = (number = 1, changes: Partial<RegisterHost> = {}): RegisterHost => ({
  type: 'RegisterHost',
  atEpochMs: sampleTime,
  hostId: hostId(`host-${number}`),
  ...sampleHostFacts(number),
  ...changes,
})

/** Node `node-1-1` is host 1 in network 1, with whichever addresses are free. */
export const sampleJoinNetwork = (network = 1, host = 1, changes: Partial<JoinNetwork> = {}): JoinNetwork => ({
  type: 'JoinNetwork',
  atEpochMs: sampleTime,
  networkId: networkId(`net-${network}`),
  hostId: hostId(`host-${host}`),
  nodeId: nodeId(`node-${network}-${host}`),
  name: null,
  address4: null,
  address6: null,
  ephemeral: false,
  expiresAtEpochMs: null,
  ...changes,
})

/** Leads to network 1, any number of times, for ever. */
export const sampleCreateEnrollmentKey = (
  changes: Partial<CreateEnrollmentKey> = {},
): Required<CreateEnrollmentKey> => ({
  type: 'CreateEnrollmentKey',
  atEpochMs: sampleTime,
  keyId: enrollmentKeyId('key-1'),
  name: 'Laptops',
  secretHash: 'a'.repeat(64),
  networkIds: [networkId('net-1')],
  maxUses: null,
  expiresAtEpochMs: null,
  preApproved: false,
  ephemeral: false,
  gateway: null,
  tags: [],
  ...changes,
})

/** With the key of {@link sampleCreateEnrollmentKey}. */
export const sampleEnrollHost = (number = 1, changes: Partial<EnrollHost> = {}): EnrollHost => ({
  type: 'EnrollHost',
  atEpochMs: sampleTime,
  keyId: enrollmentKeyId('key-1'),
  secretHash: 'a'.repeat(64),
  hostId: hostId(`host-${number}`),
  freshNodeIds: [nodeId(`node-1-${number}`), nodeId(`node-2-${number}`)],
  ...sampleHostFacts(number),
  ...changes,
})

/** Client 1 is `client-1`, `device-1`, at the gateway of host 1 in network 1, with a key of its own. */
export const sampleAddClient = (number = 1, changes: Partial<AddClient> = {}): AddClient => ({
  type: 'AddClient',
  atEpochMs: sampleTime,
  clientId: clientId(`client-${number}`),
  gatewayId: nodeId('node-1-1'),
  name: hostName(`device-${number}`),
  publicKey: sampleClientKey(number),
  ...changes,
})

/** The public key of client `number`: nobody holds the private key. */
export const sampleClientKey = (number: number): WireguardPublicKey => wireguardPublicKey(sampleKeyText(number, 3))

/** User 1 is `user-1`, who signs in as `login-1` by password; nobody in particular asks for it. */
export const sampleAddUser = (number = 1, changes: Partial<AddUser> = {}): AddUser => ({
  type: 'AddUser',
  atEpochMs: sampleTime,
  userId: userId(`user-${number}`),
  login: `login-${number}`,
  displayName: `User ${number}`,
  role: 'user',
  signIn: { kind: 'password' },
  byUserId: null,
  ...changes,
})

/** Group 1 is `group-1`, "Group 1". */
export const sampleAddGroup = (number = 1, changes: Partial<AddGroup> = {}): AddGroup => ({
  type: 'AddGroup',
  atEpochMs: sampleTime,
  groupId: groupId(`group-${number}`),
  name: `Group ${number}`,
  byUserId: null,
  ...changes,
})

/** Policy 1 is `policy-1`, "Policy 1", and lets everyone in network 1 do anything. */
export const sampleAddPolicy = (number = 1, changes: Partial<AddPolicy> = {}): AddPolicy => ({
  type: 'AddPolicy',
  atEpochMs: sampleTime,
  policyId: policyId(`policy-${number}`),
  networkId: networkId('net-1'),
  name: `Policy ${number}`,
  sources: [{ kind: 'everyone' }],
  destinations: [{ kind: 'everyone' }],
  traffic: [{ protocol: 'any' }],
  ...changes,
})

/** Egress 1 is `egress-1`, "Site 1", which host 1's node of network 1 routes to 192.168.1.0/24 and fd0a:0:0:1::/64, with NAT. */
export const sampleAddEgress = (number = 1, changes: Partial<AddEgress> = {}): AddEgress => ({
  type: 'AddEgress',
  atEpochMs: sampleTime,
  egressId: egressId(`egress-${number}`),
  networkId: networkId('net-1'),
  name: `Site ${number}`,
  ranges: [ipPrefix(`192.168.${number}.0/24`), ipPrefix(`fd0a:0:0:${number.toString(16)}::/64`)],
  routers: [{ nodeId: nodeId('node-1-1') }],
  ...changes,
})

/** Record 1 is `record-1`, printer-1.example.net of network 1. */
export const sampleAddDnsRecord = (number = 1, changes: Partial<AddDnsRecord> = {}): AddDnsRecord => ({
  type: 'AddDnsRecord',
  atEpochMs: sampleTime,
  dnsRecordId: dnsRecordId(`record-${number}`),
  networkId: networkId('net-1'),
  name: `printer-${number}.example.net`,
  addresses: [ipAddress(`192.168.1.${number}`)],
  ...changes,
})

/** Resolver 1 is `resolver-1`, "Resolver 1", which hosts of network 1 ask about site-1.example.net. */
export const sampleAddResolver = (number = 1, changes: Partial<AddResolver> = {}): AddResolver => ({
  type: 'AddResolver',
  atEpochMs: sampleTime,
  resolverId: resolverId(`resolver-${number}`),
  networkId: networkId('net-1'),
  name: `Resolver ${number}`,
  servers: [ipAddress(`192.168.${number}.53`)],
  matchDomains: [`site-${number}.example.net`],
  ...changes,
})

/** The events of commands that are all accepted, one after the other. Throws with the reason when one is refused. */
export const eventsOf = (...commands: readonly MeshCommand[]): readonly MeshEvent[] => {
  const events: MeshEvent[] = []
  let state = emptyMeshState()
  for (const command of commands) {
    const decision = decide(command, state)
    if (E.isLeft(decision)) throw new TypeError(`${command.type} was refused: ${describeMeshError(decision.left)}`)
    events.push(...decision.right)
    state = evolveAll(state, decision.right)
  }
  return events
}

const sampleHostFacts = (number: number) => ({
  name: hostName(`machine-${number}`),
  system: { os: 'linux', osVersion: 'Debian 13', arch: 'x64', agentVersion: '0.1.0' } as const,
  listenPort: 51821,
  mtuBytes: null,
  wireguardKey: wireguardPublicKey(sampleKeyText(number, 1)),
  identityKey: identityPublicKey(sampleKeyText(number, 2)),
  controlAddress6: ipAddress(`fd6d:6573:6801::${number.toString(16)}`) as Ipv6Address,
  endpoints: [{ endpoint: udpEndpoint(`203.0.113.${number}:51821`), origin: 'local' } as const],
  localPrefixes: [],
  capabilities: [],
})

/** Key `kind` of host `number`: nobody holds the private key. */
const sampleKeyText = (number: number, kind: number): string =>
  encodeBase64(
    Uint8Array.from({ length: 32 }, (_, i) => [kind, number & 255, number >> 8][i] ?? i),
    'standard',
  )
