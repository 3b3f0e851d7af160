import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { evidenceOrNullCodec, pairIdCodec } from '../gateway-codecs.js'
import { largeMapHas } from '../large-map.js'
import { commandCodec } from './command-codec.js'
import { type Decision, type ExistingMesh, refuse } from './decision.js'

/** A pair connects directly again (C5), or somebody wants it to try. */
export type ReleaseAutoRelay = t.TypeOf<typeof releaseAutoRelayCodec>

export const releaseAutoRelayCodec = commandCodec('ReleaseAutoRelay', {
  pairId: pairIdCodec,
  /** `direct`: an echo went both ways. */
  cause: t.keyof({ direct: null, command: null }),
  evidence: evidenceOrNullCodec,
})

export const decideReleaseAutoRelay = (command: ReleaseAutoRelay, state: ExistingMesh): Decision => {
  const { pairId, cause, evidence, atEpochMs } = command
  if (!largeMapHas(state.autoRelays, pairId)) return refuse({ code: 'auto-relay-unknown', pairId })
  return E.right([{ type: 'AutoRelayReleased', atEpochMs, pairId, cause, evidence }])
}
