import { accessSync, closeSync, constants, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * A file that has lost its name before anything is written to it. Node's pipes are sockets, which `/dev/stdin` can't be
 * opened on, and `wg` reads keys from named files only.
 */
export function openNamelessFile(content: string): number {
  const folder = mkdtempSync(join(scratchFolder(), 'meshfold-'))
  const file = openSync(join(folder, 'content'), 'wx+', 0o600)
  rmSync(folder, { recursive: true })
  // At position 0, so that the offset which the program inherits stays at the beginning.
  writeSync(file, content, 0)
  return file
}

/** Reads what a program wrote there, a few kilobytes at most, and closes it. */
export function readNamelessFile(file: number): string {
  const buffer = Buffer.alloc(8 * 1024)
  const length = readSync(file, buffer, 0, buffer.length, 0)
  closeSync(file)
  return buffer.toString('utf8', 0, length)
}

/** In memory where the host offers that: a key then reaches no disk. */
function scratchFolder(): string {
  try {
    accessSync('/dev/shm', constants.W_OK)
    return '/dev/shm'
  } catch {
    return tmpdir()
  }
}
