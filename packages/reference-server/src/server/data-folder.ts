/**
 * What a server keeps on disk: `mesh.json` (which mesh this is), `events.sqlite` (everything that happened to it), `secrets/`
 * (its identity key, and the hash of the admin token). Two servers of one machine may share a folder: each of these is made once,
 * by whoever comes first, and the events' order is decided by the database.
 */
import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import {
  type Crypto,
  decodeWith,
  type IdentityPublicKey,
  identityKeyFromBytes,
  type KeyPair,
  type MeshId,
  meshIdCodec,
  type SecretVaultError,
} from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import type { FreshIds } from '../fresh-ids.js'
import { createFileSecretVault, type FileSecretVault } from '../secrets/file-secret-vault.js'
import { makeFolder } from '../secrets/make-folder.js'
import { readIfThere, writeWhole, writeWholeIfMissing } from '../secrets/whole-files.js'

export interface DataFolder {
  readonly path: string
  readonly eventsPath: string
  readonly meshId: MeshId
  /** Somebody used it before: there is an event log, so there has to be an identity. */
  readonly isUsed: boolean
  /** The mesh was created once: its log can't be empty. */
  readonly isBegun: boolean
  readonly vault: FileSecretVault
}

/** Why a server can't start; the message names the way out. */
export interface StartError {
  readonly code: string
  readonly message: string
}

const MESH_FILE = 'mesh.json'

const meshFile = t.intersection([t.type({ meshId: meshIdCodec }), t.partial({ isBegun: t.boolean })])

export const vaultOf = (folder: string): FileSecretVault => createFileSecretVault(join(resolve(folder), 'secrets'))

/** Opens a server's folder, or makes it. */
export const openDataFolder = async (folder: string, ids: FreshIds): Promise<E.Either<StartError, DataFolder>> => {
  const path = resolve(folder)
  try {
    await makeFolder(path)
    const { mode } = await stat(path)
    if (process.platform !== 'win32' && (mode & 0o022) !== 0)
      return fail('data-folder-exposed', `Others may change ${path}. Make it private: chmod go-w ${path}`)
    return await openAt(path, ids)
  } catch (thrown) {
    return fail('data-folder-unusable', `The data folder ${path} can't be used: ${wayOutOf(thrown)}`)
  }
}

const openAt = async (path: string, ids: FreshIds): Promise<E.Either<StartError, DataFolder>> => {
  const eventsPath = join(path, 'events.sqlite')
  // Before anything else is read: another server that starts just now makes mesh.json and its identity first.
  const isUsed = existsSync(eventsPath)
  const meshPath = join(path, MESH_FILE)
  if ((await readIfThere(meshPath)) === undefined) {
    if (isUsed)
      return fail(
        'mesh-file-missing',
        `${path} holds events but no ${MESH_FILE}, which tells whose they are. Restore it.`,
      )
    await writeWholeIfMissing(meshPath, meshFileText({ meshId: ids.mesh() }))
  }
  const text = new TextDecoder().decode(await readIfThere(meshPath))
  const json = E.tryCatch(
    () => JSON.parse(text) as unknown,
    () => undefined,
  )
  const decoded = decodeWith(meshFile, E.isRight(json) ? json.right : undefined)
  if (E.isLeft(decoded))
    return fail('mesh-file-damaged', `${meshPath} is damaged (${decoded.left.message}). Restore it from a backup.`)
  const { meshId, isBegun = false } = decoded.right
  if (isBegun && !existsSync(eventsPath)) return fail('events-lost', describeMissingEvents(path))
  return E.right({ path, eventsPath, meshId, isUsed, isBegun, vault: vaultOf(path) })
}

/** Notes that the mesh was created, so that a lost log is not taken for a mesh that has yet to begin. */
export const markBegun = async ({ path, meshId, isBegun }: DataFolder): Promise<E.Either<StartError, void>> => {
  if (isBegun) return E.right(undefined)
  const meshPath = join(path, MESH_FILE)
  try {
    await writeWhole(meshPath, meshFileText({ meshId, isBegun: true }))
    return E.right(undefined)
  } catch (thrown) {
    return fail('data-folder-unusable', `${meshPath} can't be written: ${wayOutOf(thrown)}`)
  }
}

/** The mesh has a history, and it isn't there. */
export const describeMissingEvents = (path: string): string =>
  `The events of this mesh are gone from ${path}: events.sqlite is missing or empty. Restore it from a backup, or begin a new mesh in another folder: --data DIR. Hosts would then have to enrol anew.`

const meshFileText = (content: t.TypeOf<typeof meshFile>): Uint8Array =>
  new TextEncoder().encode(`${JSON.stringify(content)}\n`)

const wayOutOf = (thrown: unknown): string => {
  const { code, message = String(thrown) } = thrown as NodeJS.ErrnoException
  const isForbidden = code === 'EACCES' || code === 'EPERM' || code === 'EROFS'
  const first = isForbidden ? "Make it writable for the server's user" : 'Make it a folder on a disk with space left'
  return `${message}. ${first}, or name another: --data DIR.`
}

/** A server's own key pair, and its public half as text. */
export interface ServerIdentity {
  readonly pair: KeyPair
  readonly publicKey: IdentityPublicKey
}

/**
 * The key that every enrolment token pins. Made at the first start only: agents refuse a server with another one, so whoever loses
 * it has to enrol all hosts anew.
 */
export const serverIdentity = async (
  crypto: Crypto,
  { path, vault, isUsed, isBegun }: DataFolder,
): Promise<E.Either<StartError, ServerIdentity>> => {
  const name = 'server-identity'
  const file = join(path, 'secrets', name)
  const written = await vault.read(name)
  if (E.isLeft(written)) return secretFailure(written.left, path)
  if (written.right === undefined) {
    if (isUsed || isBegun)
      return fail(
        'identity-missing',
        `${file} is missing. Hosts know the server by this key and would refuse any other. Restore it from a backup, or begin a new mesh in another folder: --data DIR. Hosts would then have to enrol anew.`,
      )
    const made = await vault.writeIfMissing(name, crypto.generateEd25519().privateKey)
    if (E.isLeft(made)) return secretFailure(made.left, path)
  }
  const seed = await vault.read(name)
  if (E.isLeft(seed)) return secretFailure(seed.left, path)
  const damaged = fail('identity-damaged', `${file} is damaged: it holds no key. Restore it from a backup.`)
  if (seed.right?.length !== 32) return damaged
  const publicBytes = crypto.ed25519PublicKeyOf(seed.right)
  const publicKey = identityKeyFromBytes(publicBytes)
  if (E.isLeft(publicKey)) return damaged
  return E.right({ pair: { privateKey: seed.right, publicKey: publicBytes }, publicKey: publicKey.right })
}

/** An exposed secret says itself what to do. */
export const secretFailure = ({ code, reason }: SecretVaultError, path: string): E.Either<StartError, never> =>
  fail(
    code,
    code === 'secret-exposed'
      ? `A secret can't be used: ${reason}.`
      : `A secret can't be used: ${reason}. Let the server's user read and write ${join(path, 'secrets')}.`,
  )

const fail = (code: string, message: string): E.Either<StartError, never> => E.left({ code, message })
