import * as E from 'fp-ts/lib/Either.js'
import type { CommandRunner } from '../command.js'

/** A runner that starts nothing more once it is told to give up. */
export interface GivingUp {
  readonly runner: CommandRunner
  /** Whether something was not started: what was found without it is worth nothing. */
  readonly gaveUp: () => boolean
}

export function givingUp(runner: CommandRunner, isGivenUp: () => boolean): GivingUp {
  let gaveUp = false
  return {
    runner: async (command) => {
      gaveUp ||= isGivenUp()
      return gaveUp ? E.left({ code: 'given-up' }) : runner(command)
    },
    gaveUp: () => gaveUp,
  }
}
