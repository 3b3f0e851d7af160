import {
  describeMeshEvent,
  describeStateChange,
  evolve,
  type MeshCommand,
  type MeshEvent,
  type MeshState,
  planCommandInSteps,
} from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { type PlanAnswer, viewPlan } from '../api/plan-api.js'
import type { UnstampedCommand } from '../mesh-service/command-answer.js'
import { stamped } from '../mesh-service/decide-batch.js'
import { type ApiError, apiErrorOf } from './api-error.js'
import { type IsEnough, longestLook } from './longest-look.js'
import type { ServerContext } from './server-context.js'

/** What a command would do to the mesh as it is now. Refused as the command would be. */
export const planChange = async (
  { service, questions, clock }: ServerContext,
  command: UnstampedCommand,
): Promise<E.Either<ApiError, PlanAnswer>> => {
  const { health } = service
  if (health.state === 'broken') return E.left(apiErrorOf({ code: 'event-log-unreadable', reason: health.reason }))
  const answer = await questions.ask(() => {
    const { state } = service
    const isEnough = longestLook(questions)
    return questions.run(planInSteps(state, stamped(command, state, clock.nowEpochMs()), isEnough))
  })
  return E.isLeft(answer) ? E.left(apiErrorOf(answer.left)) : answer.right
}

function* planInSteps(
  state: MeshState,
  command: MeshCommand,
  isEnough: IsEnough,
): Generator<undefined, E.Either<ApiError, PlanAnswer>> {
  const plan = yield* planCommandInSteps(state, command, { isEnough })
  if (E.isLeft(plan)) return E.left(apiErrorOf(plan.left, state))
  const { events, after } = plan.right
  const eventLines = yield* linesInSteps(state, events)
  const changeLines = describeStateChange(state, after, plan.right)
  const asOf = { epoch: state.mesh?.epoch ?? 0, revision: state.revision }
  return E.right(viewPlan(asOf, plan.right, eventLines, changeLines))
}

/** With the names that hold when each of them happens. */
function* linesInSteps(state: MeshState, events: readonly MeshEvent[]): Generator<undefined, readonly string[]> {
  const lines: string[] = []
  let before = state
  for (const event of events) {
    lines.push(describeMeshEvent(event, before))
    before = evolve(before, event)
    yield
  }
  return lines
}
