import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { childPids } from '../sandbox/child-pids.js'
import { toolPath } from '../tool-path.js'
import { waitUntil } from '../wait-until.js'

export interface SpawnOptions {
  readonly env?: NodeJS.ProcessEnv
  readonly cwd?: string
  /** stdout is appended here; without it, it is a pipe. */
  readonly stdoutFile?: string
  /** stderr is appended here; without it, it is a pipe. */
  readonly stderrFile?: string
}

export interface ProcessEnd {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/**
 * A real process inside a host.
 *
 * What is started here is `nsenter`, which waits for the process proper: signals go to that one.
 */
export class HostProcess {
  readonly child: ChildProcess
  readonly ended: Promise<ProcessEnd>

  constructor(namespaceArguments: readonly string[], command: readonly string[], options: SpawnOptions = {}) {
    const toFile = (file: string | undefined) => (file === undefined ? 'pipe' : openSync(file, 'a', 0o600))
    const stdout = toFile(options.stdoutFile)
    const stderr = toFile(options.stderrFile)
    // Entering a mount namespace moves the process to its root folder.
    const start = 'cd "$0" && exec "$@"'
    const args = [...namespaceArguments, 'sh', '-c', start, options.cwd ?? process.cwd(), ...command]
    this.child = spawn('nsenter', args, {
      // A session of its own: a terminal's Ctrl-C is for the lab, which decides what becomes of its hosts.
      detached: true,
      stdio: ['pipe', stdout, stderr],
      env: { ...process.env, ...options.env, PATH: toolPath(options.env?.PATH ?? process.env.PATH) },
    })
    for (const fd of [stdout, stderr]) if (typeof fd === 'number') closeSync(fd)
    this.child.stdin?.on('error', () => {})
    this.ended = new Promise((resolve, reject) => {
      this.child.once('error', reject)
      this.child.once('exit', (code, signal) => resolve({ code, signal }))
    })
    // A failed start shows where somebody awaits it.
    this.ended.catch(() => {})
  }

  /** Whether it has not ended yet. */
  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null
  }

  /** Its process number as the lab sees it. */
  async pid(): Promise<number> {
    return waitUntil('the process inside the host has a number', () => {
      if (!this.running) throw new Error('The process has already ended.')
      return this.child.pid === undefined ? undefined : childPids(this.child.pid)[0]
    })
  }

  /** Signals it. Does nothing once it has ended. */
  async kill(signal: NodeJS.Signals): Promise<void> {
    if (!this.running) return
    try {
      process.kill(await this.pid(), signal)
    } catch (error) {
      if (this.running && (error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }

  /** Asks it to end, and kills it after `graceMs`. */
  async stop(graceMs = 5_000): Promise<ProcessEnd> {
    await this.kill('SIGTERM')
    const timer = setTimeout(() => void this.kill('SIGKILL'), graceMs)
    try {
      return await this.ended
    } finally {
      clearTimeout(timer)
    }
  }
}
