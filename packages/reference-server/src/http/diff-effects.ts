import { describeStateChange, type MeshState, stateChangeInSteps } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import type { DiffEffects } from '../api/history-api.js'
import type { ApiError } from './api-error.js'
import { pastError } from './ask-past.js'
import { longestLook } from './longest-look.js'
import type { ServerContext } from './server-context.js'

/** What follows from more is not worth the memory. */
const MOST_EVENTS = 50_000

/** What everything that happened between two states did to hosts, and to who can talk to whom. */
export const diffEffects = async (
  { past, questions }: ServerContext,
  before: MeshState,
  after: MeshState,
): Promise<E.Either<ApiError, DiffEffects>> => {
  const count = after.revision - before.revision
  if (count < 0) return E.left(backwards)
  if (count > MOST_EVENTS) return E.left(tooMuch(count))
  const events = await past.eventsBetween(before.revision, after.revision)
  if (E.isLeft(events)) return E.left(pastError(events.left))
  const steps = stateChangeInSteps(before, after, events.right, { isEnough: longestLook(questions) })
  const change = await questions.run(steps)
  return E.right({ ...change, description: describeStateChange(before, after, change) })
}

const backwards: ApiError = {
  status: 400,
  code: 'diff-backwards',
  message: 'What follows for hosts is told forwards only: give the earlier of the two as "from".',
}

const tooMuch = (count: number): ApiError => ({
  status: 409,
  code: 'diff-too-long',
  message: `${count} events lie between the two, and effects are told of ${MOST_EVENTS} at most. Choose two that are closer, or leave the effects out.`,
})
