import type { AgentEndpoint, EventLog } from '@meshfold/core'
import type { Sweeper } from '../agents/sweeper.js'
import type { ServerContext } from '../http/server-context.js'
import type { Listeners } from './listeners.js'

export interface StopParts {
  readonly listeners: Listeners
  readonly endpoint: AgentEndpoint
  /** Of the app. */
  readonly close: () => Promise<void>
  readonly sweeper: Sweeper
  readonly context: ServerContext
  readonly log: EventLog
}

/** Calls under way have so long to be answered. */
const ANSWER_MS = 1000

/** In an order in which nobody waits for what is gone: no new calls, agents told, commands answered, then the log. */
export const stopServer = async ({ listeners, endpoint, close, sweeper, context, log }: StopParts): Promise<void> => {
  const { sessions, reactor, service, descriptions, questions, past } = context
  listeners.stop()
  questions.close()
  sessions.close()
  await within(ANSWER_MS, sweeper.close())
  await within(ANSWER_MS, reactor.close())
  await within(ANSWER_MS, endpoint.close())
  await service.close()
  await within(ANSWER_MS, close())
  descriptions.close()
  past.close()
  await within(ANSWER_MS, listeners.end())
  await log.close()
}

/** What doesn't end by then is left behind: the process is about to end. */
const within = (limitMs: number, work: Promise<void>): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, limitMs)
    work.then(resolve, reject).finally(() => clearTimeout(timer))
  })
