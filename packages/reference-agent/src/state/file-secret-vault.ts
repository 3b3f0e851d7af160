import { chmod, open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { decodeBase64, encodeBase64, type SecretVault, type SecretVaultError } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { isMissing, reasonOf, removeUnfinished, syncFolder, writeFileAtomically } from './atomic-file.js'
import { makeFolder } from './make-folder.js'

type Outcome<A> = Promise<E.Either<SecretVaultError, A>>

const SECRET_NAME = /^[a-z][a-z0-9-]{0,63}$/

/**
 * A vault of files: one a secret, base64 as `wg genkey` writes it, readable by its owner alone, in a folder that only its owner may
 * enter. A file that others could read or change is refused, not repaired: whoever could read it may have done so.
 */
export function createFileSecretVault(folder: string): SecretVault {
  const fileOf = (name: string): string => {
    if (!SECRET_NAME.test(name)) throw new TypeError('A secret is named with a-z, 0-9 and -')
    return join(folder, name)
  }
  return {
    read: (name) => readSecret(name, fileOf(name)),
    write: (name, secret) => writeSecret(folder, name, fileOf(name), secret),
    remove: (name) => removeSecret(folder, name, fileOf(name)),
  }
}

async function readSecret(name: string, file: string): Outcome<Uint8Array | undefined> {
  try {
    const handle = await open(file, 'r')
    try {
      const { mode, uid } = await handle.stat()
      const own = process.getuid?.()
      if ((mode & 0o077) !== 0) return exposed(name, `others may open ${file}: chmod 600 it if nobody did`)
      if (own !== undefined && uid !== own && uid !== 0) return exposed(name, `${file} belongs to another user`)
      const secret = decodeBase64((await handle.readFile('utf8')).trim(), 'standard')
      return E.isLeft(secret) ? unavailable(name, `${file} is damaged: it holds no base64`) : secret
    } finally {
      await handle.close()
    }
  } catch (error) {
    return isMissing(error) ? E.right(undefined) : unavailable(name, reasonOf(error))
  }
}

async function writeSecret(folder: string, name: string, file: string, secret: Uint8Array): Outcome<void> {
  try {
    const content = `${encodeBase64(secret, 'standard')}\n`
    if ((await readFile(file, 'utf8').catch(() => undefined)) === content) return E.right(undefined)
    await makeFolder(folder)
    await chmod(folder, 0o700)
    await removeUnfinished(file)
    await writeFileAtomically(file, content)
    return E.right(undefined)
  } catch (error) {
    return unavailable(name, reasonOf(error))
  }
}

async function removeSecret(folder: string, name: string, file: string): Outcome<void> {
  try {
    await rm(file, { force: true })
    await removeUnfinished(file)
    await syncFolder(folder)
    return E.right(undefined)
  } catch (error) {
    return unavailable(name, reasonOf(error))
  }
}

const exposed = (name: string, reason: string): E.Either<SecretVaultError, never> =>
  E.left({ code: 'secret-exposed', name, reason })

const unavailable = (name: string, reason: string): E.Either<SecretVaultError, never> =>
  E.left({ code: 'secret-vault-unavailable', name, reason })
