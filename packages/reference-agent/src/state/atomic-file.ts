import { randomBytes } from 'node:crypto'
import { closeSync, fsync, openSync, renameSync, writeFileSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'

const sync = promisify(fsync)

/**
 * Replaces a file at once and durably: after a crash of process or machine it holds the old or the new content, whole. Readable by
 * its owner alone. Throws what the file system throws.
 */
export async function writeFileAtomically(file: string, content: string | Uint8Array): Promise<void> {
  const folder = dirname(file)
  const temporary = join(folder, `.${basename(file)}.${randomBytes(6).toString('hex')}.tmp`)
  try {
    await writeDurably(temporary, content)
    renameSync(temporary, file)
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {})
    // The same failure is told in the same words: a log then says it once.
    if (error instanceof Error) error.message = error.message.replaceAll(temporary, file)
    throw error
  }
  await syncFolder(folder)
}

/** Takes away what writers of that file left who died at it; not while another one is at work. */
export async function removeUnfinished(file: string): Promise<void> {
  const folder = dirname(file)
  const left = await readdir(folder).catch(() => [])
  const isOf = (name: string) => name.startsWith(`.${basename(file)}.`) && name.endsWith('.tmp')
  for (const name of left.filter(isOf)) await rm(join(folder, name), { force: true })
}

/**
 * Only the disk is waited for. What changes the kernel's memory alone takes microseconds; a thread of its own for each such step took a
 * quarter of an agent's time for a patch.
 */
async function writeDurably(file: string, content: string | Uint8Array): Promise<void> {
  const descriptor = openSync(file, 'wx', 0o600)
  try {
    writeFileSync(descriptor, content)
    await sync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** Makes names in a folder durable. Some file systems refuse that for folders; then it is theirs to keep. */
export async function syncFolder(folder: string): Promise<void> {
  const descriptor = openedFolder(folder)
  if (descriptor === undefined) return
  await sync(descriptor).catch(() => {})
  closeSync(descriptor)
}

function openedFolder(folder: string): number | undefined {
  try {
    return openSync(folder, 'r')
  } catch {
    return undefined
  }
}

/** What went wrong with a file, in the system's words; never its content. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Whether the file system said that nothing is there. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === 'ENOENT'
}
