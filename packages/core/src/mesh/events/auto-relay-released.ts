import * as t from 'io-ts'
import { epochMsCodec } from '../../values/index.js'
import { evidenceOrNullCodec, pairIdCodec } from '../gateway-codecs.js'
import { dropPair } from '../gateway-records.js'
import type { MeshDraft } from '../mesh-state.js'

/** A pair uses no gateway any more. `direct`: it connects directly again; any other cause says nothing about that. */
export type AutoRelayReleased = t.TypeOf<typeof autoRelayReleasedCodec>

export const autoRelayReleasedCodec = t.type(
  {
    type: t.literal('AutoRelayReleased'),
    atEpochMs: epochMsCodec,
    pairId: pairIdCodec,
    cause: t.keyof({
      direct: null,
      command: null,
      'gateway-removed': null,
      'gateway-away': null,
      'auto-relay-off': null,
      'end-relayed': null,
      'end-is-gateway': null,
      'end-never-relayed': null,
      'node-left': null,
      'network-removed': null,
    }),
    evidence: evidenceOrNullCodec,
  },
  'AutoRelayReleased',
)

export const evolveAutoRelayReleased = (draft: MeshDraft, { pairId }: AutoRelayReleased): void =>
  dropPair(draft, pairId)
