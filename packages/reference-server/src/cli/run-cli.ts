import { CommanderError } from 'commander'
import { CliError, type ExitCode } from './cli-error.js'
import type { CliIo } from './cli-io.js'
import { createProgram } from './program.js'

/** Runs one command line; every failure ends up here, as a sentence and an exit code. */
export const runCli = async (args: readonly string[], io: CliIo): Promise<ExitCode> => {
  try {
    await createProgram(io).parseAsync([...args], { from: 'user' })
    return 0
  } catch (thrown) {
    // Help and version are no failure; commander has said what is wrong with the rest.
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : 2
    const { exitCode, code, message } = asCliError(thrown)
    if (args.includes('--json')) io.stderr(`${JSON.stringify({ error: { code, message } })}\n`)
    else io.stderr(`${message}\n`)
    return exitCode
  }
}

const asCliError = (thrown: unknown): CliError =>
  thrown instanceof CliError
    ? thrown
    : new CliError(1, 'failed', thrown instanceof Error ? thrown.message : String(thrown))
