import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { nodeIdCodec } from '../../values/index.js'
import { connectedNodeIdsCodec } from '../gateway-codecs.js'
import { largeMapGet } from '../large-map.js'
import { commandCodec } from './command-codec.js'
import { type Decision, type ExistingMesh, refuse } from './decision.js'
import { connectNodes } from './internet-connections.js'
import { enableInternet } from './internet-gateway-rules.js'
import { unfoldFrom } from './unfolding.js'

/** Let a gateway lead to the internet (D1), and connect nodes to it (D4, D7). Those relayed by it may use it from then on. */
export type EnableInternetGateway = t.TypeOf<typeof enableInternetGatewayCodec>

export const enableInternetGatewayCodec = commandCodec('EnableInternetGateway', {
  nodeId: nodeIdCodec,
  connectNodeIds: connectedNodeIdsCodec,
})

export const decideEnableInternetGateway = (command: EnableInternetGateway, state: ExistingMesh): Decision => {
  const { nodeId, connectNodeIds, atEpochMs } = command
  const unfolding = unfoldFrom(state)
  const problem = largeMapGet(state.gateways, nodeId)?.internet
    ? undefined
    : enableInternet(unfolding, nodeId, atEpochMs)
  const refused = problem ?? connectNodes(unfolding, nodeId, connectNodeIds, atEpochMs)
  return refused === undefined ? E.right(unfolding.events()) : refuse(refused)
}
