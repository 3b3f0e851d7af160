/** Gateways, and nodes that are reached through them, for meshes of `full-mesh.ts`. */
import { epochMs, type MeshEvent, type NodeId } from '@meshfold/core'
import { hostNumber, nodeNumber, start, theNetwork } from './full-mesh.js'

/** Node `n` becomes a gateway. */
export const becomesGateway = (n: number): MeshEvent => ({
  type: 'GatewayCreated',
  atEpochMs: epochMs(start),
  nodeId: nodeNumber(n),
  networkId: theNetwork,
  hostId: hostNumber(n),
  autoRelay: true,
  endpointProof: 'declared',
})

/** Node `n` is reached through the mesh's choice of gateways. */
export const becomesRelayed = (n: number, gatewayIds: readonly NodeId[]): MeshEvent => ({
  type: 'RelayAssigned',
  atEpochMs: epochMs(start),
  nodeId: nodeNumber(n),
  mode: 'auto',
  gatewayIds: [...gatewayIds],
  cause: 'command',
})

/** Node `n` has another order of gateways, because its first went away. */
export const movesOn = (n: number, gatewayIds: readonly NodeId[], at = 0): MeshEvent => ({
  type: 'RelayMoved',
  atEpochMs: epochMs(start + at),
  nodeId: nodeNumber(n),
  gatewayIds: [...gatewayIds],
  sequence: 0,
  cause: 'gateway-away',
  evidence: null,
})
