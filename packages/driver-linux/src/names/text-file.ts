/** Files that belong to others too: read with all that makes them what they are, and replaced so that nobody meets a half of one. */
import { constants } from 'node:fs'
import { access, type FileHandle, open, readlink, rename, stat, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { HostDriverError } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { FILE_IS_A_MOUNT, NO_RIGHT_TO_FOLDER } from '../linux-pitfalls.js'

/** A file of the host, byte for byte: each character of `text` is one byte. */
export interface TextFile {
  /** Where it is, with links followed, below the host's root. */
  readonly path: string
  /** `undefined`: there is no such file. */
  readonly text: string | undefined
}

/** Where a host's files are, and by which name those that are being written are told from others. */
export interface FilePlace {
  /** What stands before each path; `''` on this host. */
  readonly rootFolder: string
  readonly interfaceName: string
}

const MOST_LINKS = 10
const MOST_TRIES = 3
/** Nobody has more; what is longer is no such file. */
const MOST_BYTES = 64 * 1024 * 1024

/** Reads a file; a missing one is an answer. */
export async function readTextFile(
  place: FilePlace,
  path: string,
  action: string,
): Promise<E.Either<HostDriverError, TextFile>> {
  return answering(path, action, async () => {
    const target = await followLinks(place, path)
    return { path: target, text: await readIfThere(place.rootFolder + target) }
  })
}

/**
 * Puts what `rewrite` makes of a file in its place, `undefined`: takes the file away. Mode and owner stay. Whoever changes it between
 * reading and replacing is read again: what others write stays.
 */
export async function rewriteTextFile(
  place: FilePlace,
  path: string,
  action: string,
  rewrite: (text: string | undefined) => string | undefined,
): Promise<E.Either<HostDriverError, void>> {
  return answering(path, action, async () => {
    const file = place.rootFolder + (await followLinks(place, path))
    for (let tries = 1; ; tries++) {
      const before = await readIfThere(file)
      const after = rewrite(before)
      if (after === before) return
      const isStill = async () => tries >= MOST_TRIES || (await readIfThere(file)) === before
      if (await replaceFile(file, `.${basename(file)}.meshfold-${place.interfaceName}`, after, isStill)) return
    }
  })
}

/** Why a file can't be written, in English; `undefined`: it can, itself or by way of its folder. Changes nothing. */
export async function writeHindrance(place: FilePlace, path: string): Promise<string | undefined> {
  const file = place.rootFolder + (await followLinks(place, path))
  const mayWrite = (what: string) =>
    access(what, constants.W_OK).then(
      () => true,
      () => false,
    )
  if ((await mayWrite(file)) || (await mayWrite(dirname(file)))) return undefined
  return `${path} can't be written`
}

/** False: the file is no longer what it was. */
async function replaceFile(
  file: string,
  draftName: string,
  text: string | undefined,
  isStill: () => Promise<boolean>,
): Promise<boolean> {
  if (text === undefined) return (await isStill()) ? removeIfThere(file) : false
  const draft = join(dirname(file), draftName)
  try {
    await writeDraft(draft, file, text)
    if (!(await isStill())) return false
    await rename(draft, file)
    return true
  } catch (error) {
    if (!FILE_IS_A_MOUNT.has(codeOf(error)) && !NO_RIGHT_TO_FOLDER.has(codeOf(error))) throw error
    if (!(await isStill())) return false
    await writeInPlace(file, text)
    return true
  } finally {
    await removeIfThere(draft)
  }
}

/** As the file is that it replaces. */
async function writeDraft(draft: string, file: string, text: string): Promise<void> {
  const like = await stat(file).catch(() => undefined)
  await removeIfThere(draft)
  await using handle = await open(draft, 'wx', 0o600)
  await handle.writeFile(text, 'latin1')
  if (like !== undefined) await handle.chown(like.uid, like.gid)
  await handle.chmod(like === undefined ? 0o644 : like.mode & 0o7777)
  await handle.sync()
}

/** All of it in one call, empty lines at its end as long as it was longer before: whoever is killed here leaves no half of it. */
async function writeInPlace(file: string, text: string): Promise<void> {
  await using handle = await open(file, constants.O_RDWR | constants.O_CREAT, 0o644)
  const bytes = Buffer.from(text, 'latin1')
  const { size } = await handle.stat()
  const padded = Buffer.concat([bytes, Buffer.alloc(Math.max(0, size - bytes.length), '\n')])
  await writeAll(handle, padded)
  await handle.truncate(bytes.length)
  await handle.sync()
}

async function writeAll(handle: FileHandle, bytes: Buffer): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await handle.write(bytes, at, bytes.length - at, at)).bytesWritten
}

/** Links of the last part alone: what a host's `/etc` itself is, the kernel follows. */
async function followLinks({ rootFolder }: FilePlace, path: string): Promise<string> {
  let at = path
  for (let links = 0; links < MOST_LINKS; links++) {
    const target = await readlink(rootFolder + at).catch(() => undefined)
    if (target === undefined) return at
    at = target.startsWith('/') ? target : join(dirname(at), target)
  }
  return at
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    await using handle = await open(file, 'r')
    if ((await handle.stat()).size > MOST_BYTES) throw new RangeError(`over ${MOST_BYTES} bytes`)
    return await handle.readFile('latin1')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

async function removeIfThere(file: string): Promise<true> {
  await unlink(file).catch((error: unknown) => {
    if (codeOf(error) !== 'ENOENT') throw error
  })
  return true
}

async function answering<A>(
  path: string,
  action: string,
  work: () => Promise<A>,
): Promise<E.Either<HostDriverError, A>> {
  try {
    return E.right(await work())
  } catch (error) {
    const reason = `${path}: ${error instanceof Error ? error.message : String(error)}`
    const isDenied = NO_RIGHT_TO_FOLDER.has(codeOf(error))
    return E.left({ code: isDenied ? 'host-permission-denied' : 'host-refused', action, reason })
  }
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException | undefined)?.code ?? ''
