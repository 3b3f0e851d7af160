import type { MeshState } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import type { PastStateError, PointInTime } from '../mesh-service/past-states.js'
import { type ApiError, apiErrorOf } from './api-error.js'
import type { ServerContext } from './server-context.js'

type StatesAt<P extends readonly unknown[]> = { readonly [I in keyof P]: MeshState }

/** Answers from the mesh as it was at some places in its history; at `undefined` as it is. */
export const askPast = async <const P extends readonly (PointInTime | undefined)[], A>(
  { past, questions }: ServerContext,
  points: P,
  answer: (states: StatesAt<P>) => E.Either<ApiError, A> | Promise<E.Either<ApiError, A>>,
): Promise<E.Either<ApiError, A>> => {
  const answerNow = async () => {
    const states: MeshState[] = []
    for (const point of points) {
      const state = await past.at(point)
      if (E.isLeft(state)) return E.left(pastError(state.left))
      states.push(state.right)
    }
    return answer(states as unknown as StatesAt<P>)
  }
  // Of the present there is nothing to read first: nobody has to wait for that.
  if (points.every((point) => point === undefined)) return answerNow()
  const answered = await questions.ask(answerNow)
  return E.isLeft(answered) ? E.left(apiErrorOf(answered.left)) : answered.right
}

/** As an answer of HTTP. */
export const pastError = (error: PastStateError): ApiError => {
  switch (error.code) {
    case 'event-log-unavailable':
      return apiErrorOf(error)
    case 'revision-ahead': {
      const message = `There is no revision ${error.revision} yet: the newest is ${error.headRevision}.`
      return { status: 404, code: error.code, message }
    }
    case 'time-ahead': {
      const message = `It is ${timeText(error.nowEpochMs)} at the server: what will be, nobody knows. Leave the time out for now.`
      return { status: 404, code: error.code, message }
    }
    case 'time-before-mesh': {
      const message = `The mesh began at ${timeText(error.beganAtEpochMs)}. Ask for that time, or a later one.`
      return { status: 404, code: error.code, message }
    }
  }
}

const timeText = (epochMs: number): string => new Date(epochMs).toISOString()
