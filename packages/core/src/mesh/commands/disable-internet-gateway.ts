import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { nodeIdCodec } from '../../values/index.js'
import { largeMapGet } from '../large-map.js'
import { commandCodec } from './command-codec.js'
import { alreadySo, type Decision, type ExistingMesh, refuse } from './decision.js'
import { disableInternet } from './internet-gateway-rules.js'
import { unfoldFrom } from './unfolding.js'

/** A gateway shall lead to the internet no longer (D7). It stays a gateway, and its nodes stay relayed. */
export type DisableInternetGateway = t.TypeOf<typeof disableInternetGatewayCodec>

export const disableInternetGatewayCodec = commandCodec('DisableInternetGateway', { nodeId: nodeIdCodec })

export const decideDisableInternetGateway = (command: DisableInternetGateway, state: ExistingMesh): Decision => {
  const { nodeId, atEpochMs } = command
  const gateway = largeMapGet(state.gateways, nodeId)
  if (gateway === undefined) return refuse({ code: 'gateway-unknown', nodeId })
  if (!gateway.internet) return alreadySo
  const unfolding = unfoldFrom(state)
  disableInternet(unfolding, nodeId, atEpochMs)
  return E.right(unfolding.events())
}
