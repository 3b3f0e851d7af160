import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { longestSocketName } from '../mesh/mesh-server.js'
import { WrongOptions } from './demo-options.js'

const prefix = 'meshfold-demo-'
const socketInside = '/server/server.sock'

/** Where a demo keeps everything it writes. */
export interface DataFolder {
  readonly path: string
  /** Lets go of it; a temporary one is removed unless `keep`. */
  release(keep: boolean): void
}

/**
 * A temporary folder, or the given one. Held by one demo at a time.
 * @throws WrongOptions where the folder cannot serve
 */
export function takeDataFolder(given: string | undefined): DataFolder {
  if (given === undefined) removeLeftovers()
  const path = given === undefined ? mkdtempSync(join(shortTemporaryFolder(), prefix)) : makeFolder(resolve(given))
  const holder = join(path, 'demo.pid')
  const other = livingHolder(holder)
  if (other !== undefined) throw new WrongOptions(`Another demo (process ${other}) uses ${path}.`)
  writeFileSync(holder, String(process.pid))
  return {
    path,
    release: (keep) => {
      if (given === undefined && !keep) rmSync(path, { recursive: true, force: true, maxRetries: 3 })
      else rmSync(holder, { force: true })
    },
  }
}

function makeFolder(path: string): string {
  // Checked as it is written, before anything is made, and as it really is: a part of it may be a link.
  refuseUnfit(path)
  mkdirSync(path, { recursive: true, mode: 0o700 })
  const real = realpathSync(path)
  refuseUnfit(real)
  return real
}

function refuseUnfit(path: string): void {
  if (/^(\/var)?\/run(\/|$)/.test(path)) {
    throw new WrongOptions(`${path} lies in /run, which every host has for itself. Choose another folder.`)
  }
  if (path.length + socketInside.length > longestSocketName) {
    throw new WrongOptions(
      `The path ${path} is too long: at most ${longestSocketName - socketInside.length} characters, for a socket lies in it.`,
    )
  }
}

function shortTemporaryFolder(): string {
  const folder = realpathSync(tmpdir())
  const fits = folder.length + prefix.length + 7 + socketInside.length <= longestSocketName
  return fits && !folder.startsWith('/run/') ? folder : '/tmp'
}

/** Folders of demos that were killed: nobody else removes them. */
function removeLeftovers(): void {
  const parent = shortTemporaryFolder()
  for (const name of readdirSync(parent).filter((entry) => entry.startsWith(prefix))) {
    const path = join(parent, name)
    try {
      const abandoned = statSync(path).uid === process.getuid?.() && livingHolder(join(path, 'demo.pid')) === undefined
      // One without the file was kept on purpose.
      if (abandoned && readdirSync(path).includes('demo.pid')) rmSync(path, { recursive: true, force: true })
    } catch {
      // Another demo removes it at this moment.
    }
  }
}

function livingHolder(file: string): number | undefined {
  try {
    const pid = Number(readFileSync(file, 'utf8'))
    if (pid === process.pid) return undefined
    process.kill(pid, 0)
    return pid
  } catch (error) {
    // A living process of somebody else's answers EPERM.
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? Number(readFileSync(file, 'utf8')) : undefined
  }
}
