import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { fresh } from '../../event-format/codec-outline.js'
import { networkIdCodec, networkNameCodec } from '../../values/index.js'
import { largeMapGet } from '../large-map.js'
import { networkContentEq } from '../mesh-equality.js'
import { defaultNetworkSettings } from '../mesh-state.js'
import { commandCodec } from './command-codec.js'
import { networkSettingsChangeCodec, rangeCodec } from './command-parts.js'
import { alreadySo, type Decision, type ExistingMesh, refuse } from './decision.js'
import { networkRangesProblem, virtualPoolsProblem } from './range-rules.js'

/** Begin a network (A1). At least one of the two ranges. `[]` when it is there with the same content. */
export type CreateNetwork = t.TypeOf<typeof createNetworkCodec>

export const createNetworkCodec = commandCodec('CreateNetwork', {
  /** Fresh. */
  networkId: fresh(networkIdCodec),
  name: networkNameCodec,
  range4: rangeCodec,
  range6: rangeCodec,
  /** What is left out is as in `defaultNetworkSettings`. */
  settings: networkSettingsChangeCodec,
})

export const decideCreateNetwork = (command: CreateNetwork, state: ExistingMesh): Decision => {
  const { atEpochMs, networkId, name, range4, range6 } = command
  const settings = { ...defaultNetworkSettings, ...command.settings }
  const present = largeMapGet(state.networks, networkId)
  if (present !== undefined && networkContentEq.equals(present, { ...command, settings })) return alreadySo
  if (present !== undefined) return refuse({ code: 'network-id-taken', networkId, name: present.name })
  const namesake = largeMapGet(state.indexes.networkIdsByName, name)
  if (namesake !== undefined) return refuse({ code: 'network-name-taken', name, networkId: namesake })
  const problem = networkRangesProblem(state, command) ?? virtualPoolsProblem(state, { ...command, settings })
  if (problem !== undefined) return refuse(problem)
  return E.right([{ type: 'NetworkCreated', atEpochMs, networkId, name, range4, range6, settings }])
}
