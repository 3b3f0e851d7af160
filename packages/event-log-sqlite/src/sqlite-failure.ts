/** SQLite throws; here, and only here, that becomes data. Result codes: https://sqlite.org/rescode.html */
import * as E from 'fp-ts/lib/Either.js'

/** What went wrong, sorted by what can be done about it. `reason` is English for an operator. */
export interface SqliteFailure {
  /** `busy`: try again. `damaged`: the file's content can't be read. */
  readonly kind: 'busy' | 'damaged' | 'not-a-database' | 'unavailable'
  readonly reason: string
}

type Kind = SqliteFailure['kind']

/** By primary result code. Others are `unavailable`, in SQLite's own words. */
const knownFailures: ReadonlyMap<number, readonly [Kind, string]> = new Map([
  [5, ['busy', 'another process holds the lock']],
  [6, ['busy', 'another connection holds the lock']],
  [15, ['busy', 'another process keeps changing the locks']],
  [8, ['unavailable', 'the file or its folder is read-only']],
  [10, ['unavailable', 'reading or writing the file failed']],
  [11, ['damaged', 'the file is damaged']],
  [13, ['unavailable', 'the disk is full']],
  [14, ['unavailable', 'the file can not be opened']],
  [26, ['not-a-database', 'the file is no SQLite database']],
])

/** Runs `action` and turns what SQLite throws into data. Anything else it throws is a mistake in the program and goes on up. */
export function attempt<A>(action: () => A): E.Either<SqliteFailure, A> {
  try {
    return E.right(action())
  } catch (thrown) {
    return E.left(failureOf(thrown))
  }
}

function failureOf(thrown: unknown): SqliteFailure {
  const { code, errcode, errstr, message } = thrown as Error & { code?: string; errcode?: number; errstr?: string }
  // An integer that JavaScript can't hold: no program of ours wrote it.
  if (code === 'ERR_OUT_OF_RANGE') return { kind: 'damaged', reason: message }
  if (code === 'ERR_INVALID_STATE') return { kind: 'unavailable', reason: message }
  if (code !== 'ERR_SQLITE_ERROR' || errcode === undefined) throw thrown
  const [kind, words] = knownFailures.get(errcode & 0xff) ?? (['unavailable', message] as const)
  return { kind, reason: `${words} (SQLite ${errcode}: ${errstr})` }
}
