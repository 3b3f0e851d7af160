/** A mesh made by hand, as the events that lead to it. */
import type { MeshEvent } from '../../src/mesh/mesh-event.js'
import { defaultNetworkSettings } from '../../src/mesh/mesh-state.js'
import {
  eventsOf,
  sampleClientKey,
  sampleCreateMesh,
  sampleRegisterHost,
  sampleTime,
} from '../../src/testing/sample-mesh.js'
import { type HostId, hostCapabilities, hostName, networkName } from '../../src/values/index.js'
import { hop, sampleNetwork } from '../hand-made-config.js'
import { addressOf, clientPeer, egressPrefix, type MeshPlan, meshRange, routersInOrder } from './mesh-plan.js'

const atEpochMs = sampleTime
const nodeIdsOf = (hostIds: readonly HostId[]) => hostIds.map((hostId) => hop(hostId).nodeId)

export const eventsOfPlan = (plan: MeshPlan): readonly MeshEvent[] => [
  ...eventsOf(sampleCreateMesh()),
  {
    type: 'NetworkCreated',
    atEpochMs,
    networkId: sampleNetwork,
    name: networkName('net'),
    range4: meshRange,
    range6: null,
    settings: defaultNetworkSettings,
  },
  ...plan.hosts.flatMap(hostJoins),
  ...plan.gateways.map(
    (hostId): MeshEvent => ({
      type: 'GatewayCreated',
      atEpochMs,
      ...hop(hostId),
      networkId: sampleNetwork,
      autoRelay: true,
      endpointProof: 'declared',
    }),
  ),
  ...[...plan.relayed].map(
    ([hostId, gateways]): MeshEvent => ({
      type: 'RelayAssigned',
      atEpochMs,
      nodeId: hop(hostId).nodeId,
      mode: 'manual',
      gatewayIds: nodeIdsOf(gateways),
      cause: 'command',
    }),
  ),
  ...pairEvents(plan),
  ...egressEvents(plan),
  ...clientEvents(plan),
]

const hostJoins = (hostId: HostId, at: number): readonly MeshEvent[] => [
  ...eventsOf(sampleCreateMesh(), sampleRegisterHost(at + 1, { hostId, capabilities: hostCapabilities })).slice(1),
  {
    type: 'NodeJoined',
    atEpochMs,
    ...hop(hostId),
    networkId: sampleNetwork,
    name: hostName(hostId),
    address4: addressOf(hostId) as never,
    address6: null,
    approval: 'approved',
    ephemeral: false,
    expiresAtEpochMs: null,
    enrollmentKeyId: null,
  },
]

const pairEvents = (plan: MeshPlan): readonly MeshEvent[] =>
  [...plan.pairs.values()].map(({ ends, gateways }) => ({
    type: 'AutoRelayEngaged',
    atEpochMs,
    nodeIds: [hop(ends[0]).nodeId, hop(ends[1]).nodeId],
    gatewayIds: nodeIdsOf(gateways),
    evidence: { handshakeAgeMs: null, missedProbes: 3, measured: [] },
  }))

const egressEvents = (plan: MeshPlan): readonly MeshEvent[] =>
  plan.egresses.map((egress) => ({
    type: 'EgressAdded',
    atEpochMs,
    egressId: egress.egressId,
    networkId: sampleNetwork,
    name: egress.egressId,
    ranges: [egressPrefix(egress.egressId)],
    virtualRanges: null,
    routers: routersInOrder(egress).map(({ hostId, metric }) => ({
      nodeId: hop(hostId).nodeId,
      metric,
      interfaceName: null,
    })),
    nat: egress.kind === 'leaving',
    returnRoute: 'external',
    restricted: false,
    fallbackToWider: true,
  }))

const clientEvents = (plan: MeshPlan): readonly MeshEvent[] =>
  [...plan.clients].map(([number, gateway]) => ({
    type: 'ClientAdded',
    atEpochMs,
    clientId: clientPeer(number).clientId,
    networkId: sampleNetwork,
    gatewayId: hop(gateway).nodeId,
    name: hostName(`c${number}`),
    publicKey: sampleClientKey(number),
    addresses: clientPeer(number).prefixes,
    additionalAddresses: [],
    prefixesBehind: [],
    dns: null,
    postUp: [],
    postDown: [],
    fullTunnel: false,
    ownerUserId: null,
    keyVaulted: false,
    deviceId: null,
  }))
