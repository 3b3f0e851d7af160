import { runInSandbox } from '../sandbox/run-in-sandbox.js'

/** Runs this program with other arguments in a sandbox; its exit code. A signal goes to it, and what doesn't end is killed. */
export async function enterSandbox(args: readonly string[]): Promise<number> {
  const run = runInSandbox([process.execPath, process.argv[1] ?? '', ...args])
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  const passOn = (signal: NodeJS.Signals) => {
    if (signal !== 'SIGINT' || !process.stdin.isTTY) run.stop(signal, 2_000)
  }
  for (const signal of signals) process.on(signal, passOn)
  try {
    return await run.exitCode
  } finally {
    for (const signal of signals) process.off(signal, passOn)
  }
}
