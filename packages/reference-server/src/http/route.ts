import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Either } from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import type { PlanAnswer } from '../api/plan-api.js'
import type { CommandContext } from '../mesh-service/command-answer.js'
import type { ApiError } from './api-error.js'

/** `admin`: with the admin token. `open`: for everybody, for agents and probes. `page`: for everybody's browser. */
export type RouteAccess = 'admin' | 'open' | 'page'

interface RouteHead {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** With `:name` for each parameter. */
  readonly path: string
  readonly access: RouteAccess
  /** One line for the OpenAPI document and for people. */
  readonly summary: string
}

/** Who calls. Its `context` names the command that the call gives, if it gives one. */
export interface Call {
  readonly context: CommandContext
}

/** A route that is all codecs: what comes in is decoded, what goes out encoded, fields that no codec names stay in. */
export interface JsonRoute extends RouteHead {
  readonly kind: 'json'
  readonly params: t.Mixed | undefined
  readonly query: t.Mixed | undefined
  readonly body: t.Mixed | undefined
  readonly bodyLimitBytes: number | undefined
  readonly answer: t.Mixed
  readonly status: number
  readonly handle: (input: RouteInput<unknown, unknown, unknown>, call: Call) => Promise<Either<ApiError, unknown>>
  /** Only of routes that change the mesh: what the call would do, and nothing is done. Asked for by `dryRun=true`. */
  readonly plan: ((input: RouteInput<unknown, unknown, unknown>) => Promise<Either<ApiError, PlanAnswer>>) | undefined
}

/** A route that answers something else than one JSON object. */
export interface RawRoute extends RouteHead {
  readonly kind: 'raw'
  readonly query: t.Mixed | undefined
  /** Media type of the answer. */
  readonly produces: string
  /** The answer has no end: there is no asking for its head alone. */
  readonly isEndless: boolean
  readonly handle: (request: FastifyRequest, reply: FastifyReply, query: unknown) => Promise<unknown>
}

export type Route = JsonRoute | RawRoute

export interface RouteInput<P, Q, B> {
  readonly params: P
  readonly query: Q
  readonly body: B
}

export interface JsonRouteSpec<P, Q, B, A> extends RouteHead {
  readonly params?: t.Type<P, unknown, unknown>
  readonly query?: t.Type<Q, unknown, unknown>
  readonly body?: t.Type<B, unknown, unknown>
  readonly bodyLimitBytes?: number
  readonly answer: t.Type<A, unknown, unknown>
  /** 200 unless said otherwise. */
  readonly status?: number
  readonly handle: (input: RouteInput<P, Q, B>, call: Call) => Promise<Either<ApiError, A>> | Either<ApiError, A>
  readonly plan?: (input: RouteInput<P, Q, B>) => Promise<Either<ApiError, PlanAnswer>>
}

/** A route from codecs and a function between them. */
export const jsonRoute = <P = undefined, Q = undefined, B = undefined, A = unknown>(
  spec: JsonRouteSpec<P, Q, B, A>,
): JsonRoute => ({
  kind: 'json',
  method: spec.method,
  path: spec.path,
  access: spec.access,
  summary: spec.summary,
  params: spec.params,
  query: spec.query,
  body: spec.body,
  bodyLimitBytes: spec.bodyLimitBytes,
  answer: spec.answer,
  status: spec.status ?? 200,
  handle: async (input, call) => spec.handle(input as RouteInput<P, Q, B>, call),
  plan: spec.plan as JsonRoute['plan'],
})

type RawRouteSpec = Omit<RawRoute, 'kind' | 'query' | 'isEndless'> & Partial<Pick<RawRoute, 'query' | 'isEndless'>>

export const rawRoute = (spec: RawRouteSpec): RawRoute => ({
  kind: 'raw',
  ...spec,
  query: spec.query,
  isEndless: spec.isEndless ?? false,
})
