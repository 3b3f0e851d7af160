/**
 * The mesh as this server knows it: the newest state, and the last changes of its fragments. Whatever is in the log comes
 * through here once, in order, whoever wrote it.
 */
import {
  changedFragments,
  createFragmentRing,
  evolveAll,
  type FragmentChanges,
  type FragmentRing,
  type MeshEvent,
  type MeshState,
  type RecordedEvent,
} from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { AnsweredCommands } from './answered-commands.js'
import { type CommandEvents, groupByCommand, type UnreadableEvent } from './recorded-events.js'

/** What one command did. */
export interface CommandStep extends CommandEvents {
  readonly before: MeshState
  readonly after: MeshState
}

/** One move of the mesh, of one command or of several that were committed together. */
export interface MeshStep {
  readonly before: MeshState
  readonly after: MeshState
  readonly events: readonly MeshEvent[]
  readonly changes: FragmentChanges
}

/** Why what came from the log could not be added. */
export type AdvanceError =
  | { readonly code: 'event-unreadable'; readonly unreadable: UnreadableEvent }
  /** Events between are missing: read on from the own revision. */
  | { readonly code: 'events-missing'; readonly expectedRevision: number; readonly revision: number }

export class MeshHistory {
  readonly answered: AnsweredCommands = new AnsweredCommands()
  readonly ring: FragmentRing = createFragmentRing()
  readonly #listeners = new Set<(step: MeshStep) => void>()
  #state: MeshState

  constructor(state: MeshState) {
    this.#state = state
  }

  get state(): MeshState {
    return this.#state
  }

  /** Called after each move, at once. A listener must not throw. */
  onStep(listener: (step: MeshStep) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Takes events as the log hands them over. Those known already are skipped. */
  advance(recorded: readonly RecordedEvent[]): E.Either<AdvanceError, void> {
    const fresh = recorded.filter(({ revision }) => revision > this.#state.revision)
    const first = fresh[0]
    if (first === undefined) return E.right(undefined)
    const expectedRevision = this.#state.revision + 1
    if (first.revision !== expectedRevision)
      return E.left({ code: 'events-missing', expectedRevision, revision: first.revision })
    const groups = groupByCommand(fresh)
    if (E.isLeft(groups)) return E.left({ code: 'event-unreadable', unreadable: groups.left })
    this.take(stepsOf(this.#state, groups.right))
    return E.right(undefined)
  }

  /** Takes steps that are in the log. They follow on the newest state. */
  take(steps: readonly CommandStep[]): void {
    const last = steps.at(-1)
    if (last === undefined) return
    const before = this.#state
    // A step a command: agents and other servers may stand between any two commands, whatever was committed together.
    const changes = steps.map((step) => changedFragments(step.before, step.after, step.events))
    for (const change of changes) this.ring.append(change)
    for (const step of steps) this.answered.addEvents(step.commandId, step.events, step.after.revision)
    this.#state = last.after
    const events = steps.flatMap((step) => step.events)
    const [only] = changes
    const whole = only !== undefined && changes.length === 1 ? only : changedFragments(before, last.after, events)
    for (const listener of this.#listeners) listener({ before, after: last.after, events, changes: whole })
  }
}

/** The states between commands. */
const stepsOf = (state: MeshState, groups: readonly CommandEvents[]): readonly CommandStep[] => {
  let before = state
  return groups.map((group) => {
    const after = evolveAll(before, group.events)
    const step = { ...group, before, after }
    before = after
    return step
  })
}
