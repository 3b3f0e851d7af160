import { spawn } from 'node:child_process'
import { accessSync, closeSync, constants, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'

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
 * Runs programs, in whatever place it was made for: this host, or a namespace. Without a shell, in the C locale, never
 * throwing. Not to be given words from outside as `file`.
 */
export type CommandRunner = (command: Command) => Promise<E.Either<CommandFailure, CommandResult>>

/** Settings of {@link createCommandRunner}. */
export interface CommandRunnerOptions {
  /** Words before each command, such as `['nsenter', '-t', '4711', '-n', '-m', '--']`. */
  readonly prefix?: readonly string[]
  /** 10,000 where left out. */
  readonly timeoutMs?: number
  /** 64 MiB where left out: 10,000 peers are 4 MB. */
  readonly outputLimitBytes?: number
  /** Where programs are looked for; the usual system folders where left out. */
  readonly path?: string | undefined
}

/** `nsenter`, `env`, `ip netns exec` … end so when they can't find the program to run. */
const NOT_FOUND_BY_PREFIX = 127

const USUAL_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** The real thing, on this host. */
export function createCommandRunner(options: CommandRunnerOptions = {}): CommandRunner {
  const { prefix = [], timeoutMs = 10_000, outputLimitBytes = 64 * 1024 * 1024, path = USUAL_PATH } = options
  return async (command) => {
    const [file = command.file, ...args] = [...prefix, command.file, ...command.args]
    // Nothing else is inherited: LOG_LEVEL alone makes wireguard-go keep our files open for as long as it lives.
    const env = { PATH: path, LC_ALL: 'C' }
    try {
      const ended = command.staysBehind
        ? await runDaemon(file, args, { env, timeoutMs })
        : await runProgram(file, args, { env, timeoutMs, outputLimitBytes, stdin: command.stdin })
      const isMissing = prefix.length > 0 && E.isRight(ended) && ended.right.exitCode === NOT_FOUND_BY_PREFIX
      return isMissing ? E.left({ code: 'program-missing' }) : ended
    } catch (error) {
      return E.left({ code: 'not-started', reason: error instanceof Error ? error.message : String(error) })
    }
  }
}

interface RunSettings {
  readonly env: Readonly<Record<string, string>>
  readonly timeoutMs: number
}

function runProgram(
  file: string,
  args: readonly string[],
  settings: RunSettings & { readonly outputLimitBytes: number; readonly stdin: string | undefined },
): ReturnType<CommandRunner> {
  const stdinFile = settings.stdin === undefined ? undefined : openNamelessFile(settings.stdin)
  return new Promise((resolve) => {
    const child = spawn(file, args, { env: settings.env, stdio: [stdinFile ?? 'ignore', 'pipe', 'pipe'] })
    if (stdinFile !== undefined) closeSync(stdinFile)
    let failure: CommandFailure | undefined
    const stop = (reason: CommandFailure) => {
      failure ??= reason
      child.kill('SIGKILL')
      // A grandchild may hold the pipes: without this, 'close' would wait for it.
      child.stdout?.destroy()
      child.stderr?.destroy()
    }
    const timer = setTimeout(() => stop({ code: 'timed-out', afterMs: settings.timeoutMs }), settings.timeoutMs)
    const output = { stdout: [] as Buffer[], stderr: [] as Buffer[] }
    let bytes = 0
    for (const name of ['stdout', 'stderr'] as const) {
      child[name]?.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes > settings.outputLimitBytes) stop({ code: 'output-too-long', limitBytes: settings.outputLimitBytes })
        else output[name].push(chunk)
      })
    }
    child.on('error', (error) => {
      failure ??= startFailure(error)
    })
    child.on('close', (exitCode) => {
      clearTimeout(timer)
      const text = (name: 'stdout' | 'stderr') => Buffer.concat(output[name]).toString('utf8')
      resolve(failure === undefined ? E.right(resultOf(exitCode, text('stdout'), text('stderr'))) : E.left(failure))
    })
  })
}

/** Output goes to a file and the end is `exit`, not `close`: a daemon may keep what it inherited (`linux-pitfalls.ts`). */
async function runDaemon(file: string, args: readonly string[], settings: RunSettings): ReturnType<CommandRunner> {
  const stderrFile = openNamelessFile('')
  // Its own session: an interrupt typed into the agent's terminal must not stop the tunnel. And it must hold no folder.
  const child = spawn(file, args, {
    env: settings.env,
    stdio: ['ignore', 'ignore', stderrFile],
    detached: true,
    cwd: '/',
  })
  const ended = await new Promise<E.Either<CommandFailure, number | null>>((resolve) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      end(E.left({ code: 'timed-out', afterMs: settings.timeoutMs }))
    }, settings.timeoutMs)
    const end = (result: E.Either<CommandFailure, number | null>) => {
      clearTimeout(timer)
      resolve(result)
    }
    child.on('error', (error) => end(E.left(startFailure(error))))
    child.on('exit', (exitCode) => end(E.right(exitCode)))
  })
  const stderr = readNamelessFile(stderrFile)
  return E.isLeft(ended) ? ended : E.right(resultOf(ended.right, '', stderr))
}

/** A program that a signal ended has no code of its own; -1 then. */
function resultOf(exitCode: number | null, stdout: string, stderr: string): CommandResult {
  return { exitCode: exitCode ?? -1, stdout, stderr }
}

function startFailure(error: NodeJS.ErrnoException): CommandFailure {
  return error.code === 'ENOENT' ? { code: 'program-missing' } : { code: 'not-started', reason: error.message }
}

/**
 * A file that has lost its name before anything is written to it. Node's pipes are sockets, which `/dev/stdin` can't be
 * opened on, and `wg` reads keys from named files only.
 */
function openNamelessFile(content: string): number {
  const folder = mkdtempSync(join(scratchFolder(), 'meshfold-'))
  const file = openSync(join(folder, 'content'), 'wx+', 0o600)
  rmSync(folder, { recursive: true })
  // At position 0, so that the offset which the program inherits stays at the beginning.
  writeSync(file, content, 0)
  return file
}

/** Reads what a program wrote there, a few kilobytes at most, and closes it. */
function readNamelessFile(file: number): string {
  const buffer = Buffer.alloc(8 * 1024)
  const length = readSync(file, buffer, 0, buffer.length, 0)
  closeSync(file)
  return buffer.toString('utf8', 0, length)
}

/** In memory where the host offers that: a key then reaches no disk. */
function scratchFolder(): string {
  try {
    accessSync('/dev/shm', constants.W_OK)
    return '/dev/shm'
  } catch {
    return tmpdir()
  }
}
