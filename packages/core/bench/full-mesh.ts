/** A mesh of one network with many hosts in it, as events: the measure of everything that grows. */
import {
  defaultNetworkSettings,
  encodeBase64,
  epochMs,
  type HostId,
  hostId,
  hostName,
  type Ipv4Address,
  type Ipv6Address,
  identityPublicKey,
  ipAddressFromBigInt,
  ipPrefix,
  type MeshEvent,
  meshId,
  networkId,
  networkName,
  nodeId,
  type UdpEndpoint,
  udpEndpointOf,
  wireguardPublicKey,
} from '@meshfold/core'

/** When everything begins. */
export const start = 1_700_000_000_000
export const theNetwork = networkId('net')

/** The opening, then a host and its node for each number up to `count`. */
export const fullMeshEvents = (count: number): MeshEvent[] => [
  ...opening(),
  ...Array.from({ length: count }, (_, n) => hostJoins(n)).flat(),
]

const opening = (): MeshEvent[] => [
  {
    type: 'MeshCreated',
    atEpochMs: epochMs(start),
    meshId: meshId('bench'),
    name: 'bench',
    domain: 'mesh.internal',
    controlRange4: ipPrefix('198.18.0.0/15'),
    controlRange6: ipPrefix('fd12:3456:789a::/48'),
    ephemeralGraceSeconds: 600,
  },
  {
    type: 'NetworkCreated',
    atEpochMs: epochMs(start),
    networkId: theNetwork,
    name: networkName('net'),
    range4: ipPrefix('10.0.0.0/8'),
    range6: ipPrefix('fd00::/64'),
    settings: {
      ...defaultNetworkSettings,
      keepaliveSeconds: 25,
      mtuBytes: 1420,
      joinApproval: 'automatic',
      clientDns: [],
    },
  },
]

export const hostNumber = (n: number): HostId => hostId(`host-${String(n).padStart(6, '0')}`)
export const nodeNumber = (n: number) => nodeId(`node-${String(n).padStart(6, '0')}`)

export const hostJoins = (n: number): MeshEvent[] => [
  {
    type: 'HostRegistered',
    atEpochMs: epochMs(start + n),
    hostId: hostNumber(n),
    name: hostName(`host-${n}`),
    system: { os: 'linux', osVersion: '12', arch: 'x64', agentVersion: '0.1.0' },
    listenPort: 51_821,
    mtuBytes: null,
    wireguardKey: wireguardPublicKey(keyText(n, 1)),
    identityKey: identityPublicKey(keyText(n, 2)),
    controlAddress4: ipAddressFromBigInt(4, 0xc6120000n + BigInt(n) + 1n) as Ipv4Address,
    controlAddress6: ipAddressFromBigInt(6, (0xfd123456789an << 80n) + BigInt(n) + 1n) as Ipv6Address,
    endpoints: [{ endpoint: endpointOf(n, 51_821), origin: 'local' }],
    localPrefixes: [],
    capabilities: ['forward'],
    enrolledFrom: null,
  },
  {
    type: 'NodeJoined',
    atEpochMs: epochMs(start + n),
    nodeId: nodeNumber(n),
    networkId: theNetwork,
    hostId: hostNumber(n),
    name: hostName(`host-${n}`),
    address4: ipAddressFromBigInt(4, 0x0a000001n + BigInt(n)) as Ipv4Address,
    address6: ipAddressFromBigInt(6, (0xfd00n << 112n) + BigInt(n) + 1n) as Ipv6Address,
    approval: 'approved',
    ephemeral: false,
    expiresAtEpochMs: null,
    enrollmentKeyId: null,
  },
]

export const hostLeaves = (n: number, at: number): MeshEvent[] => [
  {
    type: 'NodeLeft',
    atEpochMs: epochMs(start + at),
    nodeId: nodeNumber(n),
    networkId: theNetwork,
    hostId: hostNumber(n),
    cause: 'host-removed',
  },
  { type: 'HostRemoved', atEpochMs: epochMs(start + at), hostId: hostNumber(n) },
]

/** A host is at a public address that nobody else ever has, and which it hasn't had for long. */
export const endpointChanges = (n: number, round: number): MeshEvent =>
  moved(n, round, udpEndpointOf(ipAddressFromBigInt(4, 0x10000000n + BigInt(n * 1009 + (round % 1009))), portOf(round)))

/** A host has another address in its own LAN. */
export const privateEndpointChanges = (n: number, round: number): MeshEvent =>
  moved(n, round, udpEndpointOf(ipAddressFromBigInt(4, 0xc0a80001n + BigInt((n * 7 + round) % 65_000)), portOf(round)))

const portOf = (round: number): number => 40_000 + (round % 20_000)

const moved = (n: number, round: number, endpoint: UdpEndpoint): MeshEvent => ({
  type: 'HostEndpointsChanged',
  atEpochMs: epochMs(start + round),
  hostId: hostNumber(n),
  listenPort: 51_821,
  endpoints: [{ endpoint, origin: 'local' }],
  localPrefixes: [],
})

const endpointOf = (n: number, port: number) => udpEndpointOf(ipAddressFromBigInt(4, 0x0b000001n + BigInt(n)), port)

const keyText = (n: number, lane: number): string => {
  const bytes = new Uint8Array(32).fill(lane)
  new DataView(bytes.buffer).setUint32(4, n)
  return encodeBase64(bytes, 'standard')
}
