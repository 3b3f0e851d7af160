import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { egressIdCodec } from '../../values/index.js'
import { largeMapGet } from '../large-map.js'
import { commandCodec } from './command-codec.js'
import { type Decision, type ExistingMesh, refuse } from './decision.js'
import { emitConsequences } from './removal-consequences.js'
import { unfoldFrom } from './unfolding.js'

/** End an egress; policies no longer name it. Its routers stay in the network. */
export type RemoveEgress = t.TypeOf<typeof removeEgressCodec>

export const removeEgressCodec = commandCodec('RemoveEgress', { egressId: egressIdCodec })

export const decideRemoveEgress = ({ egressId, atEpochMs }: RemoveEgress, state: ExistingMesh): Decision => {
  const egress = largeMapGet(state.egresses, egressId)
  if (egress === undefined) return refuse({ code: 'egress-unknown', egressId })
  const unfolding = unfoldFrom(state)
  emitConsequences({ kind: 'egress', egressId, atEpochMs }, unfolding)
  unfolding.emit({ type: 'EgressRemoved', atEpochMs, egressId, networkId: egress.networkId, cause: 'removed' })
  return E.right(unfolding.events())
}
