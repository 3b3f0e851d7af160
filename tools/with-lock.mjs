/** A lock file between processes, for steps that must not run twice at a time. No dependencies. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

/**
 * Runs `work` while holding `file`. Waits for a living holder, takes over from one that died.
 * @template A
 * @param {string} file
 * @param {() => A | Promise<A>} work
 * @param {(holder: number) => void} [onWait] called once when somebody else holds it
 * @returns {Promise<A>}
 */
export async function withLock(file, work, onWait) {
  mkdirSync(dirname(file), { recursive: true })
  for (let waited = false; !take(file); waited = true) {
    const holder = holderOf(file)
    if (holder !== undefined && !isAlive(holder)) release(file, holder)
    else if (!waited) onWait?.(holder ?? 0)
    await pause(100)
  }
  try {
    return await work()
  } finally {
    release(file, process.pid)
  }
}

/** @param {string} file */
function take(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

/** Only the lock of the holder that was looked at: by now somebody else may have taken over. @param {string} file @param {number} holder */
function release(file, holder) {
  if (holderOf(file) === holder) rmSync(file, { force: true })
}

/** @param {string} file @returns {number | undefined} none when it is free, or taken but not yet signed */
function holderOf(file) {
  try {
    return Number(readFileSync(file, 'utf8')) || undefined
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) !== 'ESRCH'
  }
}

/** @param {unknown} error */
const codeOf = (error) => /** @type {NodeJS.ErrnoException} */ (error).code
