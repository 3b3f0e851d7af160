/** The HTTP side as one Fastify app: every route of the table behind the same guards, decoders and error answers. */

import rateLimit from '@fastify/rate-limit'
import { type Clock, type Crypto, decodeWith } from '@meshfold/core'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { body as codecOfObject, queryFlag } from '../api/api-codecs.js'
import { type PlanAnswer, planAnswer } from '../api/plan-api.js'
import type { FreshIds } from '../fresh-ids.js'
import type { ServerLog } from '../server-log.js'
import type { ApiError } from './api-error.js'
import type { Authoriser } from './authorise.js'
import { contextOf, idempotencyKeyOf } from './command-context.js'
import { errorOfThrown, noSuchRoute } from './http-errors.js'
import { RepeatedCalls } from './repeated-calls.js'
import { type AllowedNames, hostProblem, originProblem } from './request-policy.js'
import type { JsonRoute, RawRoute, Route } from './route.js'

export interface AppOptions {
  readonly routes: readonly Route[]
  readonly authoriser: Authoriser
  readonly allowedNames: AllowedNames
  readonly ids: FreshIds
  readonly crypto: Crypto
  readonly clock: Clock
  readonly serverLog: ServerLog
  /** Calls to open routes that one address may make in a minute: many machines may stand behind one. */
  readonly openCallsPerMinute?: number
  readonly onAnswer?: (answered: { readonly route: string; readonly status: number; readonly seconds: number }) => void
}

const BODY_LIMIT_BYTES = 64 * 1024
const OPEN_CALLS_PER_MINUTE = 20_000

const ALWAYS = { 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' } as const

/** Listens nowhere: hand requests to its `routing`. */
export const buildApp = async (options: AppOptions): Promise<FastifyInstance> => {
  const app = Fastify({
    logger: false,
    bodyLimit: BODY_LIMIT_BYTES,
    trustProxy: false,
    forceCloseConnections: true,
    // Of URLs that lead to no route, so that no hook and no error handler sees them.
    frameworkErrors: (thrown, _request, reply) => {
      refuse(reply.headers(ALWAYS), errorOfThrown(thrown))
    },
  })
  await app.register(rateLimit, {
    global: false,
    keyGenerator: (request) => request.socket.remoteAddress ?? 'unix',
    errorResponseBuilder: () => tooManyCalls,
  })
  app.removeContentTypeParser('text/plain')
  takeEmptyJson(app)
  app.setErrorHandler((thrown, request, reply) => {
    const error = errorOfThrown(thrown)
    if (error.status >= 500) options.serverLog.error({ err: thrown, route: routeOf(request) }, 'a request failed')
    return refuse(reply, error)
  })
  app.setNotFoundHandler((_request, reply) => refuse(reply, noSuchRoute))
  app.addHook('onSend', async (_request, reply) => {
    reply.headers(ALWAYS)
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store')
  })
  app.addHook('onResponse', async (request, reply) => report(request, reply, options))
  const repeated = new RepeatedCalls()
  for (const route of options.routes) addRoute(app, route, options, repeated)
  return app
}

/** Some clients announce JSON even where they send nothing. */
const takeEmptyJson = (app: FastifyInstance): void => {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeContentTypeParser('application/json')
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, text, done) => {
    if (text === '') done(null, undefined)
    else void parse(request, String(text), done)
  })
}

const addRoute = (app: FastifyInstance, route: Route, options: AppOptions, repeated: RepeatedCalls): void => {
  const max = options.openCallsPerMinute ?? OPEN_CALLS_PER_MINUTE
  app.route({
    method: route.method,
    url: route.path,
    exposeHeadRoute: route.method === 'GET' && !(route.kind === 'raw' && route.isEndless),
    ...(route.kind === 'json' && route.bodyLimitBytes !== undefined ? { bodyLimit: route.bodyLimitBytes } : {}),
    ...(route.access === 'open' ? { config: { rateLimit: { max, timeWindow: 60_000 } } } : {}),
    onRequest: async (request, reply) => {
      const problem = await accessProblem(route, request, reply, options)
      if (problem !== undefined) return refuse(reply, problem)
      return undefined
    },
    handler: (request, reply) =>
      route.kind === 'raw' ? answerRaw(route, request, reply) : answerJson(route, request, reply, options, repeated),
  })
}

const accessProblem = async (
  route: Route,
  request: FastifyRequest,
  reply: FastifyReply,
  { authoriser, allowedNames }: AppOptions,
): Promise<ApiError | undefined> => {
  const foreign = originProblem(request)
  if (foreign !== undefined || route.access === 'open') return foreign
  const misdirected = hostProblem(request, allowedNames)
  if (misdirected !== undefined || route.access === 'page') return misdirected
  return authoriser.problem(request, reply)
}

const answerJson = async (
  route: JsonRoute,
  request: FastifyRequest,
  reply: FastifyReply,
  options: AppOptions,
  repeated: RepeatedCalls,
): Promise<FastifyReply> => {
  const params = decodePart('path', route.params, request.params)
  if (E.isLeft(params)) return refuse(reply, params.left)
  const { dryRun, ...otherQuery } = request.query as Readonly<Record<string, unknown>>
  const query = decodeQuery(route, route.plan === undefined ? request.query : otherQuery)
  if (E.isLeft(query)) return refuse(reply, query.left)
  const isPlan = decodePart('query dryRun', queryFlag, (route.plan && dryRun) ?? 'false')
  if (E.isLeft(isPlan)) return refuse(reply, isPlan.left)
  const body = decodeBody(route, request.body)
  if (E.isLeft(body)) return refuse(reply, body.left)
  const context = contextOf(request, route.access === 'admin' ? 'admin' : 'anonymous', options.ids, options.crypto)
  if (E.isLeft(context)) return refuse(reply, context.left)
  const input = { params: params.right, query: query.right, body: body.right }
  if (route.plan !== undefined && isPlan.right === true) return sendPlan(reply, await route.plan(input))
  const handle = () => route.handle(input, { context: context.right })
  const key = idempotencyKeyOf(request)
  const answer =
    route.method === 'GET' || E.isLeft(key) || key.right === null
      ? await handle()
      : await repeated.answer(
          `${route.method} ${request.url} ${key.right}`,
          JSON.stringify(request.body ?? null),
          options.clock.monotonicMs(),
          handle,
        )
  if (E.isLeft(answer)) return refuse(reply, answer.left)
  return reply.code(route.status).send(route.answer.encode(answer.right))
}

const sendPlan = (reply: FastifyReply, plan: E.Either<ApiError, PlanAnswer>): FastifyReply =>
  E.isLeft(plan) ? refuse(reply, plan.left) : reply.send(planAnswer.encode(plan.right))

/** Of a call that changes something, what nobody asks for is refused: a misspelt `dryRun` must not be overlooked. */
const decodeQuery = ({ query, method }: JsonRoute, input: unknown): E.Either<ApiError, unknown> =>
  decodePart('query', query ?? (method === 'GET' ? undefined : nothing), input)

/** The same of a body where none is wanted: whoever writes `dryRun` into it would have the change made. */
const decodeBody = ({ body, method }: JsonRoute, input: unknown): E.Either<ApiError, unknown> =>
  body === undefined && method !== 'GET' ? decodePart('body', nothing, input ?? {}) : decodePart('body', body, input)

const nothing = codecOfObject({}, {})

const answerRaw = async (route: RawRoute, request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
  const query = decodePart('query', route.query, request.query)
  if (E.isLeft(query)) return refuse(reply, query.left)
  return route.handle(request, reply, query.right)
}

/** What no codec asks for is not looked at. */
const decodePart = (what: string, codec: t.Mixed | undefined, input: unknown): E.Either<ApiError, unknown> => {
  if (codec === undefined) return E.right(undefined)
  const decoded = decodeWith(codec, input ?? undefined)
  if (E.isRight(decoded)) return decoded
  return E.left({ status: 400, code: 'invalid-input', message: `${what}: ${decoded.left.message}` })
}

const refuse = (reply: FastifyReply, { status, code, message }: ApiError): FastifyReply =>
  reply.code(status).header('cache-control', 'no-store').send({ error: { code, message } })

const tooManyCalls = {
  statusCode: 429,
  code: 'too-many-calls',
  message: 'Too many calls came from this address. Wait a minute.',
}

/** The pattern, not the URL: what somebody pasted into a URL by mistake stays out of logs and metrics. */
const routeOf = (request: FastifyRequest): string => request.routeOptions.url ?? 'none'

const report = (request: FastifyRequest, reply: FastifyReply, { serverLog, onAnswer }: AppOptions): void => {
  const answered = { route: routeOf(request), status: reply.statusCode, seconds: reply.elapsedTime / 1000 }
  onAnswer?.(answered)
  const facts = { method: request.method, ...answered, from: request.socket.remoteAddress ?? 'unix' }
  if (request.method === 'GET') serverLog.debug(facts, 'answered')
  else serverLog.info(facts, 'answered')
}
