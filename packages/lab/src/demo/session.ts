import { createInterface } from 'node:readline'
import { programFile } from '../program-file.js'
import { runInSandbox, type SandboxRun } from '../sandbox/run-in-sandbox.js'
import type { DemoMessage, DemoPlan, DemoUp } from './demo-message.js'
import type { DemoReport } from './demo-report.js'
import type { Progress } from './progress.js'

/** How a session ended. */
export interface SessionEnd {
  /** Undefined where the mesh never came up. */
  readonly up: DemoUp | undefined
  readonly failure: string | undefined
}

export interface SessionHooks {
  readonly progress: Progress
  /** Everybody has pinged everybody; a tour comes after it. */
  readonly onMeshed: (report: DemoReport) => void
  /** A line of the tour. */
  readonly onTour: (text: string) => void
  /** The mesh is up. Whoever wants no more says `stop`. */
  readonly onUp: (up: DemoUp) => Promise<void>
  /** The server was started again; its process number inside the sandbox. */
  readonly onServerAgain: (serverPid: number) => void
}

/** The sandbox with the mesh in it. */
export interface Session {
  /** The sandbox's outermost process. */
  readonly sandboxPid: number
  readonly userNamespace: boolean
  readonly ended: Promise<SessionEnd>
  /** Ends it gently; the second call ends it at once. */
  stop(): void
}

/** Milliseconds for server and agents to end in their own way. */
const graceMs = 12_000

/** Starts the inner part in a sandbox and listens to it. Nothing is left when `ended` resolves. */
export function startSession(plan: DemoPlan, hooks: SessionHooks): Session {
  const command = [process.execPath, programFile('demo-inside'), JSON.stringify(plan)]
  const run = runInSandbox(command, { stdio: ['ignore', 'pipe', 'inherit'], detached: true })
  let stopping = false
  const stop = () => {
    run.stop(stopping ? 'SIGKILL' : 'SIGTERM', stopping ? 0 : graceMs)
    stopping = true
  }
  return {
    sandboxPid: run.process.pid ?? 0,
    userNamespace: run.userNamespace,
    ended: listen(run, hooks, () => stopping),
    stop,
  }
}

async function listen(
  run: SandboxRun,
  { progress, onMeshed, onTour, onUp, onServerAgain }: SessionHooks,
  isStopping: () => boolean,
): Promise<SessionEnd> {
  let up: DemoUp | undefined
  let failure: string | undefined
  if (run.process.stdout === null) throw new Error('The inner part has no stdout.')
  for await (const line of createInterface({ input: run.process.stdout })) {
    const message = JSON.parse(line) as DemoMessage
    switch (message.kind) {
      case 'progress':
        progress(message.text)
        break
      case 'meshed':
        onMeshed(message.report)
        break
      case 'tour':
        onTour(message.text)
        break
      case 'server-again':
        onServerAgain(message.serverPid)
        break
      case 'failed':
        failure = message.reason
        break
      case 'up':
        up = message
        await onUp(message)
        break
    }
  }
  const code = await run.exitCode
  if (code !== 0 && !isStopping()) failure ??= `The sandbox ended with code ${code}.`
  return { up, failure }
}
