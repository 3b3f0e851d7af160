import { createInterface } from 'node:readline/promises'
import { reconcile } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { describeReconcileError } from '../agent/describe-failure.js'
import { composeDriver } from '../compose.js'
import { askAgent } from '../control/control-client.js'
import type { EnrollmentRecord } from '../enrollment/enrollment-record.js'
import { takeLock } from '../state/lock-file.js'
import type { StateFolder } from '../state/state-folder.js'
import { CliFailure, driverFailure, folderFailure, lockFailure, usageFailure } from './cli-failure.js'
import { openHost } from './open-host.js'
import type { Output } from './output.js'

export interface DownOptions {
  readonly state: string
  readonly purge: boolean
  readonly yes: boolean
}

/** Ends a running agent, takes the interface away and, if asked, all that the agent keeps. */
export async function down(options: DownOptions, output: Output): Promise<void> {
  const { folder, record } = await openHost(options.state)
  if (options.purge && !options.yes) await confirmPurge(record)
  const asked = await askAgent({ ask: 'down' })
  if (E.isLeft(asked) && asked.left.code !== 'agent-not-running') {
    throw new CliFailure(asked.left.code, `The running agent could not end: ${asked.left.reason}`)
  }
  if (E.isLeft(asked)) await removeWithoutAgent(folder, record)
  if (options.purge) {
    const purged = await folder.purge()
    if (E.isLeft(purged)) throw folderFailure(purged.left)
  }
  const { interfaceName, name, hostId } = record
  const kept = options.purge
    ? `Keys and config are gone too. The mesh still knows the host: on the server, meshfold host remove ${hostId}`
    : `Its keys and config stay in ${folder.path}: meshfold-agent run brings it back.`
  const value = { name, hostId, interface: interfaceName, wasRunning: E.isRight(asked), purged: options.purge }
  output.result(value, `${name}: ${interfaceName} is down. ${kept}`)
}

async function removeWithoutAgent(folder: StateFolder, record: EnrollmentRecord): Promise<void> {
  const lock = await takeLock(folder.lockFile)
  if (E.isLeft(lock)) throw lockFailure(lock.left, folder.path, 'An agent that does not answer')
  try {
    const driver = await composeDriver(record.interfaceName, folder.vault)
    if (E.isLeft(driver)) throw driverFailure(driver.left)
    const removed = await reconcile(driver.right, undefined)
    await driver.right.close()
    if (E.isRight(removed)) return
    throw new CliFailure(
      removed.left.code,
      `${record.interfaceName} could not be removed: ${describeReconcileError(removed.left)}`,
    )
  } finally {
    lock.right.release()
  }
}

async function confirmPurge({ name }: EnrollmentRecord): Promise<void> {
  if (!process.stdin.isTTY) throw usageFailure('--purge takes the keys away for good: add --yes if that is meant.')
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const typed = await terminal.question(`The keys of ${name} will be gone for good. Type its name to go on: `)
  terminal.close()
  if (typed.trim() !== name) throw new CliFailure('not-confirmed', 'Nothing was changed.')
}
