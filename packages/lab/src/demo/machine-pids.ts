import { readdirSync, readFileSync } from 'node:fs'

/** What `/proc/<pid>/status` says of a process. */
interface ProcessNumbers {
  readonly pid: number
  readonly parent: number
  /** Its numbers from here inwards, one for each process namespace. */
  readonly numbers: readonly number[]
}

/**
 * The machine's numbers of processes inside a sandbox, by the numbers they have there: what `nsenter` needs.
 * @param sandboxPid the sandbox's outermost process
 */
export function machinePids(sandboxPid: number): ReadonlyMap<number, number> {
  const all = new Map(
    readdirSync('/proc')
      .flatMap(readNumbers)
      .map((process) => [process.pid, process]),
  )
  const found = new Map<number, number>()
  for (const { pid, numbers } of all.values()) {
    const inside = numbers[1]
    if (inside !== undefined && descendsFrom(pid, sandboxPid, all)) found.set(inside, pid)
  }
  return found
}

function descendsFrom(pid: number, ancestor: number, all: ReadonlyMap<number, ProcessNumbers>): boolean {
  for (let at = all.get(pid); at !== undefined; at = all.get(at.parent)) if (at.pid === ancestor) return true
  return false
}

function readNumbers(entry: string): readonly ProcessNumbers[] {
  if (!/^\d+$/.test(entry)) return []
  try {
    const status = readFileSync(`/proc/${entry}/status`, 'utf8')
    const numbers = /^NSpid:\s+(.*)$/m.exec(status)?.[1]?.split(/\s+/).map(Number) ?? []
    return [{ pid: Number(entry), parent: Number(/^PPid:\s+(\d+)$/m.exec(status)?.[1]), numbers }]
  } catch {
    return []
  }
}
