import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { nodeIdCodec } from '../../values/index.js'
import { largeMapGet } from '../large-map.js'
import { commandCodec } from './command-codec.js'
import { alreadySo, type Decision, type ExistingMesh, refuse } from './decision.js'
import { changeRelay } from './relay-changes.js'
import { unfoldFrom } from './unfolding.js'

/** Let a node be reached directly again, whether its gateways were named or chosen. Its internet is its own again. */
export type UnassignRelay = t.TypeOf<typeof unassignRelayCodec>

export const unassignRelayCodec = commandCodec('UnassignRelay', { nodeId: nodeIdCodec })

export const decideUnassignRelay = ({ nodeId, atEpochMs }: UnassignRelay, state: ExistingMesh): Decision => {
  const node = largeMapGet(state.nodes, nodeId)
  if (node === undefined) return refuse({ code: 'node-unknown', nodeId })
  if (node.relay === null) return alreadySo
  const unfolding = unfoldFrom(state)
  changeRelay(unfolding, { type: 'RelayUnassigned', atEpochMs, nodeId, cause: 'command' })
  return E.right(unfolding.events())
}
