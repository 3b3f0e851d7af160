import { appendFileSync } from 'node:fs'
import { type FileHandle, open, readFile, truncate } from 'node:fs/promises'
import * as E from 'fp-ts/lib/Either.js'
import { isMissing, reasonOf, writeFileAtomically } from './atomic-file.js'
import type { ConfigEntry, ConfigStore, ConfigStoreError, StoredConfig } from './config-store.js'
import { entryLine, headLine, readJournal } from './journal-line.js'

type Outcome<A> = Promise<E.Either<ConfigStoreError, A>>

/**
 * A store in one file. A patch is one line at its end, so keeping it costs the same in a big mesh as in a small one; now and then
 * the agent has it rewritten.
 */
export function createFileConfigStore(file: string, viewer: string): ConfigStore {
  return new FileConfigStore(file, viewer)
}

class FileConfigStore implements ConfigStore {
  readonly #file: string
  readonly #viewer: string
  #handle: FileHandle | undefined
  /** What stands at the end of the file is not known: it must be rewritten before anything is added. */
  #mustRewrite = true

  constructor(file: string, viewer: string) {
    this.#file = file
    this.#viewer = viewer
  }

  load(): Outcome<StoredConfig> {
    return attempt(async () => {
      const text = await readFile(this.#file, 'utf8').catch(emptyIfMissing)
      const { entries, soundBytes, damage } = readJournal(text, this.#viewer)
      // What can't be cut off is not built upon; what stands before it is believed all the same.
      const isSound = soundBytes === Buffer.byteLength(text) || (await couldTruncate(this.#file, soundBytes))
      this.#mustRewrite = entries.length === 0 || !isSound
      return { entries, damage }
    })
  }

  append(entries: readonly ConfigEntry[]): Outcome<void> {
    return attempt(async () => {
      if (this.#mustRewrite) throw new Error('what is there must be rewritten first')
      this.#handle ??= await open(this.#file, 'a', 0o600)
      // Until it is written whole, the end of the file may be half a line.
      this.#mustRewrite = true
      // Into the kernel's memory, which is not worth a thread of its own; the disk is.
      appendFileSync(this.#handle.fd, entries.map(entryLine).join(''))
      if (entries.some(isWorthWaitingFor)) await this.#handle.datasync()
      this.#mustRewrite = false
    })
  }

  rewrite(entries: readonly ConfigEntry[]): Outcome<void> {
    return attempt(async () => {
      await this.close()
      this.#mustRewrite = true
      await writeFileAtomically(this.#file, headLine(this.#viewer) + entries.map(entryLine).join(''))
      this.#mustRewrite = false
    })
  }

  async close(): Promise<void> {
    const handle = this.#handle
    this.#handle = undefined
    await handle?.close()
  }
}

const couldTruncate = (file: string, bytes: number): Promise<boolean> =>
  truncate(file, bytes).then(
    () => true,
    () => false,
  )

const isWorthWaitingFor = ({ kind }: ConfigEntry): boolean => kind === 'snapshot' || kind === 'patch'

async function attempt<A>(deed: () => Promise<A>): Outcome<A> {
  try {
    return E.right(await deed())
  } catch (error) {
    return E.left({ code: 'config-store-unavailable', reason: reasonOf(error) })
  }
}

function emptyIfMissing(error: unknown): string {
  if (isMissing(error)) return ''
  throw error
}
