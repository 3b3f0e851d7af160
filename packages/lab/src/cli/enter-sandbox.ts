import type { StdioOptions } from 'node:child_process'
import { once } from 'node:events'
import { runInSandbox } from '../sandbox/run-in-sandbox.js'

/**
 * Runs this program with other arguments in a sandbox; its exit code. A signal goes to it, and what doesn't end is killed. With `take`
 * what it prints goes there instead of to the terminal.
 */
export async function enterSandbox(args: readonly string[], take?: (text: string) => void): Promise<number> {
  const stdio: StdioOptions = take === undefined ? 'inherit' : ['inherit', 'pipe', 'inherit']
  const run = runInSandbox([process.execPath, process.argv[1] ?? '', ...args], { stdio })
  const { stdout } = run.process
  // What was printed last may come after the end of the process.
  const allTaken = stdout === null ? undefined : once(stdout.setEncoding('utf8'), 'close')
  stdout?.on('data', (text: string) => take?.(text))
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  const passOn = (signal: NodeJS.Signals) => {
    if (signal !== 'SIGINT' || !process.stdin.isTTY) run.stop(signal, 2_000)
  }
  for (const signal of signals) process.on(signal, passOn)
  try {
    const code = await run.exitCode
    await allTaken
    return code
  } finally {
    for (const signal of signals) process.off(signal, passOn)
  }
}
