/** Small files that are there whole or not at all, whatever crashes. */
import { randomBytes } from 'node:crypto'
import { link, open, readFile, rename, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { makeFolder } from './make-folder.js'

const FILE_MODE = 0o600

/** Replaces what was there. */
export const writeWhole = async (path: string, content: Uint8Array): Promise<void> => {
  const draft = await writeDraft(path, content)
  await orRemove(draft, () => rename(draft, path))
  await syncFolder(dirname(path))
}

/** True: written. False: there was a file already, and it stays. Of two that write at once, one wins. */
export const writeWholeIfMissing = async (path: string, content: Uint8Array): Promise<boolean> => {
  const draft = await writeDraft(path, content)
  try {
    await link(draft, path)
    return true
  } catch (thrown) {
    if (errorCode(thrown) === 'EEXIST') return false
    throw thrown
  } finally {
    await unlink(draft)
    await syncFolder(dirname(path))
  }
}

export const readIfThere = async (path: string): Promise<Uint8Array | undefined> => {
  const buffer = await readFile(path).catch(ignoreMissing)
  return buffer === undefined ? undefined : new Uint8Array(buffer)
}

/** A file that isn't there is there as `undefined`. */
export const ignoreMissing = (thrown: unknown): undefined => {
  if (errorCode(thrown) === 'ENOENT') return undefined
  throw thrown
}

/** The code of an error of Node. */
const errorCode = (thrown: unknown): unknown =>
  typeof thrown === 'object' && thrown !== null && 'code' in thrown ? thrown.code : undefined

export const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, 'r')
  await handle.sync().finally(() => handle.close())
}

/** On disk before it gets its name: the name stands for the old or the new content, never for a part. */
const writeDraft = async (path: string, content: Uint8Array): Promise<string> => {
  await makeFolder(dirname(path))
  const draft = join(dirname(path), `.${basename(path)}-${process.pid}-${randomBytes(6).toString('hex')}`)
  const file = await open(draft, 'wx', FILE_MODE)
  await orRemove(draft, async () => {
    try {
      await file.writeFile(content)
      await file.sync()
    } finally {
      await file.close()
    }
  })
  return draft
}

/** What is tried again every few seconds, on a disk that is full, leaves nothing behind each time. */
const orRemove = async (draft: string, deed: () => Promise<void>): Promise<void> => {
  try {
    await deed()
  } catch (thrown) {
    await unlink(draft).catch(() => {})
    throw thrown
  }
}
