import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { nodeIdCodec } from '../../values/index.js'
import { someGatewayIdsCodec } from '../gateway-codecs.js'
import { largeMapGet } from '../large-map.js'
import { commandCodec } from './command-codec.js'
import { alreadySo, type Decision, type ExistingMesh, refuse } from './decision.js'
import { assignmentProblem, gatewayListProblem } from './gateway-target-rules.js'
import { changeRelay } from './relay-changes.js'
import { unfoldFrom } from './unfolding.js'

/** Let a node be reached through a gateway (C1), with others standing by; or a gateway use an internet gateway (D6). */
export type AssignRelay = t.TypeOf<typeof assignRelayCodec>

export const assignRelayCodec = commandCodec('AssignRelay', {
  nodeId: nodeIdCodec,
  /** In order: the first is to be in use, the others stand by. */
  gatewayIds: someGatewayIdsCodec,
})

export const decideAssignRelay = ({ nodeId, gatewayIds, atEpochMs }: AssignRelay, state: ExistingMesh): Decision => {
  const node = largeMapGet(state.nodes, nodeId)
  const host = node === undefined ? undefined : largeMapGet(state.hosts, node.hostId)
  const network = node === undefined ? undefined : largeMapGet(state.networks, node.networkId)
  if (node === undefined || host === undefined || network === undefined) return refuse({ code: 'node-unknown', nodeId })
  if (node.relay?.mode === 'manual' && node.relay.gatewayIds.join() === gatewayIds.join()) return alreadySo
  const problem =
    gatewayListProblem(state, network, nodeId, gatewayIds) ?? assignmentProblem(state, host, node, gatewayIds)
  if (problem !== undefined) return refuse(problem)
  const unfolding = unfoldFrom(state)
  const cause = 'command'
  changeRelay(unfolding, { type: 'RelayAssigned', atEpochMs, nodeId, mode: 'manual', gatewayIds, cause })
  return E.right(unfolding.events())
}
