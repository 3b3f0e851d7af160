/**
 * Commands of one mesh, in order. Those that come within a few milliseconds are decided together and appended as one batch, so
 * that a thousand hosts enrolling at once cost a handful of appends.
 */
import type { CommandId } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import type { ServerLog } from '../server-log.js'
import { type AppendTarget, appendBatch } from './append-batch.js'
import type { CommandAnswer, CommandContext, ServiceError, UnstampedCommand } from './command-answer.js'
import { type DecidedBatch, decideBatch, type WaitingCommand } from './decide-batch.js'
import { findInLog } from './find-in-log.js'
import type { MeshHistory } from './mesh-history.js'
import { describeRebuildError, type RebuildError, readOn } from './rebuild-history.js'

export interface CommandQueueOptions extends AppendTarget {
  readonly history: MeshHistory
  readonly serverLog: ServerLog
  /** How long the first command of a batch waits for others; 2 by default. */
  readonly gatherMs?: number | undefined
  /** 20,000 by default. */
  readonly maxWaiting?: number
  /** The log can't be read: nothing can be decided any more. */
  readonly onUnreadable: (reason: string) => void
}

/** Keeps one turn of the event loop short: a command with its events costs a fraction of a millisecond. */
const COMMANDS_PER_BATCH = 200

export class CommandQueue {
  readonly #options: CommandQueueOptions
  readonly #waiting: WaitingCommand[] = []
  readonly #underWay = new Map<CommandId, Promise<CommandAnswer>>()
  #running: Promise<void> | undefined
  #appending: Promise<void> = Promise.resolve()
  #closed: ServiceError | undefined

  constructor(options: CommandQueueOptions) {
    this.#options = options
  }

  /** Carries out a command, or answers what became of it if its id was given before. */
  submit(command: UnstampedCommand, context: CommandContext): Promise<CommandAnswer> {
    const { commandId } = context
    const known = this.#options.history.answered.get(commandId)
    if (known !== undefined) return Promise.resolve(known)
    const underWay = this.#underWay.get(commandId)
    if (underWay !== undefined) return underWay
    if (this.#closed !== undefined) return Promise.resolve(E.left(this.#closed))
    const waiting = this.#waiting.length
    if (waiting >= (this.#options.maxWaiting ?? 20_000))
      return Promise.resolve(E.left({ code: 'too-many-commands', waiting }))
    const answer = new Promise<CommandAnswer>((resolve) => this.#waiting.push({ command, context, resolve }))
    this.#underWay.set(commandId, answer)
    this.#running ??= this.#run()
    return answer
  }

  /** Settles when what is being appended now is in the history too: the log's subscription need not take it a second time. */
  get appending(): Promise<void> {
    return this.#appending
  }

  /** Takes no more; the promise settles when those that wait are answered. */
  async close(why: ServiceError): Promise<void> {
    this.#closed ??= why
    await this.#running
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      if (this.#waiting.length < COMMANDS_PER_BATCH) await sleep(this.#options.gatherMs ?? 2)
      await this.#commit(this.#waiting.splice(0, COMMANDS_PER_BATCH))
    }
    this.#running = undefined
  }

  async #commit(batch: readonly WaitingCommand[]): Promise<void> {
    for (let open = this.#stillOpen(batch); open.length > 0; open = this.#stillOpen(open)) {
      const { state } = this.#options.history
      if (this.#closed?.code === 'event-log-unreadable') {
        this.#answerAll(open, this.#closed)
        return
      }
      const decided = decideBatch(state, open, this.#options.clock.nowEpochMs(), this.#onCrash)
      // An append tells whether all that is in the log was known. Without one, what is refused here may go by now, and be so no more.
      if (decided.steps.length === 0) {
        if (!(await this.#readOn(open))) return
        if (this.#options.history.state.revision !== state.revision) continue
      }
      const appended = await this.#appendAndSettle(open, decided, state.revision)
      if (E.isRight(appended)) return
      if (appended.left.code !== 'wrong-expected-revision') {
        this.#fail(open, appended.left)
        return
      }
      const stillOpen = await this.#afterConflict(open, state.revision)
      if (stillOpen === undefined) return
      open = stillOpen
    }
  }

  async #appendAndSettle(
    batch: readonly WaitingCommand[],
    decided: DecidedBatch,
    decidedAt: number,
  ): Promise<E.Either<RebuildError, unknown>> {
    const work = appendBatch(this.#options, decided, decidedAt).then((appended) => {
      if (E.isRight(appended)) this.#settle(batch, decided, decidedAt)
      return appended
    })
    this.#appending = work.then(
      () => {},
      () => {},
    )
    return work
  }

  /** The batch is in the log: the history takes it, unless its subscription was quicker. */
  #settle(batch: readonly WaitingCommand[], decided: DecidedBatch, decidedAt: number): void {
    const { history } = this.#options
    const isKnown = history.state.revision !== decidedAt
    if (!isKnown) history.take(decided.steps)
    else history.take(decided.steps.filter(({ before }) => before.revision >= history.state.revision))
    for (const [index, answer] of decided.answers.entries()) {
      const waiting = batch[index]
      if (waiting !== undefined) this.#answer(waiting, answer)
    }
  }

  /** Somebody else wrote: reads on, answers what is in the log by now; the rest is to be decided anew. */
  async #afterConflict(
    batch: readonly WaitingCommand[],
    decidedAt: number,
  ): Promise<readonly WaitingCommand[] | undefined> {
    if (!(await this.#readOn(batch))) return undefined
    const open = this.#stillOpen(batch)
    const isNews = this.#options.history.state.revision > decidedAt
    return isNews || open.length === 0 ? open : this.#withoutRepeats(open)
  }

  /** Answers whether all that is in the log is known now; the batch gets the reason why not. */
  async #readOn(batch: readonly WaitingCommand[]): Promise<boolean> {
    const { log, stream, history } = this.#options
    const caughtUp = await readOn(log, stream, history)
    if (E.isLeft(caughtUp)) this.#fail(batch, caughtUp.left)
    return E.isRight(caughtUp)
  }

  /** Answers those that another server carried out, to which the same command was given. */
  #stillOpen(batch: readonly WaitingCommand[]): readonly WaitingCommand[] {
    return batch.filter((waiting) => {
      const found = this.#options.history.answered.get(waiting.context.commandId)
      if (found !== undefined) this.#answer(waiting, found)
      return found === undefined
    })
  }

  /** Nobody wrote, and yet the log refused: it knows the id of a command that was forgotten here. */
  async #withoutRepeats(batch: readonly WaitingCommand[]): Promise<readonly WaitingCommand[] | undefined> {
    const { log, stream } = this.#options
    const found = await findInLog(log, stream, new Set(batch.map(({ context }) => context.commandId)))
    if (E.isLeft(found)) {
      this.#fail(batch, found.left)
      return undefined
    }
    if (found.right.size === 0) {
      this.#fail(batch, { code: 'event-log-unavailable', reason: 'it refuses events and does not say why' })
      return undefined
    }
    return batch.filter((waiting) => {
      const done = found.right.get(waiting.context.commandId)
      if (done !== undefined) this.#answer(waiting, E.right(done))
      return done === undefined
    })
  }

  #fail(batch: readonly WaitingCommand[], error: RebuildError): void {
    const reason = describeRebuildError(error)
    const isTransient = error.code === 'event-log-unavailable' || error.code === 'event-log-closed'
    if (!isTransient) this.#options.onUnreadable(reason)
    this.#answerAll(batch, { code: isTransient ? 'event-log-unavailable' : 'event-log-unreadable', reason })
  }

  #answerAll(batch: readonly WaitingCommand[], error: ServiceError): void {
    for (const waiting of batch) this.#answer(waiting, E.left(error))
  }

  #answer({ context: { commandId }, resolve }: WaitingCommand, answer: CommandAnswer): void {
    this.#underWay.delete(commandId)
    if (E.isRight(answer) || !isPassing(answer.left.code)) this.#options.history.answered.remember(commandId, answer)
    resolve(answer)
  }

  readonly #onCrash = (thrown: unknown, context: CommandContext): void =>
    this.#options.serverLog.error(
      { err: thrown, commandId: context.commandId },
      'a command crashed; nothing was written for it',
    )
}

const passingCodes = new Set<string>([
  'event-log-unavailable',
  'event-log-unreadable',
  'server-stopping',
  'command-crashed',
])

/** Whether the same command may fare better later. */
const isPassing = (code: string): boolean => passingCodes.has(code)

const sleep = (delayMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, delayMs))
