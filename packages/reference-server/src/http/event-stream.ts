/** Events for whoever looks on (server-sent events, WHATWG HTML §9.2). One that reads slowly is waited for, not buffered for. */
import type { RecordedEvent } from '@meshfold/core'
import type { FastifyReply, FastifyRequest } from 'fastify'
import * as E from 'fp-ts/lib/Either.js'
import type { EventView } from '../api/event-api.js'
import type { ApiError } from './api-error.js'
import type { ServerContext } from './server-context.js'

/** A proxy or browser gives up on a silent connection. */
const COMMENT_MS = 15_000
const MOST_STREAMS = 100

let open = 0

/** Answers with events until the other end goes. `from`: the first revision wanted; by default only new ones. */
export const streamEvents = (
  { log, stream, service }: ServerContext,
  request: FastifyRequest,
  reply: FastifyReply,
  from: number | undefined,
  view: (page: readonly RecordedEvent[]) => Promise<E.Either<ApiError, readonly EventView[]>>,
): FastifyReply => {
  if (open >= MOST_STREAMS) {
    const message = `${MOST_STREAMS} others follow the events already. Close one, or ask again later.`
    return reply.code(503).send({ error: { code: 'too-many-streams', message } })
  }
  reply.hijack()
  open += 1
  const { raw } = reply
  raw.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'x-accel-buffering': 'no',
  })
  raw.write(': events\n\n')
  const comment = setInterval(() => raw.write(':\n\n'), COMMENT_MS)
  const subscription = log.subscribe(stream, lastSeen(request) ?? from ?? service.state.revision + 1, {
    onEvents: async (page) => {
      const events = await view(page)
      if (E.isLeft(events)) {
        raw.end()
        return
      }
      const text = events.right.map((event) => `id: ${event.revision}\ndata: ${JSON.stringify(event)}\n\n`).join('')
      if (!raw.write(text) && !raw.destroyed) await drained(raw)
    },
    onError: () => raw.end(),
  })
  raw.once('close', () => {
    open -= 1
    clearInterval(comment)
    void subscription.stop()
  })
  return reply
}

/** A browser that comes back says what it saw last. */
const lastSeen = (request: FastifyRequest): number | undefined => {
  const id = request.headers['last-event-id']
  return typeof id === 'string' && /^\d{1,15}$/.test(id) ? Number(id) + 1 : undefined
}

const drained = (raw: FastifyReply['raw']): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      raw.off('drain', done)
      raw.off('close', done)
      resolve()
    }
    raw.once('drain', done)
    raw.once('close', done)
  })
