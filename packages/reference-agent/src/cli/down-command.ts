import { createInterface } from 'node:readline/promises'
import { reconcile } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { describeReconcileError } from '../agent/describe-failure.js'
import { composeDriver } from '../compose.js'
import { askAgent } from '../control/control-client.js'
import type { EnrollmentRecord } from '../enrollment/enrollment-record.js'
import type { StateFolder } from '../state/state-folder.js'
import { claimInterface } from '../system/interface-claim.js'
import { CliFailure, driverFailure, folderFailure, interfaceClaimedFailure, usageFailure } from './cli-failure.js'
import { lockFolder, openHost, openRemains } from './open-host.js'
import type { Output } from './output.js'

export interface DownOptions {
  readonly state: string
  readonly purge: boolean
  readonly yes: boolean
}

/** Ends a running agent, takes the interface away and, if asked, all that the agent keeps. */
export async function down(options: DownOptions, output: Output): Promise<void> {
  if (options.purge) await purge(options, output)
  else await takeDown(options, output)
}

async function takeDown({ state }: DownOptions, output: Output): Promise<void> {
  const { folder, record } = await openHost(state)
  const { interfaceName, name, hostId } = record
  const ended = await removeTunnel(folder, interfaceName)
  if (ended === 'of-another-agent') throw interfaceClaimedFailure(interfaceName)
  const value = { name, hostId, interface: interfaceName, wasRunning: ended === 'by-agent', purged: false }
  const kept = `Its keys and config stay in ${folder.path}: meshfold-agent run brings it back.`
  output.result(value, `${name}: ${interfaceName} is down. ${kept}`)
}

/** Needs no readable record: it is the way out of a folder that is damaged. */
async function purge({ state, yes }: DownOptions, output: Output): Promise<void> {
  const { folder, record, interfaceName } = await openRemains(state)
  if (!yes) await confirmPurge(record?.name)
  const ended = await removeTunnel(folder, interfaceName)
  const purged = await folder.purge()
  if (E.isLeft(purged)) throw folderFailure(purged.left)
  const { name = null, hostId = null } = record ?? {}
  const value = { name, hostId, interface: interfaceName ?? null, wasRunning: ended === 'by-agent', purged: true }
  output.result(value, `${name ?? folder.path}: ${purgedWords(record, interfaceName, ended)}`)
}

function purgedWords(record: EnrollmentRecord | undefined, interfaceName: string | undefined, ended: Ended) {
  const host =
    record === undefined
      ? 'If it had enrolled, the mesh still knows the host: on the server, meshfold host list, then meshfold host remove'
      : `The mesh still knows the host: on the server, meshfold host remove ${record.hostId}`
  return `${tunnelWords(interfaceName, ended)} Keys and config are gone too. ${host}`
}

function tunnelWords(interfaceName: string | undefined, ended: Ended): string {
  if (ended === 'of-another-agent') return `${interfaceName} stays: another agent has it.`
  if (interfaceName !== undefined) return `${interfaceName} is down.`
  return ended === 'by-agent'
    ? 'its interface is down.'
    : 'which interface it had, if any, is not known; if one is left: ip link delete <name>.'
}

/** Who took the interface away: the agent that ran and no longer does, or this command; it may be another agent's, for another mesh. */
type Ended = 'by-agent' | 'here' | 'of-another-agent'

async function removeTunnel(folder: StateFolder, interfaceName: string | undefined): Promise<Ended> {
  const asked = await askAgent({ ask: 'down' })
  if (E.isLeft(asked) && asked.left.code !== 'agent-not-running') {
    throw new CliFailure(asked.left.code, `The running agent could not end: ${asked.left.reason}`)
  }
  return E.isRight(asked) ? 'by-agent' : removeWithoutAgent(folder, interfaceName)
}

async function removeWithoutAgent(folder: StateFolder, interfaceName: string | undefined): Promise<Ended> {
  const lock = await lockFolder(folder, 'An agent that does not answer')
  try {
    if (interfaceName === undefined) return 'here'
    const claimed = await claimInterface(interfaceName)
    if (E.isLeft(claimed)) return 'of-another-agent'
    claimed.right.release()
    const driver = await composeDriver(interfaceName, folder.vault)
    if (E.isLeft(driver)) throw driverFailure(driver.left)
    const removed = await reconcile(driver.right, undefined)
    await driver.right.close()
    if (E.isRight(removed)) return 'here'
    throw new CliFailure(
      removed.left.code,
      `${interfaceName} could not be removed: ${describeReconcileError(removed.left)}`,
    )
  } finally {
    lock?.release()
  }
}

async function confirmPurge(name: string | undefined): Promise<void> {
  if (!process.stdin.isTTY) throw usageFailure('--purge takes the keys away for good: add --yes if that is meant.')
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const [whose, word, wanted] = name === undefined ? ['this folder', '"purge"', 'purge'] : [name, 'its name', name]
  const typed = await terminal.question(`The keys of ${whose} will be gone for good. Type ${word} to go on: `)
  terminal.close()
  if (typed.trim() !== wanted) throw new CliFailure('not-confirmed', 'Nothing was changed.')
}
