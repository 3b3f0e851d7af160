import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { obstacleToFolder } from '../make-folder.js'
import { longestSocketName } from '../mesh/mesh-server.js'
import { WrongOptions } from './demo-options.js'

const prefix = 'meshfold-demo-'
const holderFile = 'demo.pid'
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
  const path = given === undefined ? mkdtempSync(join(shortTemporaryFolder(), prefix)) : givenFolder(resolve(given))
  const holder = join(path, holderFile)
  const other = livingHolder(holder)
  if (other !== undefined) {
    throw new WrongOptions(`Another demo (process ${other}) uses ${path}. If that is not so, remove ${holder}.`)
  }
  hold(holder)
  return {
    path,
    release: (keep) => {
      if (given === undefined && !keep) removeFolder(path)
      else rmSync(holder, { force: true })
    },
  }
}

function hold(file: string): void {
  try {
    writeFileSync(file, `${process.pid} ${processNamespace()}`)
  } catch (error) {
    throw new WrongOptions(`Nothing can be written there: ${(error as Error).message}. Choose another folder.`)
  }
}

function givenFolder(path: string): string {
  // Checked as it is written, before anything is made, and as it really is: a part of it may be a link.
  refuseUnfit(path)
  const obstacle = obstacleToFolder(path)
  if (obstacle !== undefined) throw new WrongOptions(obstacle)
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
      // One without the file was kept on purpose.
      const isHeld = !readdirSync(path).includes(holderFile) || livingHolder(join(path, holderFile)) !== undefined
      if (!isHeld && statSync(path).uid === process.getuid?.()) removeFolder(path)
    } catch {
      // Another demo removes it at this moment.
    }
  }
}

/** The holder's file goes last: what cannot be removed now, the next demo finds. */
function removeFolder(path: string): void {
  for (const name of readdirSync(path).filter((entry) => entry !== holderFile)) {
    rmSync(join(path, name), { recursive: true, force: true, maxRetries: 3 })
  }
  rmSync(path, { recursive: true, force: true })
}

/** The process that holds a folder; one of another process namespace counts as living, since its number says nothing here. */
function livingHolder(file: string): number | undefined {
  const [number = '', namespace] = readOr(file, '').split(' ')
  const pid = Number(number)
  if (pid === 0) return undefined
  if (namespace !== processNamespace()) return pid
  try {
    if (pid === process.pid) return undefined
    process.kill(pid, 0)
    return pid
  } catch (error) {
    // A living process of somebody else's answers EPERM.
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? pid : undefined
  }
}

function processNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return 'none'
  }
}

function readOr(file: string, otherwise: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return otherwise
  }
}
