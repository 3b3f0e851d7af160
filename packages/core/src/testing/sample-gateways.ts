/**
 * Gateways and relays for examples of rules. Numbers are hosts, and their nodes in network 1 unless another network is said: what a test
 * is about stays readable. Causes and evidence are those of a person's command where nothing else is said.
 */
import type { AssignRelay } from '../mesh/commands/assign-relay.js'
import type { CreateGateway } from '../mesh/commands/create-gateway.js'
import type { EnableInternetGateway } from '../mesh/commands/enable-internet-gateway.js'
import type { EngageAutoRelay } from '../mesh/commands/engage-auto-relay.js'
import type { RegisterHost } from '../mesh/commands/register-host.js'
import type { RemoveGateway } from '../mesh/commands/remove-gateway.js'
import type { ReportRelayVector } from '../mesh/commands/report-relay-vector.js'
import type { SetAutoGateway } from '../mesh/commands/set-auto-gateway.js'
import type { SetRouteAllTraffic } from '../mesh/commands/set-route-all-traffic.js'
import type { UnassignRelay } from '../mesh/commands/unassign-relay.js'
import type { UpdateInternetGateway } from '../mesh/commands/update-internet-gateway.js'
import type { PathEvidence } from '../mesh/gateway-codecs.js'
import type { MeshCommand } from '../mesh/mesh-command.js'
import type { MeshEventOf } from '../mesh/mesh-event.js'
import { defaultNetworkSettings } from '../mesh/mesh-state.js'
import { hostCapabilities, hostId, type NodeId, networkId, nodeId, udpEndpoint } from '../values/index.js'
import {
  sampleCreateMesh,
  sampleCreateNetwork,
  sampleJoinNetwork,
  sampleRegisterHost,
  sampleTime,
} from './sample-mesh.js'

const at = { atEpochMs: sampleTime } as const

/** The node of a host in a network: what all the numbers below mean. */
export const sampleNode = (host: number, network = 1): NodeId => nodeId(`node-${network}-${host}`)
const nodes = (hosts: readonly number[]): readonly NodeId[] => hosts.map((host) => sampleNode(host))

/** A host that can do everything and has an endpoint that its operator declared. */
export const sampleAbleHost = (number: number, changes: Partial<RegisterHost> = {}): RegisterHost =>
  sampleRegisterHost(number, {
    capabilities: hostCapabilities,
    endpoints: [{ endpoint: udpEndpoint(`203.0.113.${number}:51821`), origin: 'declared' }],
    ...changes,
  })

/** Hosts 1 to 6 in network 1, hosts 4 to 6 in network 2 as well; nobody is a gateway yet. */
export const sampleMeshOfSix: readonly MeshCommand[] = meshOfSix('refuse')

/** The same where gateways may be behind internet gateways, in both networks (D6). */
export const sampleCascadingMesh: readonly MeshCommand[] = meshOfSix('cascade')

function meshOfSix(gatewayBehindInternetGateway: 'refuse' | 'cascade'): readonly MeshCommand[] {
  const settings = { ...defaultNetworkSettings, gatewayBehindInternetGateway }
  const hosts = [1, 2, 3, 4, 5, 6]
  return [
    sampleCreateMesh(),
    sampleCreateNetwork(1, { settings }),
    sampleCreateNetwork(2, { settings }),
    ...hosts.map((host) => sampleAbleHost(host)),
    ...hosts.map((host) => sampleJoinNetwork(1, host)),
    ...[4, 5, 6].map((host) => sampleJoinNetwork(2, host)),
  ]
}

export const sampleCreateGateway = (host: number, changes: Partial<CreateGateway> = {}): CreateGateway => ({
  type: 'CreateGateway',
  ...at,
  nodeId: sampleNode(host),
  ...changes,
})

/** A gateway that leads to the internet. */
export const sampleCreateExit = (host: number, network = 1): CreateGateway =>
  sampleCreateGateway(host, { nodeId: sampleNode(host, network), internet: {} })

/** A gateway shall lead to the internet, with these nodes connected to it. */
export const sampleEnableInternet = (host: number, ...connected: readonly number[]): EnableInternetGateway => ({
  type: 'EnableInternetGateway',
  ...at,
  nodeId: sampleNode(host),
  connectNodeIds: nodes(connected),
})

/** Connects nodes to an internet gateway, and disconnects others. */
export const sampleConnect = (
  host: number,
  connected: readonly number[],
  disconnected: readonly number[] = [],
): UpdateInternetGateway => ({
  type: 'UpdateInternetGateway',
  ...at,
  nodeId: sampleNode(host),
  connectNodeIds: nodes(connected),
  disconnectNodeIds: nodes(disconnected),
})

/** Moves nobody and refuses to leave anybody without a gateway. */
export const sampleRemoveGateway = (host: number, changes: Partial<RemoveGateway> = {}): RemoveGateway => ({
  type: 'RemoveGateway',
  ...at,
  nodeId: sampleNode(host),
  moveTo: null,
  withoutTarget: 'refuse',
  ...changes,
})

export const sampleAssignRelay = (host: number, ...gateways: readonly number[]): AssignRelay => ({
  type: 'AssignRelay',
  ...at,
  nodeId: sampleNode(host),
  gatewayIds: nodes(gateways),
})

export const sampleSetAutoGateway = (host: number): SetAutoGateway => ({
  type: 'SetAutoGateway',
  ...at,
  nodeId: sampleNode(host),
})

export const sampleUnassignRelay = (host: number): UnassignRelay => ({
  type: 'UnassignRelay',
  ...at,
  nodeId: sampleNode(host),
})

export const sampleRouteAll = (host: number, routeAllTraffic = true): SetRouteAllTraffic => ({
  type: 'SetRouteAllTraffic',
  ...at,
  nodeId: sampleNode(host),
  routeAllTraffic,
})

/** The gateways in this order were measured at 10 ms, 20 ms and so on from both ends; three probes of what was left were missed. */
export const sampleEvidence = (...gateways: readonly number[]): PathEvidence => ({
  handshakeAgeMs: 15_000,
  missedProbes: 3,
  measured: gateways.map((gateway, index) => ({
    gatewayId: sampleNode(gateway),
    roundTripMs: 10 * (index + 1),
    otherRoundTripMs: 10 * (index + 1),
  })),
})

/** A pair that can't connect directly, with its gateways in this order. */
export const sampleEngage = (one: number, other: number, ...gateways: readonly number[]): EngageAutoRelay => ({
  type: 'EngageAutoRelay',
  ...at,
  oneNodeId: sampleNode(one),
  otherNodeId: sampleNode(other),
  gatewayIds: nodes(gateways),
  evidence: sampleEvidence(...gateways),
})

/** A relayed node says which of its gateways it can use, in this order. */
export const sampleReportVector = (
  host: number,
  sequence: number,
  ...gateways: readonly number[]
): ReportRelayVector => ({
  type: 'ReportRelayVector',
  ...at,
  nodeId: sampleNode(host),
  gatewayIds: nodes(gateways),
  sequence,
  evidence: sampleEvidence(...gateways),
})

export const gatewayCreated = (
  host: number,
  changes: Partial<MeshEventOf<'GatewayCreated'>> = {},
): MeshEventOf<'GatewayCreated'> => ({
  type: 'GatewayCreated',
  ...at,
  nodeId: sampleNode(host),
  networkId: networkId('net-1'),
  hostId: hostId(`host-${host}`),
  autoRelay: true,
  endpointProof: 'declared',
  ...changes,
})

export const gatewayRemoved = (
  host: number,
  cause: MeshEventOf<'GatewayRemoved'>['cause'] = 'command',
): MeshEventOf<'GatewayRemoved'> => ({
  type: 'GatewayRemoved',
  ...at,
  nodeId: sampleNode(host),
  networkId: networkId('net-1'),
  cause,
})

/** By hand, unless `changes` say otherwise. */
export const relayAssigned = (
  host: number,
  gateways: readonly number[],
  changes: Partial<MeshEventOf<'RelayAssigned'>> = {},
): MeshEventOf<'RelayAssigned'> => ({
  type: 'RelayAssigned',
  ...at,
  nodeId: sampleNode(host),
  mode: 'manual',
  gatewayIds: nodes(gateways),
  cause: 'command',
  ...changes,
})

/** Not by the node itself: without evidence, and with the sequence 0. */
export const relayMoved = (
  host: number,
  gateways: readonly number[],
  cause: MeshEventOf<'RelayMoved'>['cause'],
  changes: Partial<MeshEventOf<'RelayMoved'>> = {},
): MeshEventOf<'RelayMoved'> => ({
  type: 'RelayMoved',
  ...at,
  nodeId: sampleNode(host),
  gatewayIds: nodes(gateways),
  sequence: 0,
  cause,
  evidence: null,
  ...changes,
})

export const relayUnassigned = (
  host: number,
  cause: MeshEventOf<'RelayUnassigned'>['cause'] = 'command',
): MeshEventOf<'RelayUnassigned'> => ({ type: 'RelayUnassigned', ...at, nodeId: sampleNode(host), cause })

export const routeAllSet = (
  host: number,
  routeAllTraffic: boolean,
  cause: MeshEventOf<'RouteAllTrafficSet'>['cause'] = 'command',
): MeshEventOf<'RouteAllTrafficSet'> => ({
  type: 'RouteAllTrafficSet',
  ...at,
  nodeId: sampleNode(host),
  routeAllTraffic,
  cause,
})

export const internetEnabled = (host: number): MeshEventOf<'InternetGatewayEnabled'> => ({
  type: 'InternetGatewayEnabled',
  ...at,
  nodeId: sampleNode(host),
})

export const internetDisabled = (
  host: number,
  cause: MeshEventOf<'InternetGatewayDisabled'>['cause'] = 'command',
): MeshEventOf<'InternetGatewayDisabled'> => ({
  type: 'InternetGatewayDisabled',
  ...at,
  nodeId: sampleNode(host),
  cause,
})
