import {
  epochMsCodec,
  gatewayEndpointStandings,
  type HostName,
  hostIdCodec,
  hostNameCodec,
  ipv4AddressCodec,
  ipv6AddressCodec,
  largeMapGet,
  type MeshState,
  type Node,
  type NodeId,
  networkIdCodec,
  networkNameCodec,
  nodeIdCodec,
  type ReactionMemory,
  udpEndpointCodec,
} from '@meshfold/core'
import * as t from 'io-ts'
import { body, orNull, queryNumber } from './api-codecs.js'

const relayView = t.readonly(
  t.strict({
    /** `auto`: the nearest that works, chosen by the mesh. */
    mode: t.keyof({ manual: null, auto: null }),
    gateways: t.readonlyArray(t.readonly(t.strict({ nodeId: nodeIdCodec, name: hostNameCodec }))),
  }),
)

const gatewayView = t.readonly(
  t.strict({
    internet: t.boolean,
    autoRelay: t.boolean,
    /**
     * Where others reach it. `unproven`: declared, and no peer said to this server that it met it there; `proven`: one did; `own`: an
     * address of its own; `seen`: where others see it, through a NAT.
     */
    endpoints: t.readonlyArray(
      t.readonly(
        t.strict({
          endpoint: udpEndpointCodec,
          proof: t.keyof({ proven: null, unproven: null, own: null, seen: null }),
        }),
      ),
    ),
  }),
)

/** A host's membership in one network. */
export const nodeView = t.readonly(
  t.strict({
    nodeId: nodeIdCodec,
    hostId: hostIdCodec,
    networkId: networkIdCodec,
    networkName: networkNameCodec,
    name: hostNameCodec,
    address4: orNull(ipv4AddressCodec),
    address6: orNull(ipv6AddressCodec),
    /** What keeps it from taking part, most final first; `active`: nothing. */
    status: t.keyof({ active: null, pending: null, disconnected: null, expired: null }),
    joinedAtEpochMs: epochMsCodec,
    expiresAtEpochMs: orNull(epochMsCodec),
    ephemeral: t.boolean,
    awaySinceEpochMs: orNull(epochMsCodec),
    /** What it does for others; `null`: no gateway. */
    gateway: orNull(gatewayView),
    /** Through which gateways it is reached, the one in use first; `null`: directly. */
    relay: orNull(relayView),
  }),
)
export type NodeView = t.TypeOf<typeof nodeView>

export const nodeAnswer = t.readonly(t.strict({ node: nodeView }))
/** `next`: give it as `after` to go on; `null` at the end. */
export const nodesAnswer = t.readonly(t.strict({ nodes: t.readonlyArray(nodeView), next: orNull(nodeIdCodec) }))

export const nodesQuery = body(
  {},
  { networkId: networkIdCodec, hostId: hostIdCodec, after: nodeIdCodec, limit: queryNumber(1, 10_000) },
)

/** `POST /networks/:networkId/nodes`: an administrator puts a host into a network. */
export const joinNetworkBody = body(
  { hostId: hostIdCodec },
  {
    name: orNull(hostNameCodec),
    address4: orNull(ipv4AddressCodec),
    address6: orNull(ipv6AddressCodec),
    ephemeral: t.boolean,
    expiresAtEpochMs: orNull(epochMsCodec),
  },
)

/** `PATCH /nodes/:nodeId`; `null`: it never expires. */
export const updateNodeBody = body({ expiresAtEpochMs: orNull(epochMsCodec) }, {})

export const nodeParams = t.readonly(t.strict({ nodeId: nodeIdCodec }))

/** `undefined` for a node whose network is gone. */
export const viewNode = (state: MeshState, memory: ReactionMemory, node: Node): NodeView | undefined => {
  const network = largeMapGet(state.networks, node.networkId)
  if (network === undefined) return undefined
  const { approval: _approval, connected: _connected, expired: _expired, ...facts } = node
  return {
    ...facts,
    networkName: network.name,
    status: statusOf(node),
    gateway: viewGateway(state, memory, node.nodeId),
    relay: node.relay === null ? null : { mode: node.relay.mode, gateways: named(state, node.relay.gatewayIds) },
  }
}

const viewGateway = (state: MeshState, memory: ReactionMemory, nodeId: NodeId): NodeView['gateway'] => {
  const gateway = largeMapGet(state.gateways, nodeId)
  if (gateway === undefined) return null
  const { internet, autoRelay } = gateway
  return { internet, autoRelay, endpoints: gatewayEndpointStandings(state, memory, nodeId) }
}

const named = (state: MeshState, nodeIds: readonly NodeId[]): readonly { nodeId: NodeId; name: HostName }[] =>
  nodeIds.flatMap((nodeId) => {
    const name = largeMapGet(state.nodes, nodeId)?.name
    return name === undefined ? [] : [{ nodeId, name }]
  })

const statusOf = (node: Node): NodeView['status'] => {
  if (node.expired) return 'expired'
  if (node.approval === 'pending') return 'pending'
  return node.connected ? 'active' : 'disconnected'
}
