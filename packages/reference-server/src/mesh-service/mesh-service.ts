/**
 * One mesh as a server runs it: its state, rebuilt from the log at the start and following it from then on, and the queue
 * through which it changes. Several servers may run the same mesh: what counts is in the log.
 */
import type { AsOf, Clock, Crypto, EventLog, EventSubscription, MeshState, Timers } from '@meshfold/core'
import { asOfState } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import type { ServerLog } from '../server-log.js'
import type { CommandAnswer, CommandContext, UnstampedCommand } from './command-answer.js'
import { CommandQueue, type CommandQueueOptions } from './command-queue.js'
import type { MeshHistory, MeshStep } from './mesh-history.js'
import { describeRebuildError, type RebuildError, readOn, rebuildHistory } from './rebuild-history.js'

export interface MeshServiceOptions {
  readonly log: EventLog
  /** `mesh-<id>`. */
  readonly stream: string
  readonly crypto: Crypto
  readonly clock: Clock
  readonly timers: Timers
  readonly serverLog: ServerLog
  readonly gatherMs?: number | undefined
  readonly onAppend?: CommandQueueOptions['onAppend']
}

/** Whether the service can do its work; `broken` is for good. */
export type ServiceHealth = { readonly state: 'working' } | { readonly state: 'broken'; readonly reason: string }

const RESUBSCRIBE_MS = 500

export class MeshService {
  readonly #options: MeshServiceOptions
  readonly #history: MeshHistory
  readonly #queue: CommandQueue
  #subscription: EventSubscription | undefined
  #health: ServiceHealth = { state: 'working' }
  #isClosed = false

  private constructor(options: MeshServiceOptions, history: MeshHistory) {
    this.#options = options
    this.#history = history
    this.#queue = new CommandQueue({ ...options, history, onUnreadable: (reason) => this.#break(reason) })
  }

  /** Rebuilds the mesh from its log and follows it. */
  static async start(options: MeshServiceOptions): Promise<E.Either<RebuildError, MeshService>> {
    const history = await rebuildHistory(options.log, options.stream)
    if (E.isLeft(history)) return history
    const service = new MeshService(options, history.right)
    service.#follow()
    return E.right(service)
  }

  get state(): MeshState {
    return this.#history.state
  }

  get asOf(): AsOf {
    return asOfState(this.#history.state)
  }

  get health(): ServiceHealth {
    return this.#health
  }

  get history(): MeshHistory {
    return this.#history
  }

  /** Carries out a command. The same command id again gets the same answer. */
  submit(command: UnstampedCommand, context: CommandContext): Promise<CommandAnswer> {
    return this.#queue.submit(command, context)
  }

  /** Called at once after each move of the mesh, whoever caused it. */
  onStep(listener: (step: MeshStep) => void): () => void {
    return this.#history.onStep(listener)
  }

  /** Reads what other servers wrote, without waiting for the subscription. */
  async readOn(): Promise<void> {
    const { log, stream } = this.#options
    const caughtUp = await readOn(log, stream, this.#history)
    if (E.isLeft(caughtUp))
      this.#options.serverLog.warn({ reason: describeRebuildError(caughtUp.left) }, 'could not read on')
  }

  /** Answers the commands that wait, takes no more, and stops following the log; the log itself stays open. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.#queue.close({ code: 'server-stopping' })
    await this.#subscription?.stop()
  }

  #follow(): void {
    if (this.#isClosed || this.#health.state === 'broken') return
    const { log, stream, serverLog, timers } = this.#options
    const again = () => timers.after(RESUBSCRIBE_MS, () => this.#follow())
    this.#subscription = log.subscribe(stream, this.#history.state.revision + 1, {
      onEvents: async (page) => {
        await this.#queue.appending
        const advanced = this.#history.advance(page)
        if (E.isRight(advanced)) return
        this.#break(describeRebuildError(advanced.left))
        throw new Error('events can not be read')
      },
      onError: (error) => {
        if (this.#isClosed) return
        const reason = describeRebuildError(error)
        if (error.code === 'event-log-corrupt') return this.#break(reason)
        serverLog.warn({ reason }, 'the subscription to the event log ended; subscribing again')
        again()
      },
    })
  }

  #break(reason: string): void {
    if (this.#health.state === 'broken') return
    this.#health = { state: 'broken', reason }
    this.#options.serverLog.error({ reason }, 'the event log can not be read: no commands are taken any more')
    void this.#queue.close({ code: 'event-log-unreadable', reason })
  }
}
