#!/usr/bin/env node
/**
 * `node dist/sandbox-exec.js <command> [arguments]` runs a command inside one sandbox and passes its exit code on.
 *
 * Nothing inside can reach the machine's interfaces or firewall: they are not there. Nothing survives it.
 */
import { delimiter, join } from 'node:path'
import { runInSandbox, SandboxImpossible } from './sandbox/run-in-sandbox.js'

const usage = 'Usage: node dist/sandbox-exec.js <command> [arguments]\n'

async function main(command: readonly string[]): Promise<number> {
  if (command.length === 0 || command[0] === '--help') {
    process.stderr.write(usage)
    return command.length === 0 ? 2 : 0
  }
  // Programs of the workspace are found, however this was started: `sandbox-exec vitest run`.
  const path = [process.env.PATH, join(process.cwd(), 'node_modules', '.bin')].join(delimiter)
  const run = runInSandbox(command, { env: { PATH: path } })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // A terminal's Ctrl-C reaches the command by itself.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) run.stop(signal)
    })
  }
  return run.exitCode
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof SandboxImpossible)) throw error
  process.stderr.write(`The lab cannot run here. ${error.reason}\nThe way out:\n  ${error.remedy}\n`)
  process.exitCode = 69
}
