import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { nodeIdCodec } from '../../values/index.js'
import { largeMapGet } from '../large-map.js'
import { commandCodec } from './command-codec.js'
import { alreadySo, type Decision, type ExistingMesh, refuse } from './decision.js'
import { movePairs } from './gateway-departure.js'
import { unfoldFrom } from './unfolding.js'

/** Open a gateway to pairs that can't connect directly, or close it to them (B2); pairs that use it move on or end. */
export type UpdateGateway = t.TypeOf<typeof updateGatewayCodec>

export const updateGatewayCodec = commandCodec('UpdateGateway', { nodeId: nodeIdCodec, autoRelay: t.boolean })

export const decideUpdateGateway = (command: UpdateGateway, state: ExistingMesh): Decision => {
  const { nodeId, autoRelay, atEpochMs } = command
  const gateway = largeMapGet(state.gateways, nodeId)
  if (gateway === undefined) return refuse({ code: 'gateway-unknown', nodeId })
  if (gateway.autoRelay === autoRelay) return alreadySo
  const unfolding = unfoldFrom(state)
  if (!autoRelay) movePairs(unfolding, nodeId, 'auto-relay-off', atEpochMs)
  unfolding.emit({ type: 'GatewayUpdated', atEpochMs, nodeId, autoRelay })
  return E.right(unfolding.events())
}
