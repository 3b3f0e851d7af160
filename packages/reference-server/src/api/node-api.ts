import {
  epochMsCodec,
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
    gateway: orNull(t.readonly(t.strict({ internet: t.boolean, autoRelay: t.boolean }))),
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
export const viewNode = (state: MeshState, node: Node): NodeView | undefined => {
  const network = largeMapGet(state.networks, node.networkId)
  if (network === undefined) return undefined
  const { approval: _approval, connected: _connected, expired: _expired, ...facts } = node
  const gateway = largeMapGet(state.gateways, node.nodeId)
  return {
    ...facts,
    networkName: network.name,
    status: statusOf(node),
    gateway: gateway === undefined ? null : { internet: gateway.internet, autoRelay: gateway.autoRelay },
    relay: node.relay === null ? null : { mode: node.relay.mode, gateways: named(state, node.relay.gatewayIds) },
  }
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
