import * as E from 'fp-ts/lib/Either.js'
import { crypto } from '../compose.js'
import type { EnrollmentRecord } from '../enrollment/enrollment-record.js'
import { type HostKeys, loadHostKeys } from '../enrollment/host-keys.js'
import { findPrivateKey } from '../enrollment/key-ring.js'
import { type LockFile, takeLock } from '../state/lock-file.js'
import { StateFolder } from '../state/state-folder.js'
import { CliFailure, folderFailure, keysFailure, lockFailure } from './cli-failure.js'

/**
 * Opens the state folder of a host that has enrolled, and makes it the working directory: the agent's socket is reached by its bare
 * name, since a long path has no room in an address.
 */
export async function openHost(
  state: string,
): Promise<{ readonly folder: StateFolder; readonly record: EnrollmentRecord }> {
  const folder = new StateFolder(state)
  const record = await folder.readEnrollment()
  if (E.isLeft(record)) throw folderFailure(record.left)
  if (record.right === undefined) throw notEnrolled(state)
  process.chdir(folder.path)
  return { folder, record: record.right }
}

/** What is left of a host that enrolled, or began to. */
export interface Remains {
  readonly folder: StateFolder
  /** `undefined`: there is none, or it can't be read. */
  readonly record: EnrollmentRecord | undefined
  readonly interfaceName: string | undefined
}

/** As `openHost`, for a folder that is to be emptied: whatever an agent left there will do. */
export async function openRemains(state: string): Promise<Remains> {
  const folder = new StateFolder(state)
  const read = await folder.readEnrollment()
  const error = E.isLeft(read) ? read.left : undefined
  if (error?.code === 'state-unavailable') throw folderFailure(error)
  if (!folder.holdsAnything()) throw notEnrolled(state)
  process.chdir(folder.path)
  const record = E.isRight(read) ? read.right : undefined
  return { folder, record, interfaceName: error?.interfaceName ?? record?.interfaceName }
}

/**
 * Keeps other agents from the folder. `undefined`: its disk is full or read-only, so that nothing can be locked. A host comes up from its last
 * config all the same (A8), and goes down: whoever else works on its interface is kept away by the claim on that.
 */
export async function lockFolder(folder: StateFolder, who: string): Promise<LockFile | undefined> {
  const lock = await takeLock(folder.lockFile)
  if (E.isRight(lock)) return lock.right
  if (lock.left.code === 'lock-unwritable') return undefined
  throw lockFailure(lock.left, folder.path, who)
}

const notEnrolled = (state: string): CliFailure =>
  new CliFailure(
    'not-enrolled',
    `There is no enrolled host in ${state}. Enrol it first: meshfold-agent enroll --server <url> --state ${state}`,
  )

/** The host's keys, which are the ones that it is known by; of WireGuard keys it may hold two, while it changes them. */
export async function openKeys(folder: StateFolder, record: EnrollmentRecord): Promise<HostKeys> {
  const keys = await loadHostKeys(folder.vault, crypto)
  if (E.isLeft(keys)) throw keysFailure(keys.left, folder.path)
  const { identityKey } = keys.right
  const known = await findPrivateKey(folder.vault, crypto, record.wireguardKey)
  if (E.isRight(known) && known.right !== undefined && identityKey === record.identityKey) return keys.right
  throw new CliFailure(
    'host-key-other',
    `The keys in ${folder.path} are not those that this host enrolled with. Put the right ones back from a backup; or begin anew: meshfold-agent down --state ${folder.path} --purge, then enroll with a new token.`,
  )
}
