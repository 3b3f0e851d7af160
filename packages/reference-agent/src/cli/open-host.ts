import * as E from 'fp-ts/lib/Either.js'
import { crypto } from '../compose.js'
import type { EnrollmentRecord } from '../enrollment/enrollment-record.js'
import { type HostKeys, loadHostKeys } from '../enrollment/host-keys.js'
import { StateFolder } from '../state/state-folder.js'
import { CliFailure, folderFailure, keysFailure } from './cli-failure.js'

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
  if (record.right === undefined) {
    throw new CliFailure(
      'not-enrolled',
      `There is no enrolled host in ${state}. Enrol it first: meshfold-agent enroll --server <url> --state ${state}`,
    )
  }
  process.chdir(folder.path)
  return { folder, record: record.right }
}

/** The host's keys, which are the ones that it enrolled with. */
export async function openKeys(folder: StateFolder, record: EnrollmentRecord): Promise<HostKeys> {
  const keys = await loadHostKeys(folder.vault, crypto)
  if (E.isLeft(keys)) throw keysFailure(keys.left, folder.path)
  const { wireguardKey, identityKey } = keys.right
  if (wireguardKey === record.wireguardKey && identityKey === record.identityKey) return keys.right
  throw new CliFailure(
    'host-key-other',
    `The keys in ${folder.path} are not those that this host enrolled with. Put the right ones back from a backup; or begin anew: meshfold-agent down --state ${folder.path} --purge, then enroll with a new token.`,
  )
}
