import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { closeSync } from 'node:fs'
import type { Socket } from 'node:net'
import * as E from 'fp-ts/lib/Either.js'
import type { CommandFailure, CommandResult } from './command.js'
import { openNamelessFile, writeAnew } from './nameless-file.js'

export interface ShellSettings {
  /** Words before the shell that starts the programs. */
  readonly prefix: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly timeoutMs: number
  readonly outputLimitBytes: number
}

/** How a program ended, or why that is not known. */
export type Ended = E.Either<CommandFailure, CommandResult>

/** A program that was started and waits for what it is to read. */
export interface WaitingProgram {
  /** Of itself, before it was told anything. */
  readonly hasEnded: boolean
  /** All that it is to read, a few kilobytes. From now on its time is limited. `undefined`: it had ended before and read nothing. */
  tell(text: string): Promise<Ended | undefined>
}

/** What a shell answers for a program that is not there, and one that may not be run. */
const [NOT_FOUND, NOT_STARTED] = [127, 126]
/** Above it stand the numbers of signals; `ip` ends with 255 by itself. */
const [SIGNALLED, LAST_SIGNAL] = [128, 64]

/** Where the shell has the file that programs read as their stdin. */
const STDIN_FILE = '/proc/self/fd/3'
/** Where it has what programs read that wait for it, each its own. Shells know no number of two digits. */
const FEEDS = [4, 5, 6, 7, 8, 9]
const WITHOUT_OURS = [3, ...FEEDS].map((file) => `${file}<&-`).join(' ')
export const MOST_FEEDS = FEEDS.length
/** `$0` is a word that no program says: it ends what each of them prints, with how it ended. */
const LOOP = [
  'unset PWD OLDPWD SHLVL',
  'end="\\001$0 %3d\\n"',
  'while IFS= read -r line; do eval "$line"; code=$?; printf "$end" $code; printf "$end" $code >&2; done',
].join('; ')

/**
 * A small process that stays and starts programs, one at a time: what it is sent are lines of words in quotes. It ends with this
 * process, and takes with it what it has started.
 */
export class SmallShell {
  readonly #settings: ShellSettings
  readonly #child: ChildProcess
  readonly #stdinFile = openNamelessFile('')
  readonly #word = randomBytes(12).toString('hex')
  #stdout = new Output(this.#word)
  #stderr = new Output(this.#word)
  readonly #feeds: { readonly file: number | undefined; readonly socket: Socket }[]
  #end: ((ended: Ended) => void) | undefined
  #timer: NodeJS.Timeout | undefined
  #hasEnded = false

  /** `feeds`: how many programs it can hold in all, at most {@link MOST_FEEDS}. */
  constructor(settings: ShellSettings, feeds = 0) {
    this.#settings = settings
    const [file = '', ...args] = [...settings.prefix, '/bin/sh', '-c', LOOP, this.#word]
    // Its own session: an interrupt typed into the agent's terminal ends nothing halfway. And it must hold no folder.
    this.#child = spawn(file, args, {
      env: settings.env,
      cwd: '/',
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe', this.#stdinFile, ...FEEDS.slice(0, feeds).map(() => 'pipe' as const)],
    })
    this.#child.on('error', () => this.#gone())
    this.#child.on('exit', () => this.#gone())
    this.#child.unref()
    // There are none where too many files are open.
    for (const stream of this.#child.stdio ?? []) (stream as { unref?: () => void } | null)?.unref?.()
    const sockets = (this.#child.stdio ?? []).slice(4) as unknown as Socket[]
    this.#feeds = sockets.map((socket, at) => ({ file: FEEDS[at], socket }))
    for (const stream of [this.#child.stdin, ...sockets]) stream?.on('error', () => {})
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

  /** Starts it and waits for its end. */
  async run(words: readonly string[], stdin: string | undefined): Promise<Ended> {
    if (stdin !== undefined) writeAnew(this.#stdinFile, stdin)
    const source = stdin === undefined ? '/dev/null' : STDIN_FILE
    const ended = await this.#ask(lineOf(words, source))
    if (stdin !== undefined && !this.#hasEnded) writeAnew(this.#stdinFile, '')
    return meaningOf(ended)
  }

  /** Starts it before it is known what it shall do; nothing else can be started meanwhile. `undefined`: there is room for no other. */
  hold(words: readonly string[]): WaitingProgram | undefined {
    const feed = this.#feeds.shift()
    if (feed === undefined || this.#hasEnded) return undefined
    const { file, socket } = feed
    let hasEnded = false
    // Once it has ended nobody holds what it reads: to tell it something fails.
    const line = `${lineOf(words, `&${file}`)} & exec ${file}<&-; wait $!`
    const ended = this.#begin(line).then((how) => {
      hasEnded = true
      socket.destroy()
      return hasNoReader(socket) ? undefined : meaningOf(how)
    })
    return {
      get hasEnded() {
        return hasEnded
      },
      tell: (text) => {
        this.#limitTime()
        socket.end(text)
        return ended
      },
    }
  }

  close(): void {
    this.#child.stdin?.end()
    this.#gone()
  }

  #ask(line: string): Promise<Ended> {
    const ended = this.#begin(line)
    this.#limitTime()
    return ended
  }

  #begin(line: string): Promise<Ended> {
    this.#stdout = new Output(this.#word)
    this.#stderr = new Output(this.#word)
    return new Promise((resolve) => {
      this.#end = (ended) => {
        clearTimeout(this.#timer)
        this.#end = undefined
        resolve(ended)
      }
      if (this.#hasEnded) this.#endWith(-1)
      else this.#child.stdin?.write(`${line}\n`)
    })
  }

  #limitTime(): void {
    const { timeoutMs } = this.#settings
    const stop = () => this.#kill({ code: 'timed-out', afterMs: timeoutMs })
    if (this.#end !== undefined) this.#timer = setTimeout(stop, timeoutMs)
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
    for (const { socket } of this.#feeds.splice(0)) socket.destroy()
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

const hasNoReader = ({ errored }: Socket): boolean => errored !== null && 'code' in errored && errored.code === 'EPIPE'

/** `exec`: never a program that the shell has built in. */
const lineOf = (words: readonly string[], source: string): string =>
  `(exec ${words.map(quoted).join(' ')}) <${source} ${WITHOUT_OURS}`

function meaningOf(ended: Ended): Ended {
  if (E.isLeft(ended)) return ended
  const { exitCode, stderr } = ended.right
  if (exitCode === NOT_FOUND) return E.left({ code: 'program-missing' })
  if (exitCode === NOT_STARTED) return E.left({ code: 'not-started', reason: stderr.trim() })
  const isSignal = exitCode > SIGNALLED && exitCode <= SIGNALLED + LAST_SIGNAL
  return isSignal ? E.right({ ...ended.right, exitCode: -1 }) : ended
}

/** As one word of a shell, whatever is in it. */
const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`
