import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { nodeIdCodec } from '../../values/index.js'
import { largeMapGet } from '../large-map.js'
import { isAhead } from '../time.js'
import { commandCodec } from './command-codec.js'
import { alreadySo, type Decision, type ExistingMesh, refuse } from './decision.js'
import { leaveAbsentGateway } from './gateway-departure.js'
import { unfoldFrom } from './unfolding.js'

/** A node's time ran out (A5); refused before that. From the sweeper. */
export type ExpireNode = t.TypeOf<typeof expireNodeCodec>

export const expireNodeCodec = commandCodec('ExpireNode', { nodeId: nodeIdCodec })

export const decideExpireNode = ({ nodeId, atEpochMs }: ExpireNode, state: ExistingMesh): Decision => {
  const node = largeMapGet(state.nodes, nodeId)
  if (node === undefined) return refuse({ code: 'node-unknown', nodeId })
  if (node.expired) return alreadySo
  const { name, expiresAtEpochMs } = node
  if (expiresAtEpochMs === null || isAhead(expiresAtEpochMs, atEpochMs))
    return refuse({ code: 'node-not-due', nodeId, name, expiresAtEpochMs })
  const unfolding = unfoldFrom(state)
  leaveAbsentGateway(unfolding, nodeId, atEpochMs)
  unfolding.emit({ type: 'NodeExpired', atEpochMs, nodeId })
  return E.right(unfolding.events())
}
