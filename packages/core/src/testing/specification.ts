/**
 * Rules as examples: given what happened, when this is asked, then that follows. Works with any `decide` and `evolve`, those of your
 * own product too, and under any test runner: what doesn't hold throws.
 *
 * ```ts
 * const mesh = specification({ decide, evolve, initialState: emptyMeshState })
 * mesh.given([meshCreated]).when(createNetwork).then([networkCreated])
 * mesh.given([]).when(createNetwork).thenRefused('mesh-unknown')
 * ```
 */
import * as E from 'fp-ts/lib/Either.js'
import { freeze } from 'immer'
import { decide } from '../mesh/decide.js'
import { evolve } from '../mesh/evolve.js'
import type { MeshCommand } from '../mesh/mesh-command.js'
import type { MeshError } from '../mesh/mesh-error.js'
import type { MeshEvent } from '../mesh/mesh-event.js'
import { emptyMeshState, type MeshState } from '../mesh/mesh-state.js'
import { describeDifferences } from './differences.js'

/** What a specification is about: a rule book and its fold. */
export interface Decider<Command, Event, State, Refusal extends { readonly code: string }> {
  /** Answers a command with what follows from it, or why not. Must not change its arguments. */
  readonly decide: (command: Command, state: State) => E.Either<Refusal, readonly Event[]>
  /** The state after one more event. Must not change its arguments. */
  readonly evolve: (state: State, event: Event) => State
  /** Before anything happened. */
  readonly initialState: () => State
}

/** Where an example begins. */
export interface Specification<Command, Event, State, Refusal extends { readonly code: string }> {
  /** What has happened, oldest first. Events and commands are frozen: a rule that changes them fails. */
  readonly given: (events: readonly Event[]) => {
    /** What is asked then. */
    readonly when: (command: Command) => Expectation<Event, State, Refusal>
  }
}

/** What a command is expected to lead to. Each of these throws a {@link SpecificationFailure} when it doesn't. */
export interface Expectation<Event, State, Refusal extends { readonly code: string }> {
  /** Exactly these events in this order. Returns the state after them. */
  readonly then: (events: readonly Event[]) => State
  /** A refusal with this code, and with these facts where some are given. Returns the refusal. */
  readonly thenRefused: <Code extends Refusal['code']>(
    code: Code,
    facts?: Partial<Extract<Refusal, { readonly code: Code }>>,
  ) => Extract<Refusal, { readonly code: Code }>
  /** No event: it is already so. */
  readonly thenNothing: () => void
}

/** An example that doesn't hold. Test runners show `expected` and `actual` side by side. */
export class SpecificationFailure extends Error {
  override readonly name = 'AssertionError'
  constructor(
    message: string,
    readonly expected: unknown,
    readonly actual: unknown,
  ) {
    super(message)
  }
}

/** Makes examples of this decider's rules. */
export const specification = <Command, Event, State, Refusal extends { readonly code: string }>(
  decider: Decider<Command, Event, State, Refusal>,
): Specification<Command, Event, State, Refusal> => ({
  given: (events) => ({
    when: (command) => {
      const before = freeze([...events], true).reduce<State>(decider.evolve, decider.initialState())
      return expectationOf(decider, before, decider.decide(freeze(command, true), before))
    },
  }),
})

/** Examples of the rules of a mesh. */
export const meshSpecification: Specification<MeshCommand, MeshEvent, MeshState, MeshError> = specification({
  decide,
  evolve,
  initialState: emptyMeshState,
})

const expectationOf = <Command, Event, State, Refusal extends { readonly code: string }>(
  decider: Decider<Command, Event, State, Refusal>,
  before: State,
  decision: E.Either<Refusal, readonly Event[]>,
): Expectation<Event, State, Refusal> => {
  const thenEvents = (expected: readonly Event[]): State => {
    if (E.isLeft(decision)) throw failure('expected events, but it was refused', expected, decision.left)
    if (describeDifferences(expected, decision.right) !== '')
      throw failure('other events than expected', expected, decision.right)
    return decision.right.reduce<State>(decider.evolve, before)
  }
  return {
    // biome-ignore lint/suspicious/noThenProperty: the third word of given, when, then; nobody awaits an expectation.
    then: thenEvents,
    thenNothing: () => {
      thenEvents([])
    },
    thenRefused: (code, facts) => {
      const expected = { ...facts, code }
      if (E.isRight(decision)) throw failure('expected a refusal, but it was accepted', expected, decision.right)
      const refusal = decision.left
      const shown = Object.fromEntries(
        Object.keys(expected).map((key) => [key, (refusal as Readonly<Record<string, unknown>>)[key]]),
      )
      if (describeDifferences(expected, shown) !== '') throw failure('refused otherwise', expected, refusal)
      return refusal as Extract<Refusal, { readonly code: typeof code }>
    },
  }
}

const failure = (what: string, expected: unknown, actual: unknown): SpecificationFailure =>
  new SpecificationFailure(`${what}:\n${describeDifferences(expected, actual)}`, expected, actual)
