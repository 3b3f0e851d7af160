import { randomBytes } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import { link, readFile, rm, writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import * as E from 'fp-ts/lib/Either.js'
import { isMissing, reasonOf } from './atomic-file.js'

/** Held as long as this process lives, or until released. */
export interface LockFile {
  /** Synchronous, so that it can be the last deed of a process. Calling it twice is fine. */
  readonly release: () => void
}

export type LockError =
  /** Another process that lives holds it. */
  | { readonly code: 'lock-held'; readonly pid: number }
  /** Its disk is full or read-only, and nobody who lives is seen to hold it. */
  | { readonly code: 'lock-unwritable'; readonly reason: string }
  | { readonly code: 'lock-unavailable'; readonly reason: string }

/** Who holds a lock: a number alone could be another process's by now. */
interface Holder {
  readonly pid: number
  /** Start of the process and of the machine, as Linux tells them; empty elsewhere. */
  readonly started: string
}

/** While others clear away a dead holder's lock or come and go. */
const ATTEMPTS = 100
const RETRY_MS = 10
/** A guard is a lock, so it may have a dead holder too; one that died while it cleared the guard of a guard is left to people. */
const MAX_GUARDS = 3
const UNWRITABLE: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', 'EROFS'])

/** Takes the lock, from a holder that has died too. */
export function takeLock(file: string): Promise<E.Either<LockError, LockFile>> {
  return takeGuardedLock(file, MAX_GUARDS)
}

async function takeGuardedLock(file: string, guards: number): Promise<E.Either<LockError, LockFile>> {
  const own: Holder = { pid: process.pid, started: startOf(process.pid) ?? '' }
  const prepared = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`
  try {
    await writeFile(prepared, JSON.stringify(own), { flag: 'wx', mode: 0o600 })
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (await tryLink(prepared, file)) return E.right({ release: () => releaseIfOwn(file, own) })
      const holder = await readHolder(file)
      if (holder !== undefined && isAlive(holder)) return E.left({ code: 'lock-held', pid: holder.pid })
      if (!(await clearStale(file, guards))) await sleep(RETRY_MS)
    }
    return E.left({ code: 'lock-unavailable', reason: `${file} can't be taken; remove it if no agent runs` })
  } catch (error) {
    return E.left(await lockErrorOf(file, error))
  } finally {
    await rm(prepared, { force: true }).catch(() => {})
  }
}

async function lockErrorOf(file: string, error: unknown): Promise<LockError> {
  const reason = reasonOf(error)
  if (!UNWRITABLE.has((error as NodeJS.ErrnoException).code)) return { code: 'lock-unavailable', reason }
  const pid = await lockHolder(file)
  return pid === undefined ? { code: 'lock-unwritable', reason } : { code: 'lock-held', pid }
}

/** The living process that holds the lock; `undefined`: nobody. */
export async function lockHolder(file: string): Promise<number | undefined> {
  const holder = await readHolder(file).catch(() => undefined)
  return holder !== undefined && isAlive(holder) ? holder.pid : undefined
}

/** A link fails where something is: of several processes one succeeds. */
async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/**
 * Removes the file of a dead holder, under a lock of its own: only who holds that removes such files, and a link never replaces
 * one, so what is found dead under it is what is removed. False: somebody else is at it.
 */
async function clearStale(file: string, guards: number): Promise<boolean> {
  if (guards === 0) return false
  const guard = await takeGuardedLock(`${file}.clearing`, guards - 1)
  if (E.isLeft(guard)) return false
  try {
    const text = await readText(file)
    // Nothing there: whoever links in from here on is alive, and must not be removed.
    if (text === undefined) return true
    const holder = parseHolder(text)
    if (holder === undefined || !isAlive(holder)) await rm(file, { force: true })
    return true
  } finally {
    guard.right.release()
  }
}

/** `undefined` for a file that is gone, or that no holder wrote. */
async function readHolder(file: string): Promise<Holder | undefined> {
  const text = await readText(file)
  return text === undefined ? undefined : parseHolder(text)
}

/** `undefined`: there is no such file. */
async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

function parseHolder(text: string): Holder | undefined {
  try {
    const { pid, started } = JSON.parse(text) as Partial<Holder>
    return Number.isSafeInteger(pid) && typeof started === 'string' ? { pid: pid as number, started } : undefined
  } catch {
    return undefined
  }
}

function isAlive({ pid, started }: Holder): boolean {
  const now = startOf(pid)
  if (now !== undefined) return now === started
  if (started !== '') return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** The start of a process in ticks since the start of the machine, and which start of the machine (proc(5)). */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name of the program comes second, in parentheses, and may hold blanks.
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${ticks}`
  } catch {
    return undefined
  }
}

function releaseIfOwn(file: string, own: Holder): void {
  try {
    const holder = parseHolder(readFileSync(file, 'utf8'))
    if (holder?.pid === own.pid && holder.started === own.started) rmSync(file, { force: true })
  } catch {
    // Gone already.
  }
}
