import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { nodeIdCodec } from '../../values/index.js'
import { connectedNodeIdsCodec } from '../gateway-codecs.js'
import { isInternetGateway } from '../gateway-queries.js'
import { largeMapHas } from '../large-map.js'
import { commandCodec } from './command-codec.js'
import { type Decision, type ExistingMesh, refuse } from './decision.js'
import { nameOf } from './gateway-target-rules.js'
import { connectNodes, disconnectNodes } from './internet-connections.js'
import { unfoldFrom } from './unfolding.js'

/** Connect nodes to an internet gateway and disconnect others (D7). One that is in both is connected in the end. */
export type UpdateInternetGateway = t.TypeOf<typeof updateInternetGatewayCodec>

export const updateInternetGatewayCodec = commandCodec('UpdateInternetGateway', {
  nodeId: nodeIdCodec,
  connectNodeIds: connectedNodeIdsCodec,
  disconnectNodeIds: connectedNodeIdsCodec,
})

export const decideUpdateInternetGateway = (command: UpdateInternetGateway, state: ExistingMesh): Decision => {
  const { nodeId, connectNodeIds, disconnectNodeIds, atEpochMs } = command
  if (!largeMapHas(state.gateways, nodeId)) return refuse({ code: 'gateway-unknown', nodeId })
  if (!isInternetGateway(state, nodeId))
    return refuse({ code: 'internet-gateway-unknown', nodeId, name: nameOf(state, nodeId) })
  const leaving = disconnectNodeIds.filter((id) => !connectNodeIds.includes(id))
  const unfolding = unfoldFrom(state)
  const problem =
    disconnectNodes(unfolding, nodeId, leaving, atEpochMs) ?? connectNodes(unfolding, nodeId, connectNodeIds, atEpochMs)
  return problem === undefined ? E.right(unfolding.events()) : refuse(problem)
}
