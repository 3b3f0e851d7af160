import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process'
import { constants } from 'node:os'
import { toolPath } from '../tool-path.js'
import { childPids } from './child-pids.js'
import { probeSandbox } from './probe-sandbox.js'
import { sandboxCommand } from './sandbox-command.js'

/** Set to 1 for everything inside a sandbox: the lab refuses to run without it. */
export const sandboxMark = 'MESHFOLD_SANDBOX'

/** No sandbox on this machine. `remedy` is the one line that mends it. */
export class SandboxImpossible extends Error {
  constructor(
    readonly reason: string,
    readonly remedy: string,
  ) {
    super(`${reason}\n  ${remedy}`)
    this.name = 'SandboxImpossible'
  }
}

export interface SandboxRunOptions {
  readonly stdio?: StdioOptions
  readonly env?: NodeJS.ProcessEnv
  /** In a session of its own, so that a terminal's Ctrl-C reaches the caller only, who then says `stop`. */
  readonly detached?: boolean
}

/** A command that runs in a sandbox of its own. */
export interface SandboxRun {
  readonly userNamespace: boolean
  readonly process: ChildProcess
  /** The command's exit code, 128 + n after signal n. Resolves when nothing of the sandbox is left. */
  readonly exitCode: Promise<number>
  /** Signals the command itself; what is still there after `graceMs` is killed, with everything inside. */
  stop(signal: NodeJS.Signals, graceMs?: number): void
}

/**
 * Runs a command inside one new sandbox: user, network, mount, process and host name namespaces, a private `/run`,
 * loopback up. When the command ends, or this process does (also by `kill -9`), the kernel removes all of it.
 * @throws SandboxImpossible
 */
export function runInSandbox(command: readonly string[], options: SandboxRunOptions = {}): SandboxRun {
  const probe = probeSandbox()
  if (!probe.possible) throw new SandboxImpossible(probe.reason, probe.remedy)
  const [program, ...args] = sandboxCommand(command, probe)
  const child = spawn(program, args, {
    stdio: options.stdio ?? 'inherit',
    detached: options.detached ?? false,
    env: { ...process.env, ...options.env, PATH: toolPath(options.env?.PATH ?? process.env.PATH), [sandboxMark]: '1' },
  })
  const exitCode = new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)))
  })
  const { userNamespace } = probe
  return {
    process: child,
    userNamespace,
    exitCode,
    stop: (signal, graceMs = 10_000) => stopRun(child, signal, graceMs),
  }
}

/** `unshare` blocks SIGTERM and process 1 ignores it, so the signal goes to the command below them. */
function stopRun(child: ChildProcess, signal: NodeJS.Signals, graceMs: number): void {
  const command = child.pid === undefined ? undefined : commandPid(child.pid)
  if (command === undefined) {
    child.kill('SIGKILL')
    return
  }
  try {
    process.kill(command, signal)
  } catch {
    // Already gone.
  }
  const kill = setTimeout(() => child.kill('SIGKILL'), graceMs)
  child.once('exit', () => clearTimeout(kill))
}

/** The command's process number as seen from here: unshare → process 1 → command. */
function commandPid(unsharePid: number): number | undefined {
  const [init] = childPids(unsharePid)
  return init === undefined ? undefined : childPids(init)[0]
}
