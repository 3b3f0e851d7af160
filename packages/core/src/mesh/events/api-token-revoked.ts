import * as t from 'io-ts'
import { apiTokenIdCodec, epochMsCodec } from '../../values/index.js'
import { largeMapDelete, largeMapGet } from '../large-map.js'
import type { MeshDraft } from '../mesh-state.js'

/** An API token lets nobody in any more, for good. */
export type ApiTokenRevoked = t.TypeOf<typeof apiTokenRevokedCodec>

export const apiTokenRevokedCodec = t.type(
  { type: t.literal('ApiTokenRevoked'), atEpochMs: epochMsCodec, apiTokenId: apiTokenIdCodec },
  'ApiTokenRevoked',
)

export const evolveApiTokenRevoked = (draft: MeshDraft, { apiTokenId }: ApiTokenRevoked): void => {
  const token = largeMapGet(draft.apiTokens, apiTokenId)
  if (token === undefined) return
  largeMapDelete(draft.indexes.apiTokenIdsByHash, token.secretHash)
  largeMapDelete(draft.apiTokens, apiTokenId)
}
