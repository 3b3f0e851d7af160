import {
  accessSync,
  closeSync,
  constants,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readSync,
  rmdirSync,
  statfsSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A tmpfs, as statfs(2) says. */
const MEMORY = 0x01_02_19_94

/**
 * A file that has lost its name before anything is written to it. Node's pipes are sockets, which `/dev/stdin` can't be
 * opened on, and `wg` reads keys from named files only.
 */
export function openNamelessFile(content: string): number {
  const file = openWithoutName()
  try {
    writeAnew(file, content)
  } catch (error) {
    closeSync(file)
    throw error
  }
  return file
}

/** All of it, in place of what was there: where memory is full, a part may be written without an error. The offset stays at the beginning. */
export function writeAnew(file: number, content: string, write: typeof writePart = writePart): void {
  ftruncateSync(file)
  const bytes = Buffer.from(content)
  for (let at = 0; at < bytes.length; ) at += write(file, bytes, at)
}

/** How many bytes were written; the rest begins at `at`, in the file as in what is to be written. */
const writePart = (file: number, bytes: Buffer, at: number): number => writeSync(file, bytes, at, bytes.length - at, at)

/** Reads what a program wrote there, a few kilobytes at most, and closes it. */
export function readNamelessFile(file: number): string {
  const buffer = Buffer.alloc(8 * 1024)
  const length = readSync(file, buffer, 0, buffer.length, 0)
  closeSync(file)
  return buffer.toString('utf8', 0, length)
}

/** Nothing stays where the file can't be opened; and taking names away opens nothing, as where no more files can be open. */
function openWithoutName(): number {
  const folder = mkdtempSync(join(scratchFolder(), 'meshfold-'))
  const name = join(folder, 'content')
  try {
    const file = openSync(name, 'wx+', 0o600)
    unlinkSync(name)
    return file
  } finally {
    rmdirSync(folder)
  }
}

/**
 * In memory where the host offers that: a key then reaches no disk. First where no other user can fill it up, who would else keep what is
 * to be read from being written.
 */
function scratchFolder(): string {
  return ['/run', '/dev/shm'].find(isMemory) ?? tmpdir()
}

function isMemory(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK)
    return statfsSync(folder).type === MEMORY
  } catch {
    return false
  }
}
