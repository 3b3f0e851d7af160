import { spawn } from 'node:child_process'
import { closeSync } from 'node:fs'
import * as E from 'fp-ts/lib/Either.js'
import type { CommandFailure, CommandResult, CommandRunner } from './command.js'
import { openNamelessFile, readNamelessFile } from './nameless-file.js'
import { ProgramLauncher } from './program-launcher.js'
import { ReadyProgram } from './ready-program.js'

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
  /** For how long nothing was to be changed before programs are started ahead of the next change; a second where left out. */
  readonly restMs?: number
}

/** `nsenter`, `env`, `ip netns exec` … end so when they can't find the program to run. */
const NOT_FOUND_BY_PREFIX = 127

/** What drivers start again and again, and what leaves nothing running behind that could talk later. */
const FREQUENT: ReadonlySet<string> = new Set([
  'ip',
  'nft',
  'wg',
  'sysctl',
  'ipset',
  ...['iptables', 'ip6tables'].flatMap((tool) =>
    ['', '-nft', '-legacy'].flatMap((kind) => [`${tool}${kind}-save`, `${tool}${kind}-restore`]),
  ),
])

/** What every change of a route and of the filter's members takes. They read what they shall do, all or nothing, or a line. */
const KEPT_READY: readonly (readonly string[])[] = [
  ['ip', '-batch', '-'],
  ['nft', '-f', '-'],
]

const USUAL_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** The real thing, on this host. */
export function createCommandRunner(options: CommandRunnerOptions = {}): CommandRunner {
  const { prefix = [], timeoutMs = 10_000, outputLimitBytes = 64 * 1024 * 1024, path = USUAL_PATH, restMs } = options
  // Nothing else is inherited: LOG_LEVEL alone makes wireguard-go keep our files open for as long as it lives.
  const settings = { env: { PATH: path, LC_ALL: 'C' }, timeoutMs, outputLimitBytes }
  const launcher = new ProgramLauncher({ ...settings, prefix })
  const ready = new Map(
    KEPT_READY.map((words) => [words.join(' '), new ReadyProgram({ ...settings, prefix }, words, restMs)]),
  )
  const runHere: CommandRunner = async (command) => {
    const [file = command.file, ...args] = [...prefix, command.file, ...command.args]
    const ended = command.staysBehind
      ? await runDaemon(file, args, settings)
      : await runProgram(file, args, { ...settings, stdin: command.stdin })
    const isMissing = prefix.length > 0 && E.isRight(ended) && ended.right.exitCode === NOT_FOUND_BY_PREFIX
    return isMissing ? E.left({ code: 'program-missing' }) : ended
  }
  const run: CommandRunner = async (command) => {
    const { file, args, stdin, staysBehind = false } = command
    try {
      const told = stdin === undefined ? undefined : await ready.get([file, ...args].join(' '))?.run(stdin)
      if (told !== undefined) return told
      const launched = FREQUENT.has(file) && !staysBehind ? await launcher.run({ file, args, stdin }) : undefined
      return launched ?? (await runHere(command))
    } catch (error) {
      return E.left({ code: 'not-started', reason: error instanceof Error ? error.message : String(error) })
    }
  }
  const close = async () => {
    launcher.close()
    await Promise.all([...ready.values()].map((each) => each.close()))
  }
  return Object.assign(run, { close })
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
