import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { nodeIdCodec } from '../../values/index.js'
import { largeMapGet } from '../large-map.js'
import { commandCodec } from './command-codec.js'
import { alreadySo, type Decision, type ExistingMesh, refuse } from './decision.js'
import { leaveAbsentGateway } from './gateway-departure.js'
import { unfoldFrom } from './unfolding.js'

/** Put a node aside (A5): it keeps its place and addresses, and nobody peers with it. */
export type DisconnectNode = t.TypeOf<typeof disconnectNodeCodec>

export const disconnectNodeCodec = commandCodec('DisconnectNode', { nodeId: nodeIdCodec })

export const decideDisconnectNode = ({ nodeId, atEpochMs }: DisconnectNode, state: ExistingMesh): Decision => {
  const node = largeMapGet(state.nodes, nodeId)
  if (node === undefined) return refuse({ code: 'node-unknown', nodeId })
  if (!node.connected) return alreadySo
  const unfolding = unfoldFrom(state)
  leaveAbsentGateway(unfolding, nodeId, atEpochMs)
  unfolding.emit({ type: 'NodeDisconnected', atEpochMs, nodeId })
  return E.right(unfolding.events())
}
