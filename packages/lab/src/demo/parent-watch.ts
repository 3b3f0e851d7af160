import { readFileSync } from 'node:fs'

/**
 * Calls back once when the commands that lead here are gone: `npm run demo` puts several between the user and the demo,
 * and a `kill -9` of the first is told to none of the others.
 */
export function watchParents(gone: () => void): void {
  const chain = parentsUpToNpm()
  if (chain.length === 0) return
  const timer = setInterval(() => {
    if (chain.every(({ pid, parent }) => parentOf(pid) === parent)) return
    clearInterval(timer)
    gone()
  }, 250)
  timer.unref()
}

interface Link {
  readonly pid: number
  readonly parent: number
}

/** Who started whom, from here up to npm itself; nothing where npm did not start this. */
function parentsUpToNpm(): readonly Link[] {
  if (process.env.npm_lifecycle_event === undefined) return []
  const chain: Link[] = []
  for (let pid = process.pid; ; ) {
    const parent = parentOf(pid)
    if (parent === undefined || parent <= 1) return chain.slice(0, 1)
    chain.push({ pid, parent })
    if (/^npm\b/.test(nameOf(parent))) return chain
    pid = parent
  }
}

function parentOf(pid: number): number | undefined {
  const status = read(`/proc/${pid}/status`)
  return status === undefined ? undefined : Number(/^PPid:\s+(\d+)$/m.exec(status)?.[1])
}

function nameOf(pid: number): string {
  return read(`/proc/${pid}/comm`) ?? ''
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
