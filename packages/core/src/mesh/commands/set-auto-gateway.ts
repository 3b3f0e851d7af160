import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { nodeIdCodec } from '../../values/index.js'
import { largeMapGet, largeMapHas } from '../large-map.js'
import { autoGatewayIds, autoUserOf } from './auto-gateway-list.js'
import { commandCodec } from './command-codec.js'
import { alreadySo, type Decision, type ExistingMesh, refuse } from './decision.js'
import { changeRelay } from './relay-changes.js'
import { unfoldFrom } from './unfolding.js'

/**
 * Let the mesh choose a node's gateway (F1): until it is measured the one it has, then those with the fewest users. Without any gateway
 * it waits for one.
 */
export type SetAutoGateway = t.TypeOf<typeof setAutoGatewayCodec>

export const setAutoGatewayCodec = commandCodec('SetAutoGateway', { nodeId: nodeIdCodec })

export const decideSetAutoGateway = ({ nodeId, atEpochMs }: SetAutoGateway, state: ExistingMesh): Decision => {
  const node = largeMapGet(state.nodes, nodeId)
  const user = node === undefined ? undefined : autoUserOf(state, node)
  if (node === undefined || user === undefined) return refuse({ code: 'node-unknown', nodeId })
  if (node.relay?.mode === 'auto') return alreadySo
  if (largeMapHas(state.gateways, nodeId)) return refuse({ code: 'gateway-not-relayed', nodeId, name: node.name })
  const unfolding = unfoldFrom(state)
  const gatewayIds = autoGatewayIds(state, user)
  changeRelay(unfolding, { type: 'RelayAssigned', atEpochMs, nodeId, mode: 'auto', gatewayIds, cause: 'command' })
  return E.right(unfolding.events())
}
