import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { nodeIdCodec } from '../../values/index.js'
import { largeMapGet } from '../large-map.js'
import { welcomeGateway } from './auto-gateways.js'
import { commandCodec } from './command-codec.js'
import { alreadySo, type Decision, type ExistingMesh, refuse } from './decision.js'
import { unfoldFrom } from './unfolding.js'

/** Let a disconnected node take part again, with its addresses (A5). */
export type ConnectNode = t.TypeOf<typeof connectNodeCodec>

export const connectNodeCodec = commandCodec('ConnectNode', { nodeId: nodeIdCodec })

export const decideConnectNode = ({ nodeId, atEpochMs }: ConnectNode, state: ExistingMesh): Decision => {
  const node = largeMapGet(state.nodes, nodeId)
  if (node === undefined) return refuse({ code: 'node-unknown', nodeId })
  if (node.connected) return alreadySo
  const unfolding = unfoldFrom(state)
  unfolding.emit({ type: 'NodeConnected', atEpochMs, nodeId })
  welcomeGateway(unfolding, nodeId, atEpochMs)
  return E.right(unfolding.events())
}
