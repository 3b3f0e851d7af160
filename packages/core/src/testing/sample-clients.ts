/** Clients for examples of rules: gateways to connect to, and what is written of a client that was added. */
import * as E from 'fp-ts/lib/Either.js'
import { decide } from '../mesh/decide.js'
import { replay } from '../mesh/evolve.js'
import type { MeshCommand } from '../mesh/mesh-command.js'
import type { MeshEvent, MeshEventOf } from '../mesh/mesh-event.js'
import { clientId, hostId, hostName, ipPrefix, networkId, nodeId } from '../values/index.js'
import {
  eventsOf,
  sampleAddUser,
  sampleClientKey,
  sampleCreateMesh,
  sampleCreateNetwork,
  sampleJoinNetwork,
  sampleRegisterHost,
  sampleTime,
} from './sample-mesh.js'

/** The node of host `host` in network `network` is a gateway. */
export const sampleGatewayCreated = (host = 1, network = 1): MeshEventOf<'GatewayCreated'> => ({
  type: 'GatewayCreated',
  atEpochMs: sampleTime,
  nodeId: nodeId(`node-${network}-${host}`),
  networkId: networkId(`net-${network}`),
  hostId: hostId(`host-${host}`),
  autoRelay: true,
  endpointProof: 'declared',
})

/** Hosts 1 and 2 are gateways of network 1, host 2 one of network 2 as well; host 3 is a node of network 1; there is user 1. */
export const sampleGateways: readonly MeshEvent[] = [
  ...eventsOf(
    sampleCreateMesh(),
    sampleCreateNetwork(1),
    sampleCreateNetwork(2),
    ...[1, 2, 3].map((host) => sampleRegisterHost(host, { capabilities: ['isolate-networks', 'forward'] })),
    ...[1, 2, 3].map((host) => sampleJoinNetwork(1, host)),
    sampleJoinNetwork(2, 2),
    sampleAddUser(1, { networkIds: [networkId('net-1')] }),
  ),
  sampleGatewayCreated(1),
  sampleGatewayCreated(2),
  sampleGatewayCreated(2, 2),
]

/** What `sampleAddClient(number)` leads to, as the client of that number in network 1. */
export const sampleClientAdded = (
  number = 1,
  changes: Partial<MeshEventOf<'ClientAdded'>> = {},
): MeshEventOf<'ClientAdded'> => ({
  type: 'ClientAdded',
  atEpochMs: sampleTime,
  clientId: clientId(`client-${number}`),
  networkId: networkId('net-1'),
  gatewayId: nodeId('node-1-1'),
  name: hostName(`device-${number}`),
  publicKey: sampleClientKey(number),
  addresses: [`10.1.0.${255 - number}/32`, `fd01::1:ffff:ffff:ffff:ff${(0x80 - number).toString(16)}/128`].map(
    ipPrefix,
  ),
  additionalAddresses: [],
  prefixesBehind: [],
  dns: null,
  postUp: [],
  postDown: [],
  fullTunnel: false,
  ownerUserId: null,
  keyVaulted: false,
  deviceId: null,
  ...changes,
})

/** What happened, and then the events of commands that are all accepted. */
export const followedBy = (events: readonly MeshEvent[], ...commands: readonly MeshCommand[]): readonly MeshEvent[] => {
  const happened = [...events]
  for (const command of commands) {
    const decision = decide(command, replay(happened))
    if (E.isLeft(decision)) throw new TypeError(`${command.type}: ${decision.left.code}`)
    happened.push(...decision.right)
  }
  return happened
}
