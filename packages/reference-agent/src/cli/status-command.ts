import { noProbation, onProbation } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { describeDriverError } from '../agent/describe-failure.js'
import { differencesOf, interfaceStatus, lackingOf, namesStatus, peerStatuses } from '../agent/describe-status.js'
import { LiveConfig } from '../agent/live-config.js'
import { replayJournal } from '../agent/replay-journal.js'
import { composeDriver, crypto } from '../compose.js'
import { askAgent } from '../control/control-client.js'
import type { EnrollmentRecord } from '../enrollment/enrollment-record.js'
import type { StateFolder } from '../state/state-folder.js'
import { CliFailure } from './cli-failure.js'
import type { HostStatus } from './host-status.js'
import { openHost } from './open-host.js'
import type { Output } from './output.js'
import { renderStatus } from './render-status.js'

/** From the running agent, else from disk and from the host itself. */
export async function status(options: { readonly state: string }, output: Output): Promise<void> {
  const { folder, record } = await openHost(options.state)
  const { serverUrl } = record
  const asked = await askAgent({ ask: 'status' })
  if (E.isRight(asked)) {
    const value = { ...(asked.right as Omit<HostStatus, 'running' | 'serverUrl'>), running: true, serverUrl }
    output.result(value, renderStatus(value))
    return
  }
  if (asked.left.code !== 'agent-not-running') {
    throw new CliFailure(asked.left.code, `The running agent could not tell: ${asked.left.reason}`)
  }
  const value = await statusFromDisk(folder, record, output)
  output.result(value, renderStatus(value))
}

async function statusFromDisk(folder: StateFolder, record: EnrollmentRecord, output: Output): Promise<HostStatus> {
  const { hostId, meshId, name, interfaceName, serverUrl } = record
  const stored = await folder.configStore(hostId).load()
  if (E.isLeft(stored)) throw new CliFailure(stored.left.code, `The stored config can't be read: ${stored.left.reason}`)
  const held = await folder.keyRing(crypto).load()
  const { table, appliedAsOf } = replayJournal(hostId, stored.right.entries)
  const probation = await folder.probationStore().load()
  const state = E.isRight(probation) ? (probation.right ?? noProbation) : noProbation
  const live = new LiveConfig()
  if (table !== undefined) live.reset(table)
  const known = { own: live.own, peers: live.peers, desired: live.desired && onProbation(state, live.desired) }
  const driver = await composeDriver(interfaceName, folder.vault)
  const observed = E.isLeft(driver) ? driver : await driver.right.observe()
  if (E.isLeft(observed)) output.note(`The host itself can't be read: ${describeDriverError(observed.left)}`)
  const seen = E.isRight(observed) ? observed.right : undefined
  return {
    name,
    interfaceName,
    serverUrl,
    running: false,
    pid: null,
    host: { hostId, meshId, nextWireguardKey: E.isRight(held) ? held.right.next : null },
    server: { connected: false, sinceEpochMs: null, lastEnd: null, reportRefused: null },
    config: {
      received: table?.asOf ?? null,
      applied: appliedAsOf,
      lacking: lackingOf(live.config, E.isRight(driver) ? driver.right.capabilities : undefined, seen),
      failure: null,
      notSaved: null,
      reverted: state.reverted.map(({ refused: _, ...told }) => told),
    },
    interface: interfaceStatus(seen, known),
    peers: peerStatuses(seen, known),
    paths: null,
    names: namesStatus(seen, known),
    differences: differencesOf(seen, known),
  }
}
