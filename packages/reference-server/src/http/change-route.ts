/** Routes that change the mesh: each asks for one command, and can say instead what that would do. */
import * as E from 'fp-ts/lib/Either.js'
import { viewDone } from '../api/event-api.js'
import type { CommandDone, UnstampedCommand } from '../mesh-service/command-answer.js'
import type { ApiError } from './api-error.js'
import { planChange } from './plan-change.js'
import { type JsonRoute, type JsonRouteSpec, jsonRoute, type RouteInput } from './route.js'
import { carryOut, type ServerContext } from './server-context.js'

/** What a call asks for, and what it is shown when that was done. */
export interface Change<A> {
  readonly command: UnstampedCommand
  readonly shown: (done: CommandDone) => E.Either<ApiError, A>
}

/** Nothing is left to show but whether anything changed. */
export const shownDone = (done: CommandDone): E.Either<never, ReturnType<typeof viewDone>> => E.right(viewDone(done))

interface ChangeRouteSpec<P, Q, B, A> extends Omit<JsonRouteSpec<P, Q, B, A>, 'handle' | 'plan'> {
  readonly change: (input: RouteInput<P, Q, B>) => E.Either<ApiError, Change<A>>
}

/** With `dryRun=true` its command is planned, not given. */
export const changeRoute = <P = undefined, Q = undefined, B = undefined, A = unknown>(
  server: ServerContext,
  { change, ...spec }: ChangeRouteSpec<P, Q, B, A>,
): JsonRoute =>
  jsonRoute<P, Q, B, A>({
    ...spec,
    handle: async (input, { context }) => {
      const wanted = change(input)
      if (E.isLeft(wanted)) return wanted
      const done = await carryOut(server, wanted.right.command, context)
      return E.isLeft(done) ? done : wanted.right.shown(done.right)
    },
    plan: async (input) => {
      const wanted = change(input)
      return E.isLeft(wanted) ? wanted : planChange(server, wanted.right.command)
    },
  })
