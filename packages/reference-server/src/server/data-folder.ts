/**
 * What a server keeps on disk: `mesh.json` (which mesh this is), `events.sqlite` (everything that happened to it), `secrets/`
 * (its identity key, and the hash of the admin token). Two servers of one machine may share a folder: each of these is made once,
 * by whoever comes first, and the events' order is decided by the database.
 */
import { existsSync } from 'node:fs'
import { mkdir, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import {
  type Crypto,
  decodeWith,
  type IdentityPublicKey,
  identityKeyFromBytes,
  type KeyPair,
  type MeshId,
  meshIdCodec,
} from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import type { FreshIds } from '../fresh-ids.js'
import { createFileSecretVault, type FileSecretVault } from '../secrets/file-secret-vault.js'
import { readIfThere, writeWholeIfMissing } from '../secrets/whole-files.js'

export interface DataFolder {
  readonly path: string
  readonly eventsPath: string
  readonly meshId: MeshId
  readonly vault: FileSecretVault
}

/** Why a server can't start; the message names the way out. */
export interface StartError {
  readonly code: string
  readonly message: string
}

const meshFile = t.type({ meshId: meshIdCodec })

export const vaultOf = (folder: string): FileSecretVault => createFileSecretVault(join(resolve(folder), 'secrets'))

/** Opens a server's folder, or makes it. */
export const openDataFolder = async (folder: string, ids: FreshIds): Promise<E.Either<StartError, DataFolder>> => {
  const path = resolve(folder)
  const eventsPath = join(path, 'events.sqlite')
  try {
    await mkdir(path, { recursive: true, mode: 0o700 })
    const { mode } = await stat(path)
    if (process.platform !== 'win32' && (mode & 0o022) !== 0)
      return fail('data-folder-exposed', `Others may change ${path}. Make it private: chmod go-w ${path}`)
    const meshId = await meshIdOf(path, eventsPath, ids)
    return E.isLeft(meshId) ? meshId : E.right({ path, eventsPath, meshId: meshId.right, vault: vaultOf(path) })
  } catch (thrown) {
    return fail('data-folder-unusable', `The data folder ${path} can't be used: ${String(thrown)}`)
  }
}

const meshIdOf = async (folder: string, eventsPath: string, ids: FreshIds): Promise<E.Either<StartError, MeshId>> => {
  const path = join(folder, 'mesh.json')
  const present = await readIfThere(path)
  if (present === undefined) {
    if (existsSync(eventsPath))
      return fail(
        'mesh-file-missing',
        `${folder} holds events but no mesh.json, which tells whose they are. Restore it.`,
      )
    await writeWholeIfMissing(path, new TextEncoder().encode(`${JSON.stringify({ meshId: ids.mesh() })}\n`))
  }
  const text = new TextDecoder().decode(await readIfThere(path))
  const json = E.tryCatch(
    () => JSON.parse(text) as unknown,
    () => undefined,
  )
  const decoded = decodeWith(meshFile, E.isRight(json) ? json.right : undefined)
  return E.isRight(decoded)
    ? E.right(decoded.right.meshId)
    : fail('mesh-file-damaged', `${path} is damaged (${decoded.left.message}). Restore it from a backup.`)
}

/** A server's own key pair, and its public half as text. */
export interface ServerIdentity {
  readonly pair: KeyPair
  readonly publicKey: IdentityPublicKey
}

/** The key that every enrolment token pins. Made at the first start; whoever loses it has to enrol all hosts anew. */
export const serverIdentity = async (
  crypto: Crypto,
  vault: FileSecretVault,
): Promise<E.Either<StartError, ServerIdentity>> => {
  const name = 'server-identity'
  const written = await vault.read(name)
  if (E.isLeft(written)) return fail(written.left.code, sentence(written.left.reason))
  if (written.right === undefined) {
    const made = await vault.writeIfMissing(name, crypto.generateEd25519().privateKey)
    if (E.isLeft(made)) return fail(made.left.code, sentence(made.left.reason))
  }
  const seed = await vault.read(name)
  if (E.isLeft(seed)) return fail(seed.left.code, sentence(seed.left.reason))
  if (seed.right?.length !== 32)
    return fail('identity-damaged', 'The server identity in secrets/ is damaged. Restore it.')
  const publicBytes = crypto.ed25519PublicKeyOf(seed.right)
  const publicKey = identityKeyFromBytes(publicBytes)
  if (E.isLeft(publicKey)) return fail('identity-damaged', publicKey.left.reason)
  return E.right({ pair: { privateKey: seed.right, publicKey: publicBytes }, publicKey: publicKey.right })
}

const fail = (code: string, message: string): E.Either<StartError, never> => E.left({ code, message })

const sentence = (reason: string): string => `A secret can't be used: ${reason}.`
