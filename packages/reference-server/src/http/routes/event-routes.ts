import type { RecordedEvent } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { type EventView, eventStreamQuery, eventsAnswer, eventsQuery, viewEvent } from '../../api/event-api.js'
import { describeRebuildError } from '../../mesh-service/rebuild-history.js'
import { type ApiError, apiErrorOf } from '../api-error.js'
import { streamEvents } from '../event-stream.js'
import { jsonRoute, type Route, rawRoute } from '../route.js'
import type { ServerContext } from '../server-context.js'

export const eventRoutes = (server: ServerContext): readonly Route[] => [
  jsonRoute({
    method: 'GET',
    path: '/api/v1/events',
    access: 'admin',
    summary: 'Events from a revision on, oldest first',
    query: eventsQuery,
    answer: eventsAnswer,
    handle: async ({ query: { from = 0, limit = 100 } }) => {
      const { log, stream, service } = server
      const page = await log.read(stream, { fromRevision: from, maxCount: limit })
      if (E.isLeft(page)) return E.left(apiErrorOf({ code: 'event-log-unavailable', reason: page.left.code }))
      const events = await viewEvents(server, page.right)
      if (E.isLeft(events)) return events
      return E.right({
        events: events.right,
        nextFrom: from + events.right.length,
        headRevision: service.state.revision,
      })
    },
  }),
  rawRoute({
    method: 'GET',
    path: '/api/v1/events/stream',
    access: 'admin',
    summary: 'Events as they happen, those from a revision on first (server-sent events; each has its revision as id)',
    query: eventStreamQuery,
    produces: 'text/event-stream',
    isEndless: true,
    handle: async (request, reply, query) => {
      const { from } = query as t.TypeOf<typeof eventStreamQuery>
      return streamEvents(server, request, reply, from, (page) => viewEvents(server, page))
    },
  }),
]

const viewEvents = async (
  { descriptions }: ServerContext,
  page: readonly RecordedEvent[],
): Promise<E.Either<ApiError, readonly EventView[]>> => {
  const lines = await descriptions.of(page)
  if (E.isLeft(lines))
    return E.left(apiErrorOf({ code: 'event-log-unavailable', reason: describeRebuildError(lines.left) }))
  return E.right(page.map((event, i) => viewEvent(event, lines.right[i] ?? '')))
}
