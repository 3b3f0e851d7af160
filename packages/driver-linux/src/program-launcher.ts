import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { closeSync } from 'node:fs'
import * as E from 'fp-ts/lib/Either.js'
import type { CommandFailure, CommandResult } from './command.js'
import { openNamelessFile, writeAnew } from './nameless-file.js'

/** One program to start: its name, what it is told, and what it reads. */
export interface Launch {
  readonly file: string
  readonly args: readonly string[]
  readonly stdin: string | undefined
}

export interface LaunchSettings {
  /** Words before the shell that starts the programs. */
  readonly prefix: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly timeoutMs: number
  readonly outputLimitBytes: number
}

/** A shell reads its requests byte by byte. */
const LONGEST_LINE = 16 * 1024
const IDLE_MS = 30_000
/** What a shell answers for a program that is not there, and one that may not be run. */
const [NOT_FOUND, NOT_STARTED] = [127, 126]
/** Above it stand the numbers of signals; `ip` ends with 255 by itself. */
const [SIGNALLED, LAST_SIGNAL] = [128, 64]

/** Where the shell has the file that programs read as their stdin. */
const STDIN_FILE = '/proc/self/fd/3'
/** `$0` is a word that no program says: it ends what each of them prints, with how it ended. */
const LOOP = [
  'unset PWD OLDPWD SHLVL',
  'end="\\001$0 %3d\\n"',
  'while IFS= read -r line; do eval "$line"; code=$?; printf "$end" $code; printf "$end" $code >&2; done',
].join('; ')

/**
 * Starts programs from a small process that stays: a big one is copied, page table by page table, for each program that it starts
 * itself, which costs more than most programs do. One at a time; the shell is told words, quoted, and nothing else of ours.
 */
export class ProgramLauncher {
  readonly #settings: LaunchSettings
  #shell: Shell | undefined
  #isUnfit = false
  #last: Promise<unknown> = Promise.resolve()
  #idle: NodeJS.Timeout | undefined

  constructor(settings: LaunchSettings) {
    this.#settings = settings
  }

  /** `undefined`: this one can't be started so, and was not. */
  run(launch: Launch): Promise<E.Either<CommandFailure, CommandResult> | undefined> {
    const ended = this.#last.then(() => this.#run(launch))
    this.#last = ended.catch(() => {})
    return ended
  }

  /** What was asked before it ends first. */
  close(): void {
    clearTimeout(this.#idle)
    this.#last = this.#last.then(() => {
      this.#shell?.close()
      this.#shell = undefined
    })
  }

  async #run({ file, args, stdin }: Launch): Promise<E.Either<CommandFailure, CommandResult> | undefined> {
    const words = [file, ...args]
    if (!words.every(isOneLine) || words.join('').length > LONGEST_LINE) return undefined
    clearTimeout(this.#idle)
    const shell = this.#isUnfit ? undefined : await this.#opened()
    if (shell === undefined) return undefined
    const ended = await shell.run(words, stdin)
    if (shell.hasEnded) this.#shell = undefined
    this.#idle = setTimeout(() => this.close(), IDLE_MS).unref()
    return ended
  }

  /** `undefined`: there is no shell here, or none that is fit. */
  async #opened(): Promise<Shell | undefined> {
    if (this.#shell?.hasEnded === false) return this.#shell
    const shell = new Shell(this.#settings)
    if (!(await shell.isFit())) {
      this.#isUnfit = true
      shell.close()
      return undefined
    }
    this.#shell = shell
    return shell
  }
}

type Ended = E.Either<CommandFailure, CommandResult>

class Shell {
  readonly #settings: LaunchSettings
  readonly #child: ChildProcess
  readonly #stdinFile = openNamelessFile('')
  readonly #word = randomBytes(12).toString('hex')
  #stdout = new Output(this.#word)
  #stderr = new Output(this.#word)
  #end: ((ended: Ended) => void) | undefined
  #hasEnded = false

  constructor(settings: LaunchSettings) {
    this.#settings = settings
    const [file = '', ...args] = [...settings.prefix, '/bin/sh', '-c', LOOP, this.#word]
    // Its own session: an interrupt typed into the agent's terminal ends nothing halfway. And it must hold no folder.
    this.#child = spawn(file, args, {
      env: settings.env,
      cwd: '/',
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe', this.#stdinFile],
    })
    this.#child.on('error', () => this.#gone())
    this.#child.on('exit', () => this.#gone())
    this.#child.unref()
    // There are none where too many files are open.
    for (const stream of this.#child.stdio ?? []) (stream as { unref?: () => void } | null)?.unref?.()
    this.#child.stdin?.on('error', () => {})
    this.#child.stdout?.on('data', (chunk: Buffer) => this.#take(this.#stdout, chunk))
    this.#child.stderr?.on('data', (chunk: Buffer) => this.#take(this.#stderr, chunk))
  }

  get hasEnded(): boolean {
    return this.#hasEnded
  }

  /** Whether it is there, finds the file that programs read, and has none built in that it takes instead of those on PATH (BusyBox). */
  async isFit(): Promise<boolean> {
    const ended = await this.#ask(`test -r ${STDIN_FILE} && ! (PATH=/; exec true) 2>/dev/null`)
    return E.isRight(ended) && ended.right.exitCode === 0
  }

  async run(words: readonly string[], stdin: string | undefined): Promise<Ended> {
    if (stdin !== undefined) writeAnew(this.#stdinFile, stdin)
    const source = stdin === undefined ? '/dev/null' : STDIN_FILE
    // `exec`: never a program that the shell has built in.
    const ended = await this.#ask(`(exec ${words.map(quoted).join(' ')}) <${source} 3<&-`)
    if (stdin !== undefined && !this.#hasEnded) writeAnew(this.#stdinFile, '')
    if (E.isLeft(ended)) return ended
    const { exitCode, stderr } = ended.right
    if (exitCode === NOT_FOUND) return E.left({ code: 'program-missing' })
    if (exitCode === NOT_STARTED) return E.left({ code: 'not-started', reason: stderr.trim() })
    const isSignal = exitCode > SIGNALLED && exitCode <= SIGNALLED + LAST_SIGNAL
    return isSignal ? E.right({ ...ended.right, exitCode: -1 }) : ended
  }

  close(): void {
    this.#child.stdin?.end()
    this.#gone()
  }

  #ask(line: string): Promise<Ended> {
    this.#stdout = new Output(this.#word)
    this.#stderr = new Output(this.#word)
    return new Promise((resolve) => {
      const { timeoutMs } = this.#settings
      const timer = setTimeout(() => this.#kill({ code: 'timed-out', afterMs: timeoutMs }), timeoutMs)
      this.#end = (ended) => {
        clearTimeout(timer)
        this.#end = undefined
        resolve(ended)
      }
      if (this.#hasEnded) this.#endWith(-1)
      else this.#child.stdin?.write(`${line}\n`)
    })
  }

  #take(output: Output, chunk: Buffer): void {
    output.add(chunk)
    const { outputLimitBytes } = this.#settings
    if (output.bytes > outputLimitBytes) {
      this.#kill({ code: 'output-too-long', limitBytes: outputLimitBytes })
      return
    }
    const [exitCode, other] = [this.#stdout.exitCode, this.#stderr.exitCode]
    if (exitCode !== undefined && other !== undefined) this.#endWith(exitCode)
  }

  #endWith(exitCode: number): void {
    this.#end?.(E.right({ exitCode, stdout: this.#stdout.text, stderr: this.#stderr.text }))
  }

  #kill(failure: CommandFailure): void {
    this.#killGroup()
    this.#end?.(E.left(failure))
    this.#gone()
  }

  #gone(): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    closeSync(this.#stdinFile)
    // No program goes on beside the next one.
    if (this.#end !== undefined) this.#killGroup()
    this.#endWith(-1)
  }

  /** The program and whatever it started, with the shell. */
  #killGroup(): void {
    const { pid } = this.#child
    if (pid === undefined) return
    try {
      process.kill(-pid, 'SIGKILL')
    } catch {
      // It has ended by itself.
    }
  }
}

/** What one program prints on one of its outputs. */
class Output {
  readonly #end: RegExp
  readonly #endBytes: number
  readonly #chunks: Buffer[] = []
  #last = Buffer.alloc(0)
  bytes = 0

  constructor(word: string) {
    this.#end = new RegExp(`^\\x01${word} +(\\d+)\\n$`)
    this.#endBytes = word.length + 6
  }

  add(chunk: Buffer): void {
    this.bytes += chunk.length
    this.#chunks.push(chunk)
    this.#last = Buffer.concat([this.#last, chunk.subarray(-this.#endBytes)]).subarray(-this.#endBytes)
  }

  /** How the program ended; `undefined`: it has not yet. */
  get exitCode(): number | undefined {
    const code = this.#end.exec(this.#last.toString('latin1'))?.[1]
    return code === undefined ? undefined : Number(code)
  }

  /** Without what the shell said at the end. */
  get text(): string {
    const whole = Buffer.concat(this.#chunks)
    return (this.exitCode === undefined ? whole : whole.subarray(0, -this.#endBytes)).toString('utf8')
  }
}

const isOneLine = (word: string): boolean => !/[\n\0]/.test(word)

/** As one word of a shell, whatever is in it. */
const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`
