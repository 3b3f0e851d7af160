import { readFileSync } from 'node:fs'

/** The living children of a process's main thread, oldest first; empty once it is gone. */
export function childPids(pid: number): readonly number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number)
  } catch {
    return []
  }
}
