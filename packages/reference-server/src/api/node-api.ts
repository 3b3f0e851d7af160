import {
  epochMsCodec,
  hostIdCodec,
  hostNameCodec,
  ipv4AddressCodec,
  ipv6AddressCodec,
  largeMapGet,
  type MeshState,
  type Node,
  networkIdCodec,
  networkNameCodec,
  nodeIdCodec,
} from '@meshfold/core'
import * as t from 'io-ts'
import { body, orNull, queryNumber } from './api-codecs.js'

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
  return { ...facts, networkName: network.name, status: statusOf(node) }
}

const statusOf = (node: Node): NodeView['status'] => {
  if (node.expired) return 'expired'
  if (node.approval === 'pending') return 'pending'
  return node.connected ? 'active' : 'disconnected'
}
