import * as t from 'io-ts'
import { epochMsCodec, hostIdCodec, networkIdCodec, nodeIdCodec, releaseAddress } from '../../values/index.js'
import { largeMapDelete, largeMapGet, largeMapRead } from '../large-map.js'
import { endMembership } from '../membership.js'
import type { MeshDraft } from '../mesh-state.js'
import { plain } from '../sorted-ids.js'

/** A host is no longer in a network; its addresses there are free again. The host itself stays. */
export type NodeLeft = t.TypeOf<typeof nodeLeftCodec>

export const nodeLeftCodec = t.type(
  {
    type: t.literal('NodeLeft'),
    atEpochMs: epochMsCodec,
    nodeId: nodeIdCodec,
    networkId: networkIdCodec,
    hostId: hostIdCodec,
    cause: t.keyof({
      removed: null,
      'host-removed': null,
      'network-removed': null,
      'away-too-long': null,
      /** A user's device that may not be where its gateway's nodes went (B3). */
      'gateway-removed': null,
    }),
  },
  'NodeLeft',
)

export const evolveNodeLeft = (draft: MeshDraft, event: NodeLeft): void => {
  const node = largeMapRead(draft.nodes, event.nodeId)
  if (node === undefined) return
  endMembership(draft, node)
  const network = largeMapGet(draft.networks, node.networkId)
  if (network !== undefined) {
    largeMapDelete(network.nodeIds, node.nodeId)
    largeMapDelete(network.nodeIdsByName, node.name)
    for (const [address, pool] of [
      [node.address4, network.pool4],
      [node.address6, network.pool6],
    ] as const) {
      if (address === null || pool === null) continue
      releaseAddress(pool, address)
      largeMapDelete(network.holders, address)
    }
  }
  const host = largeMapGet(draft.hosts, node.hostId)
  if (host !== undefined) host.nodeIds = plain(host.nodeIds).filter((nodeId) => nodeId !== event.nodeId)
  largeMapDelete(draft.nodes, event.nodeId)
}
