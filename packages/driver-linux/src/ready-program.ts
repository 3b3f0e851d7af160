import * as E from 'fp-ts/lib/Either.js'
import { type Ended, MOST_FEEDS, type ShellSettings, SmallShell, type WaitingProgram } from './small-shell.js'

/** How long nothing has to be asked of it before the next one is started: where much is asked at once, it would only be in the way. */
const REST_MS = 1000

/** This much is written at once: of more an agent that is killed could leave a half to be read, and to be done. */
const LONGEST_TEXT = 16 * 1024

/** What a program says, before it has done anything, that opens its stdin by name: that can't be done with what Node feeds it by. */
const NEEDS_A_FILE = /no such device or address/i

/**
 * Has a program started already when it is needed: it waits for what it is to read, does that, and ends, as it always does. To start it
 * takes most of its time: the kernel makes a process, the linker puts it together, and it reads its settings.
 *
 * None is asked twice. `ip -batch` remembers for as long as it runs which interface has which name: after ours was made anew it finds
 * none, and after somebody renamed ours and made another, routes for ours go to the renamed one.
 */
export class ReadyProgram {
  readonly #settings: ShellSettings
  readonly #words: readonly string[]
  readonly #restMs: number
  #shell: SmallShell | undefined
  #waiting: WaitingProgram | undefined
  #isUnfit = false
  #rest: NodeJS.Timeout | undefined
  #last: Promise<unknown> = Promise.resolve()

  constructor(settings: ShellSettings, words: readonly string[], restMs = REST_MS) {
    this.#settings = settings
    this.#words = words
    this.#restMs = restMs
  }

  /** Whether one waits. */
  get isReady(): boolean {
    return this.#waiting?.hasEnded === false
  }

  /** Has it read this. `undefined`: none waited, or it could not read; nothing was done. */
  async run(text: string): Promise<Ended | undefined> {
    if (Buffer.byteLength(text) > LONGEST_TEXT) return undefined
    const waiting = this.#waiting
    this.#waiting = undefined
    this.#prepareLater()
    if (waiting === undefined || waiting.hasEnded) return undefined
    const ending = waiting.tell(text)
    void this.#queue(() => ending)
    const ended = await ending
    if (ended === undefined || E.isLeft(ended) || ended.right.exitCode === 0 || !NEEDS_A_FILE.test(ended.right.stderr))
      return ended
    this.#isUnfit = true
    await this.close()
    return undefined
  }

  /** Lets go the one that waits, once what was asked before has ended. */
  close(): Promise<void> {
    clearTimeout(this.#rest)
    return this.#queue(async () => {
      const waiting = this.#waiting
      this.#waiting = undefined
      // Nothing to read, nothing to do.
      await waiting?.tell('')
      this.#shell?.close()
      this.#shell = undefined
    })
  }

  #prepareLater(): void {
    clearTimeout(this.#rest)
    if (!this.#isUnfit) this.#rest = setTimeout(() => this.#queue(() => this.#prepare()), this.#restMs).unref()
  }

  async #prepare(): Promise<void> {
    if (this.#isUnfit || this.isReady) return
    this.#waiting = this.#shell?.hold(this.#words)
    if (this.#waiting !== undefined) return
    this.#shell?.close()
    this.#shell = undefined
    const shell = new SmallShell(this.#settings, MOST_FEEDS)
    this.#isUnfit = !(await shell.isFit())
    this.#shell = shell
    if (this.#isUnfit) shell.close()
    else this.#waiting = shell.hold(this.#words)
  }

  /** After what was asked before, whatever becomes of that. */
  #queue(step: () => Promise<unknown>): Promise<void> {
    const done = this.#last.then(step).then(
      () => {},
      () => {},
    )
    this.#last = done
    return done
  }
}
