import { randomBytes } from 'node:crypto'
import { open, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/**
 * Replaces a file at once and durably: after a crash of process or machine it holds the old or the new content, whole. Readable by
 * its owner alone. Throws what the file system throws.
 */
export async function writeFileAtomically(file: string, content: string | Uint8Array): Promise<void> {
  const folder = dirname(file)
  const temporary = join(folder, `.${basename(file)}.${randomBytes(6).toString('hex')}.tmp`)
  try {
    await writeDurably(temporary, content)
    await rename(temporary, file)
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {})
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

async function writeDurably(file: string, content: string | Uint8Array): Promise<void> {
  const handle = await open(file, 'wx', 0o600)
  try {
    await handle.writeFile(content)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Makes names in a folder durable. Some file systems refuse that for folders; then it is theirs to keep. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined)
  await handle?.sync().catch(() => {})
  await handle?.close()
}

/** What went wrong with a file, in the system's words; never its content. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Whether the file system said that nothing is there. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === 'ENOENT'
}
