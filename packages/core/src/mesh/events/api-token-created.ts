import * as t from 'io-ts'
import { apiTokenIdCodec, epochMsCodec, userIdCodec } from '../../values/index.js'
import { orNull, shortText } from '../event-parts.js'
import { largeMapSet } from '../large-map.js'
import type { MeshDraft } from '../mesh-state.js'
import { tokenScopeCodec } from '../user-parts.js'

/** Programs that hold the token's secret may act as that user. The secret itself is not in the log. */
export type ApiTokenCreated = t.TypeOf<typeof apiTokenCreatedCodec>

export const apiTokenCreatedCodec = t.type(
  {
    type: t.literal('ApiTokenCreated'),
    atEpochMs: epochMsCodec,
    apiTokenId: apiTokenIdCodec,
    userId: userIdCodec,
    name: shortText(64),
    /** SHA-256, hex: the secret has too many bits to be guessed, so a fast hash does. */
    secretHash: shortText(64),
    scope: tokenScopeCodec,
    expiresAtEpochMs: orNull(epochMsCodec),
  },
  'ApiTokenCreated',
)

export const evolveApiTokenCreated = (draft: MeshDraft, event: ApiTokenCreated): void => {
  const { type: _type, atEpochMs, ...facts } = event
  largeMapSet(draft.apiTokens, event.apiTokenId, { ...facts, createdAtEpochMs: atEpochMs })
  largeMapSet(draft.indexes.apiTokenIdsByHash, event.secretHash, event.apiTokenId)
}
