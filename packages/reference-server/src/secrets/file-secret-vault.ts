/** Secrets as files of one folder that only the server's user may read. */
import { stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { SecretVault, SecretVaultError } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { makeFolder } from './make-folder.js'
import { ignoreMissing, readIfThere, syncFolder, writeWhole, writeWholeIfMissing } from './whole-files.js'

/** A vault that can also write a secret only where there is none: of two servers that start at once, one makes it. */
export interface FileSecretVault extends SecretVault {
  /** True: written. False: there was one already, and it stays. */
  writeIfMissing(name: string, secret: Uint8Array): Promise<E.Either<SecretVaultError, boolean>>
}

const OTHERS = 0o077

/** Keeps secrets in `folder`, which it makes (0700) when it is missing. What others may read or change is refused. */
export const createFileSecretVault = (folder: string): FileSecretVault => {
  const guarded = async <A>(
    name: string,
    work: (path: string) => Promise<E.Either<SecretVaultError, A>>,
  ): Promise<E.Either<SecretVaultError, A>> => {
    try {
      const path = join(folder, safeName(name))
      const exposed = (await exposure(name, folder)) ?? (await exposure(name, path))
      return exposed === undefined ? await work(path) : E.left(exposed)
    } catch (thrown) {
      const reason = thrown instanceof Error ? thrown.message : String(thrown)
      return E.left({ code: 'secret-vault-unavailable', name, reason })
    }
  }
  return {
    read: (name) => guarded(name, async (path) => E.right(await readIfThere(path))),
    write: (name, secret) =>
      guarded(name, async (path) => {
        await makeFolder(folder)
        const current = await readIfThere(path)
        if (current === undefined || Buffer.compare(current, secret) !== 0) await writeWhole(path, secret)
        return E.right(undefined)
      }),
    writeIfMissing: (name, secret) =>
      guarded(name, async (path) => {
        await makeFolder(folder)
        return E.right(await writeWholeIfMissing(path, secret))
      }),
    remove: (name) =>
      guarded(name, async (path) => {
        await makeFolder(folder)
        await unlink(path).catch(ignoreMissing)
        await syncFolder(folder)
        return E.right(undefined)
      }),
  }
}

const exposure = async (name: string, path: string): Promise<SecretVaultError | undefined> => {
  const stats = await stat(path).catch(ignoreMissing)
  if (stats === undefined || process.platform === 'win32') return undefined
  if ((stats.mode & OTHERS) !== 0) {
    const mode = (stats.mode & 0o777).toString(8)
    const reason = `others may read or change ${path} (mode ${mode}). Make it private: chmod go= ${path}`
    return { code: 'secret-exposed', name, reason }
  }
  const self = process.geteuid?.()
  if (self === undefined || self === 0 || stats.uid === self) return undefined
  return { code: 'secret-exposed', name, reason: `${path} belongs to another user. Give it to the server's user` }
}

const safeName = (name: string): string => {
  if (/^[a-z0-9-]{1,64}$/.test(name)) return name
  throw new TypeError('a secret has a name of a-z, 0-9 and -')
}
