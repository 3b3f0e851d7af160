/** Configs of single hosts, made by hand: what `choosePaths` looks at, and nothing of filters or routes. */
import type { PairFragment } from '../src/host-config/fragment.js'
import type { ClientPeer, Hop, HostConfig, Path, PeerConfig, RoutedEgress } from '../src/host-config/host-config.js'
import type { MembershipPart } from '../src/host-config/membership-part.js'
import { pairIdOf } from '../src/mesh/mesh-state.js'
import {
  encodeBase64,
  type HostId,
  hostId,
  identityPublicKey,
  ipAddress,
  networkId,
  nodeId,
  wireguardPublicKey,
} from '../src/values/index.js'

export const sampleNetwork = networkId('net')

/** A host's only node. */
export const hop = (host: HostId | string): Hop => ({ nodeId: nodeId(`n-${host}`), hostId: hostId(host) })

export interface HandMade {
  readonly viewer: HostId
  readonly peers: Iterable<HostId>
  readonly paths: Iterable<Path>
  readonly clients?: readonly ClientPeer[]
  readonly routing?: readonly RoutedEgress[]
  readonly probes?: readonly HostId[]
  readonly pairs?: readonly PairFragment[]
}

export const handMadeConfig = ({
  viewer,
  peers,
  paths,
  clients = [],
  routing = [],
  probes = [],
  pairs = [],
}: HandMade): HostConfig => ({
  own: {
    kind: 'self',
    hostId: viewer,
    wireguardKey: sampleWireguardKey,
    listenPort: 51_821,
    mtuBytes: 1420,
    controlAddress4: ipAddress('198.19.0.1') as never,
    controlAddress6: ipAddress('fd12:3456:789a::1') as never,
    routes: [],
    keepaliveSeconds: 0,
    os: 'linux',
    capabilities: [],
    localPrefixes: [],
    memberships: [ownMembership(viewer)],
  },
  peers: new Map([...peers].map((peer) => [peer, handMadePeer(peer)])),
  networks: [],
  memberSets: [],
  egresses: [],
  peerSets: [],
  pairs,
  clients: new Map(clients.map((client) => [client.clientId, client])),
  paths: new Map([...paths].map((path) => [path.key, path])),
  routing,
  ranges: [],
  routes: [],
  keptByLan: [],
  aroundUnderlay: [],
  fullTunnel: null,
  filter: { isEnforced: true, sets: new Map(), input: [], forward: [] },
  nat: [],
  names: [],
  dns: [],
  probes,
  refused: [],
})

/** Its node, and nothing of what it is in the network. */
const ownMembership = (viewer: HostId): MembershipPart => ({
  networkId: sampleNetwork,
  nodeId: hop(viewer).nodeId,
  addresses: [],
  classKey: 'plain' as never,
  via: null,
  isGateway: false,
  isIdleGateway: false,
  isInternetGateway: false,
  looksAt: [],
  routerOf: [],
  egressIds: [],
  pairIds: [],
  ownLan: 'own',
  tunnel: {
    gatewayIds: null,
    mayUseDefaultEgress: false,
    settings: { whenGatewayGone: 'block', localNetwork: 'outside', dns: 'keep' },
    gatewayDns: [],
  },
})

/** Owned by the end with the lower id. */
export const handMadePair = (one: HostId, other: HostId, gateways: readonly HostId[]): PairFragment => {
  const [a, b] = one < other ? [one, other] : [other, one]
  return {
    kind: 'pair',
    pairId: pairIdOf(hop(a).nodeId, hop(b).nodeId),
    networkId: sampleNetwork,
    nodeIds: [hop(a).nodeId, hop(b).nodeId],
    gatewayIds: gateways.map((gateway) => hop(gateway).nodeId),
  }
}

const key = (lane: number) => encodeBase64(new Uint8Array(32).fill(lane), 'standard')
export const sampleWireguardKey = wireguardPublicKey(key(1))
const sampleIdentityKey = identityPublicKey(key(2))

/** Its control addresses come from its name: two peers of one config have different ones. */
export const handMadePeer = (peer: HostId): PeerConfig => {
  const number = [...peer].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 65_000, 7)
  return {
    hostId: peer,
    name: peer as never,
    wireguardKey: sampleWireguardKey,
    identityKey: sampleIdentityKey,
    controlAddress4: ipAddress(`198.19.${number >> 8}.${number & 255}`) as never,
    controlAddress6: ipAddress(`fd12:3456:789a::${(number + 16).toString(16)}`) as never,
    endpoints: [],
    keepaliveSeconds: 0,
  }
}
