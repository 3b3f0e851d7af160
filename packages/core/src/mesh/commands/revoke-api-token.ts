import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { apiTokenIdCodec, userIdCodec } from '../../values/index.js'
import { orNull } from '../event-parts.js'
import { largeMapGet } from '../large-map.js'
import { tokenOwnerProblem } from './api-token-rules.js'
import { commandCodec } from './command-codec.js'
import { type Decision, type ExistingMesh, refuse } from './decision.js'

/** Nobody gets in with the token any more (G2). */
export type RevokeApiToken = t.TypeOf<typeof revokeApiTokenCodec>

export const revokeApiTokenCodec = commandCodec('RevokeApiToken', {
  apiTokenId: apiTokenIdCodec,
  /** Who asks; `null`: the mesh's administrator token, or the system. */
  byUserId: orNull(userIdCodec),
})

export const decideRevokeApiToken = (
  { apiTokenId, byUserId, atEpochMs }: RevokeApiToken,
  state: ExistingMesh,
): Decision => {
  const token = largeMapGet(state.apiTokens, apiTokenId)
  if (token === undefined) return refuse({ code: 'api-token-unknown', apiTokenId })
  const forbidden = tokenOwnerProblem(state, byUserId, token.userId)
  if (forbidden !== undefined) return refuse(forbidden)
  return E.right([{ type: 'ApiTokenRevoked', atEpochMs, apiTokenId }])
}
