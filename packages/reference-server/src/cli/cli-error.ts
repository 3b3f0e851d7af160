/** How the command line ends: 0 done, 1 refused or failed, 2 asked wrongly, 3 no server there. */
export type ExitCode = 0 | 1 | 2 | 3

/** What ends a command early; its message names the way out. Caught in one place, `run-cli.ts`. */
export class CliError extends Error {
  readonly exitCode: ExitCode
  /** For programs; printed with `--json`. */
  readonly code: string

  constructor(exitCode: ExitCode, code: string, message: string) {
    super(message)
    this.exitCode = exitCode
    this.code = code
  }
}

export const refused = (code: string, message: string): CliError => new CliError(1, code, message)
export const usage = (message: string): CliError => new CliError(2, 'usage', message)
export const unreachable = (message: string): CliError => new CliError(3, 'server-unreachable', message)
