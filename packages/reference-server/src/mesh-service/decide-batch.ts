import { decide, epochMs, evolveAll, type MeshCommand, type MeshState } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import type { CommandAnswer, CommandContext, UnstampedCommand } from './command-answer.js'
import type { CommandStep } from './mesh-history.js'

/** A command that waits for its turn. */
export interface WaitingCommand {
  readonly command: UnstampedCommand
  readonly context: CommandContext
  readonly resolve: (answer: CommandAnswer) => void
}

/** A batch decided in order, each command against the state that those before it lead to. */
export interface DecidedBatch {
  /** By place in the batch. True once the steps are in the log, not before: they rest on one another. */
  readonly answers: readonly CommandAnswer[]
  /** One for each command that has events. */
  readonly steps: readonly (CommandStep & { readonly context: CommandContext })[]
}

/** Decides commands one after the other. One that is refused, or crashes, leaves the others alone. */
export const decideBatch = (
  state: MeshState,
  batch: readonly WaitingCommand[],
  nowEpochMs: number,
  onCrash: (thrown: unknown, context: CommandContext) => void,
): DecidedBatch => {
  const steps: (CommandStep & { context: CommandContext })[] = []
  let before = state
  const answers = batch.map(({ command, context }): CommandAnswer => {
    const { commandId } = context
    try {
      const decision = decide(stamped(command, before, nowEpochMs), before)
      if (E.isLeft(decision)) return decision
      const events = decision.right
      if (events.length === 0) return E.right({ commandId, events, revision: before.revision })
      const after = evolveAll(before, events)
      steps.push({ commandId, context, events, before, after })
      before = after
      return E.right({ commandId, events, revision: after.revision })
    } catch (thrown) {
      onCrash(thrown, context)
      return E.left({ code: 'command-crashed', commandId })
    }
  })
  return { answers, steps }
}

/** Event time never runs backwards, whatever the clock does. */
export const stamped = (command: UnstampedCommand, state: MeshState, nowEpochMs: number): MeshCommand =>
  ({ ...command, atEpochMs: epochMs(Math.max(Math.floor(nowEpochMs), state.lastEventAtEpochMs)) }) as MeshCommand
