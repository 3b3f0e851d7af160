/** Something that an agent keeps from one life to the next: in a file of its own, as JSON, replaced as a whole. */
import { readFile } from 'node:fs/promises'
import { decodeWith } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { isMissing, reasonOf, writeFileAtomically } from './atomic-file.js'

/** Why it could not be read or kept. */
export interface KeptError {
  readonly code: 'store-unavailable'
  readonly reason: string
}

/** Where it is kept. Calls are the agent's alone and one at a time. */
export interface KeptState<A> {
  /** `undefined`: nothing was kept, or nothing that can be read. */
  load(): Promise<E.Either<KeptError, A | undefined>>
  /** Replaces what there was, durably and at once: after a crash the old or the new is there. */
  save(state: A): Promise<E.Either<KeptError, void>>
}

/** Forgets with its process: for hosts in memory, and tests. */
export function keepInMemory<A>(initial?: A): KeptState<A> {
  let kept = initial
  return {
    load: async () => E.right(kept),
    save: async (state) => {
      kept = state
      return E.right(undefined)
    },
  }
}

/** How it stands in a file. A file that the codec refuses is as none. */
export interface KeptForm<A, Stored> {
  readonly codec: t.Type<Stored, unknown>
  readonly read: (stored: Stored) => A
  /** Encodes as JSON. */
  readonly write: (state: A) => unknown
}

/** Keeps it in one file. Nothing secret belongs there. What stands there already is not written again. */
export function keepInFile<A, Stored>(file: string, { codec, read, write }: KeptForm<A, Stored>): KeptState<A> {
  let written: string | undefined
  return {
    load: () =>
      attempt(async () => {
        const text = await readFile(file, 'utf8').catch(undefinedIfMissing)
        const decoded = text === undefined ? undefined : decodeWith(codec, parsed(text))
        return decoded === undefined || E.isLeft(decoded) ? undefined : read(decoded.right)
      }),
    save: (state) =>
      attempt(async () => {
        const text = `${JSON.stringify(write(state))}\n`
        if (text === written) return
        await writeFileAtomically(file, text)
        written = text
      }),
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function undefinedIfMissing(error: unknown): undefined {
  if (isMissing(error)) return undefined
  throw error
}

async function attempt<A>(deed: () => Promise<A>): Promise<E.Either<KeptError, A>> {
  try {
    return E.right(await deed())
  } catch (error) {
    return E.left({ code: 'store-unavailable', reason: reasonOf(error) })
  }
}
