import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { gatewayIdsCodec, pairIdCodec, pathEvidenceCodec, sequenceCodec } from '../gateway-codecs.js'
import { largeMapGet } from '../large-map.js'
import { commandCodec } from './command-codec.js'
import { alreadySo, type Decision, type ExistingMesh, refuse } from './decision.js'
import { orderToldBy } from './told-order.js'

/** The owner of an auto-relayed pair says which of its gateways the pair uses now (C6), and this records it. `[]` for old news. */
export type MoveAutoRelay = t.TypeOf<typeof moveAutoRelayCodec>

export const moveAutoRelayCodec = commandCodec('MoveAutoRelay', {
  pairId: pairIdCodec,
  /** Those that both ends can use, in the owner's order. */
  gatewayIds: gatewayIdsCodec,
  /** Of the owner's vector. */
  sequence: sequenceCodec,
  evidence: pathEvidenceCodec,
})

export const decideMoveAutoRelay = (command: MoveAutoRelay, state: ExistingMesh): Decision => {
  const { pairId, sequence, evidence, atEpochMs } = command
  const pair = largeMapGet(state.autoRelays, pairId)
  if (pair === undefined) return refuse({ code: 'auto-relay-unknown', pairId })
  const told = orderToldBy(command, pair)
  if (E.isLeft(told)) return told
  const gatewayIds = told.right
  if (gatewayIds === null) return alreadySo
  const cause = 'own-choice'
  return E.right([{ type: 'AutoRelayMoved', atEpochMs, pairId, gatewayIds, sequence, cause, evidence }])
}
