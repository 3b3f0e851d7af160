import type { EpochMs } from '../values/index.js'
import { largeMapGet } from './large-map.js'
import type { ApiToken, MeshState } from './mesh-state.js'
import { isAhead } from './time.js'

/**
 * The API token with this SHA-256 (64 lower-case hex digits), while it lets its user in; `null`: it never was, was revoked, expired
 * (from `expiresAtEpochMs` on), or its user is disabled. What the user may do is asked of `mayDo`, and with the scope `read` nothing
 * else than reading.
 */
export const tokenLetsIn = (state: MeshState, tokenHash: string, atEpochMs: EpochMs): ApiToken | null => {
  const apiTokenId = largeMapGet(state.indexes.apiTokenIdsByHash, tokenHash)
  const token = apiTokenId === undefined ? undefined : largeMapGet(state.apiTokens, apiTokenId)
  if (token === undefined) return null
  const user = largeMapGet(state.users, token.userId)
  if (user === undefined || user.disabled) return null
  return token.expiresAtEpochMs === null || isAhead(token.expiresAtEpochMs, atEpochMs) ? token : null
}
