import { type Ended, type ShellSettings, SmallShell } from './small-shell.js'

/** One program to start: its name, what it is told, and what it reads. */
export interface Launch {
  readonly file: string
  readonly args: readonly string[]
  readonly stdin: string | undefined
}

/** A shell reads its requests byte by byte. */
const LONGEST_LINE = 16 * 1024
const IDLE_MS = 30_000

/**
 * Starts programs from a small process that stays: a big one is copied, page table by page table, for each program that it starts
 * itself, which costs more than most programs do. One at a time; the shell is told words, quoted, and nothing else of ours.
 */
export class ProgramLauncher {
  readonly #settings: ShellSettings
  #shell: SmallShell | undefined
  #isUnfit = false
  #last: Promise<unknown> = Promise.resolve()
  #idle: NodeJS.Timeout | undefined

  constructor(settings: ShellSettings) {
    this.#settings = settings
  }

  /** `undefined`: this one can't be started so, and was not. */
  run(launch: Launch): Promise<Ended | undefined> {
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

  async #run({ file, args, stdin }: Launch): Promise<Ended | undefined> {
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
  async #opened(): Promise<SmallShell | undefined> {
    if (this.#shell?.hasEnded === false) return this.#shell
    const shell = new SmallShell(this.#settings)
    if (!(await shell.isFit())) {
      this.#isUnfit = true
      shell.close()
      return undefined
    }
    this.#shell = shell
    return shell
  }
}

const isOneLine = (word: string): boolean => !/[\n\0]/.test(word)
