import type { CommandId, MeshEvent } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import type { CommandAnswer } from './command-answer.js'

/** So many commands are remembered by their id; a repeat of an older one is decided anew, or found in the log. */
const REMEMBERED_COMMANDS = 10_000

/** Answers by command id: those given here, and those found in the log, whoever wrote them. The oldest are forgotten. */
export class AnsweredCommands {
  readonly #answers = new Map<CommandId, CommandAnswer>()
  readonly #capacity: number

  constructor(capacity: number = REMEMBERED_COMMANDS) {
    this.#capacity = capacity
  }

  get(commandId: CommandId): CommandAnswer | undefined {
    return this.#answers.get(commandId)
  }

  remember(commandId: CommandId, answer: CommandAnswer): void {
    this.#answers.delete(commandId)
    this.#answers.set(commandId, answer)
    if (this.#answers.size <= this.#capacity) return
    const oldest = this.#answers.keys().next()
    if (oldest.done !== true) this.#answers.delete(oldest.value)
  }

  /** Events of a command as the log hands them over; those of one command may come in several parts. */
  addEvents(commandId: CommandId, events: readonly MeshEvent[], revision: number): void {
    const known = this.#answers.get(commandId)
    const before = known !== undefined && E.isRight(known) ? known.right.events : []
    this.remember(commandId, E.right({ commandId, events: [...before, ...events], revision }))
  }
}
