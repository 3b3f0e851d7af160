/** What the mesh was made of, and what is different. */
import * as E from 'fp-ts/lib/Either.js'
import { diffAnswer, diffQuery, stateAnswer, stateQuery, viewDiff, viewState } from '../../api/history-api.js'
import { askPast } from '../ask-past.js'
import { diffEffects } from '../diff-effects.js'
import { jsonRoute, type Route } from '../route.js'
import type { ServerContext } from '../server-context.js'

const THINGS_PER_PAGE = 1000

export const historyRoutes = (server: ServerContext): readonly Route[] => [
  jsonRoute({
    method: 'GET',
    path: '/api/v1/state',
    access: 'admin',
    summary: 'What the mesh is made of, or was at a revision or time; in pages, without secrets and their hashes',
    query: stateQuery,
    answer: stateAnswer,
    handle: ({ query: { at, limit = THINGS_PER_PAGE, ...page } }) =>
      askPast(server, [at], ([state]) => E.right(viewState(state, { ...page, limit }))),
  }),
  jsonRoute({
    method: 'GET',
    path: '/api/v1/diff',
    access: 'admin',
    summary:
      'What came, went or changed between two revisions or times, and with `effects=true` what followed for hosts',
    query: diffQuery,
    answer: diffAnswer,
    handle: ({ query: { from, to, effects = false } }) =>
      askPast(server, [from, to], async ([before, after]) => {
        const told = effects ? await diffEffects(server, before, after) : E.right(null)
        return E.isLeft(told) ? told : E.right(viewDiff(before, after, told.right))
      }),
  }),
]
