/** A lock file between processes, for steps that must not run twice at a time. No dependencies. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

/**
 * Runs `work` while holding `file`. Waits for a living holder, takes over from one that died.
 * @template A
 * @param {string} file
 * @param {() => A | Promise<A>} work
 * @returns {Promise<A>}
 */
export async function withLock(file, work) {
  mkdirSync(dirname(file), { recursive: true })
  while (!take(file)) await pause(100)
  try {
    return await work()
  } finally {
    rmSync(file, { force: true })
  }
}

/** @param {string} file */
function take(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error
    if (holderIsGone(file)) rmSync(file, { force: true })
    return false
  }
}

/** @param {string} file */
function holderIsGone(file) {
  try {
    const pid = Number(readFileSync(file, 'utf8'))
    // Created but not yet written: the holder is about to put its number in.
    if (pid === 0) return false
    process.kill(pid, 0)
    return false
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'ESRCH'
  }
}
