import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { epochMsCodec, nodeIdCodec } from '../../values/index.js'
import { orNull } from '../event-parts.js'
import { largeMapGet } from '../large-map.js'
import { isAhead } from '../time.js'
import { welcomeGateway } from './auto-gateways.js'
import { commandCodec } from './command-codec.js'
import { alreadySo, type Decision, type ExistingMesh, refuse } from './decision.js'
import { unfoldFrom } from './unfolding.js'

/** Change when a node expires (A5); a time ahead brings an expired one back. */
export type UpdateNode = t.TypeOf<typeof updateNodeCodec>

export const updateNodeCodec = commandCodec('UpdateNode', {
  nodeId: nodeIdCodec,
  /** `null`: never. */
  expiresAtEpochMs: orNull(epochMsCodec),
})

export const decideUpdateNode = (
  { nodeId, expiresAtEpochMs, atEpochMs }: UpdateNode,
  state: ExistingMesh,
): Decision => {
  const node = largeMapGet(state.nodes, nodeId)
  if (node === undefined) return refuse({ code: 'node-unknown', nodeId })
  if (node.expiresAtEpochMs === expiresAtEpochMs && !node.expired) return alreadySo
  if (expiresAtEpochMs !== null && !isAhead(expiresAtEpochMs, atEpochMs))
    return refuse({ code: 'expiry-not-ahead', expiresAtEpochMs, atEpochMs })
  const unfolding = unfoldFrom(state)
  unfolding.emit({ type: 'NodeUpdated', atEpochMs, nodeId, expiresAtEpochMs })
  if (node.expired) welcomeGateway(unfolding, nodeId, atEpochMs)
  return E.right(unfolding.events())
}
