/** What is asked of the mesh. A command carries its time, its ids and every fact it needs; nothing is looked up. */
import { createHash } from 'node:crypto'
import {
  type CreateNetwork,
  epochMs,
  hostId,
  hostName,
  type Ipv6Address,
  identityPublicKey,
  ipAddress,
  ipPrefix,
  type JoinNetwork,
  type MeshCommand,
  meshId,
  networkId,
  networkName,
  nodeId,
  type RegisterHost,
  type ReportHostEndpoints,
  udpEndpoint,
  wireguardPublicKey,
} from '@meshfold/core'

const atEpochMs = epochMs(Date.UTC(2026, 10, 21, 9))

/** A stand-in for a public key. A real machine makes the pair itself, and the private half never leaves it. */
const keyOf = (label: string) => createHash('sha256').update(label).digest('base64')

const network = (name: string, range: string): CreateNetwork => ({
  type: 'CreateNetwork',
  atEpochMs,
  networkId: networkId(name),
  name: networkName(name),
  range4: ipPrefix(range),
  range6: null,
  settings: { keepaliveSeconds: 20, mtuBytes: 1420, joinApproval: 'automatic', clientDns: [] },
})

const machine = (name: string, number: number, endpoint: string): RegisterHost => ({
  type: 'RegisterHost',
  atEpochMs,
  hostId: hostId(name),
  name: hostName(name),
  system: { os: 'linux', osVersion: 'Debian 13', arch: 'x64', agentVersion: 'example' },
  listenPort: 51821,
  mtuBytes: null,
  wireguardKey: wireguardPublicKey(keyOf(`${name} wireguard`)),
  identityKey: identityPublicKey(keyOf(`${name} identity`)),
  controlAddress6: ipAddress(`fd6d:6573:6801::${number}`) as Ipv6Address,
  endpoints: [{ endpoint: udpEndpoint(endpoint), origin: 'local' }],
  localPrefixes: [],
  capabilities: [],
})

const join = (name: string): JoinNetwork => ({
  type: 'JoinNetwork',
  atEpochMs,
  networkId: networkId('office'),
  hostId: hostId(name),
  nodeId: nodeId(`office-${name}`),
  name: null,
  address4: null,
  address6: null,
  ephemeral: false,
  expiresAtEpochMs: null,
})

export const commands: readonly MeshCommand[] = [
  {
    type: 'CreateMesh',
    atEpochMs,
    meshId: meshId('example'),
    name: 'Example',
    domain: 'mesh.internal',
    controlRange4: ipPrefix('198.19.0.0/16'),
    controlRange6: ipPrefix('fd6d:6573:6801::/48'),
    ephemeralGraceSeconds: 600,
  },
  network('office', '10.10.0.0/24'),
  network('lab', '10.10.0.128/25'),
  machine('alpha', 1, '203.0.113.1:51821'),
  machine('beta', 2, '198.51.100.2:51821'),
  machine('gamma', 3, '192.168.7.3:51821'),
  join('alpha'),
  join('beta'),
  join('gamma'),
]

/** Beta's provider gave it another address. */
export const betaMoves: ReportHostEndpoints = {
  type: 'ReportHostEndpoints',
  atEpochMs: epochMs(atEpochMs + 60_000),
  hostId: hostId('beta'),
  listenPort: 51821,
  endpoints: [{ endpoint: udpEndpoint('198.51.100.77:51821'), origin: 'local' }],
  localPrefixes: [],
}
