import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { fresh } from '../../event-format/codec-outline.js'
import { apiTokenIdCodec, epochMsCodec, userIdCodec } from '../../values/index.js'
import { orNull } from '../event-parts.js'
import { largeMapGet } from '../large-map.js'
import { apiTokenContentEq } from '../mesh-equality.js'
import { isAhead } from '../time.js'
import { tokenScopeCodec } from '../user-parts.js'
import { tokenOwnerProblem } from './api-token-rules.js'
import { commandCodec } from './command-codec.js'
import { secretHashCodec, titleCodec } from './command-parts.js'
import { alreadySo, type Decision, type ExistingMesh, refuse } from './decision.js'

/**
 * Let a program act as a user (G2): as oneself, or as somebody not above oneself where one manages users. The secret is shown once by
 * whoever made it, and has 128 random bits at least; it never comes here.
 */
export type CreateApiToken = t.TypeOf<typeof createApiTokenCodec>

export const createApiTokenCodec = commandCodec('CreateApiToken', {
  /** Fresh. */
  apiTokenId: fresh(apiTokenIdCodec),
  userId: userIdCodec,
  name: titleCodec(64),
  secretHash: secretHashCodec,
  /** `read`: whatever the user may do, the token only reads. */
  scope: tokenScopeCodec,
  /** `null`: never. */
  expiresAtEpochMs: orNull(epochMsCodec),
  /** Who asks; `null`: the mesh's administrator token, or the system. */
  byUserId: orNull(userIdCodec),
})

export const decideCreateApiToken = (command: CreateApiToken, state: ExistingMesh): Decision => {
  const { type: _type, byUserId, ...facts } = command
  const { apiTokenId, userId, secretHash, expiresAtEpochMs, atEpochMs } = command
  const forbidden = tokenOwnerProblem(state, byUserId, userId)
  if (forbidden !== undefined) return refuse(forbidden)
  const present = largeMapGet(state.apiTokens, apiTokenId)
  if (present !== undefined && apiTokenContentEq.equals(present, facts)) return alreadySo
  if (present !== undefined) return refuse({ code: 'api-token-id-taken', apiTokenId, name: present.name })
  if (largeMapGet(state.indexes.apiTokenIdsByHash, secretHash) !== undefined)
    return refuse({ code: 'api-token-secret-taken' })
  if (expiresAtEpochMs !== null && !isAhead(expiresAtEpochMs, atEpochMs))
    return refuse({ code: 'expiry-not-ahead', expiresAtEpochMs, atEpochMs })
  return E.right([{ type: 'ApiTokenCreated', ...facts }])
}
