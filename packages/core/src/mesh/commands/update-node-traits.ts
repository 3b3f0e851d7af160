import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { nodeIdCodec } from '../../values/index.js'
import { tunnelSettingsProps } from '../event-parts.js'
import { largeMapGet } from '../large-map.js'
import { nodeTraitsEq } from '../mesh-equality.js'
import { commandCodec, partialCodec } from './command-codec.js'
import { alreadySo, type Decision, type ExistingMesh, refuse } from './decision.js'
import { releasePairsOf } from './pair-releases.js'
import { unfoldFrom } from './unfolding.js'

/** Change what a node wants of its tunnel (D5), of relays that nobody assigned (C3), and of its own LAN (E7). What is left out stays. */
export type UpdateNodeTraits = t.TypeOf<typeof updateNodeTraitsCodec>

export const updateNodeTraitsCodec = commandCodec(
  'UpdateNodeTraits',
  { nodeId: nodeIdCodec },
  {
    tunnel: partialCodec('tunnel settings', tunnelSettingsProps),
    autoRelay: t.keyof({ allowed: null, never: null }),
    ownLan: t.keyof({ own: null, mesh: null }),
  },
)

export const decideUpdateNodeTraits = (command: UpdateNodeTraits, state: ExistingMesh): Decision => {
  const { nodeId, atEpochMs } = command
  const node = largeMapGet(state.nodes, nodeId)
  if (node === undefined) return refuse({ code: 'node-unknown', nodeId })
  const wanted = {
    tunnel: { ...node.tunnel, ...command.tunnel },
    autoRelay: command.autoRelay ?? node.autoRelay,
    ownLan: command.ownLan ?? node.ownLan,
  }
  if (nodeTraitsEq.equals(node, wanted)) return alreadySo
  const unfolding = unfoldFrom(state)
  if (wanted.autoRelay === 'never') releasePairsOf(unfolding, nodeId, 'end-never-relayed', atEpochMs)
  unfolding.emit({ type: 'NodeTraitsUpdated', atEpochMs, nodeId, ...wanted })
  return E.right(unfolding.events())
}
