import type { Either } from 'fp-ts/lib/Either.js'

/** One program to run. Data, so that tests can look at it instead of running it. */
export interface Command {
  /** A name to be found on PATH, or an absolute path. */
  readonly file: string
  readonly args: readonly string[]
  /** May be secret: a runner never repeats it. The program can also open it by name, as `/dev/stdin`. */
  readonly stdin?: string
  /** The program puts itself into the background and lives on: wait for its first process only. */
  readonly staysBehind?: boolean
}

/** How a program ended. */
export interface CommandResult {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/** Why there is no result. */
export type CommandFailure =
  | { readonly code: 'program-missing' }
  | { readonly code: 'timed-out'; readonly afterMs: number }
  | { readonly code: 'output-too-long'; readonly limitBytes: number }
  | { readonly code: 'not-started'; readonly reason: string }
  /** Nobody wants to know any more. */
  | { readonly code: 'given-up' }

/**
 * Runs programs, in whatever place it was made for: this host, or a namespace. No shell reads their words, they get the C locale, and
 * nothing is thrown. Not to be given words from outside as `file`.
 */
export interface CommandRunner {
  (command: Command): Promise<Either<CommandFailure, CommandResult>>
  /** Ends what it holds ready; it can be used again. */
  readonly close?: () => Promise<void>
}
