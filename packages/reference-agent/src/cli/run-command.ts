import * as E from 'fp-ts/lib/Either.js'
import type { AgentLog } from '../agent/agent-log.js'
import type { Agent } from '../agent/create-agent.js'
import { describeReconcileError } from '../agent/describe-failure.js'
import { composeAgent, composeDriver } from '../compose.js'
import type { ControlRequest } from '../control/control-protocol.js'
import { type ControlHandler, serveControl } from '../control/control-server.js'
import type { EnrollmentRecord } from '../enrollment/enrollment-record.js'
import { reasonOf } from '../state/atomic-file.js'
import type { LockFile } from '../state/lock-file.js'
import type { StateFolder } from '../state/state-folder.js'
import { claimInterface, type InterfaceClaim } from '../system/interface-claim.js'
import { agentVersion } from '../system/version.js'
import { driverFailure, EXIT, interfaceClaimedFailure } from './cli-failure.js'
import { createLog, type LogLevel } from './create-log.js'
import { lockFolder, openHost, openKeys } from './open-host.js'

export interface RunOptions {
  readonly state: string
  readonly logLevel: LogLevel
  readonly jsonLogs: boolean
  readonly downOnExit: boolean
  /** Seconds. */
  readonly confirmWindow: number
  /** A program. */
  readonly onActiveRouter?: string
}

/** Runs the agent until it is told to end; the exit code. */
export async function run(options: RunOptions): Promise<number> {
  const { folder, record } = await openHost(options.state)
  const keys = await openKeys(folder, record)
  const lock = await lockFolder(folder, 'Another agent')
  let claim: InterfaceClaim | undefined
  try {
    const claimed = await claimInterface(record.interfaceName)
    if (E.isLeft(claimed)) throw interfaceClaimedFailure(record.interfaceName)
    claim = claimed.right
    const driver = await composeDriver(record.interfaceName, folder.vault)
    if (E.isLeft(driver)) throw driverFailure(driver.left)
    const isJson = options.jsonLogs || !process.stderr.isTTY
    const log = createLog({ level: options.logLevel, isJson, host: record.name })
    const timing = { confirmWindowMs: options.confirmWindow * 1000 }
    const agent = composeAgent({
      record,
      keys,
      folder,
      driver: driver.right,
      log,
      timing,
      onActiveRouter: options.onActiveRouter,
    })
    if (lock === undefined) log.warn({ state: folder.path }, 'the disk is full or read-only: nothing new is kept')
    return await runUntilTold({ agent, log, folder, record, lock, downOnExit: options.downOnExit })
  } finally {
    claim?.release()
    lock?.release()
  }
}

interface Running {
  readonly agent: Agent
  readonly log: AgentLog
  readonly folder: StateFolder
  readonly record: EnrollmentRecord
  /** `undefined`: nothing can be written there. */
  readonly lock: LockFile | undefined
  readonly downOnExit: boolean
}

async function runUntilTold(running: Running): Promise<number> {
  const { agent, log, folder, record, lock, downOnExit } = running
  const { hostId, meshId, name, interfaceName } = record
  let tellEnd: (exitCode: number) => void = () => {}
  const end = new Promise<number>((resolve) => {
    tellEnd = resolve
  })
  const crash = (error: unknown) => {
    log.error({ reason: reasonOf(error), stack: error instanceof Error ? error.stack : undefined }, 'crashed')
    lock?.release()
    process.exit(EXIT.failed)
  }
  process.on('uncaughtException', crash).on('unhandledRejection', crash)
  const removeOnce = once(() => removeInterface(agent))
  const control = await controlOf(log, async ({ ask }: ControlRequest) => {
    if (ask === 'status') return { name, interfaceName, pid: process.pid, ...(await agent.status()) }
    if (ask === 'rotate-key') return agent.rotateKey()
    if (ask === 'retry') return { retried: await agent.retry() }
    await removeOnce().then(
      () => setImmediate(tellEnd, 0),
      (error) => {
        // A supervisor starts it again: better an agent that keeps trying than a tunnel that nobody looks after.
        setImmediate(tellEnd, EXIT.failed)
        throw error
      },
    )
    return { removed: interfaceName }
  })
  const stop = once(async (signal: string) => {
    log.info({ signal }, downOnExit ? 'ending; the interface goes too' : 'ending; the interface stays')
    await (downOnExit ? removeOnce() : agent.stop())
    tellEnd(0)
  })
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(signal).catch(crash))
  log.info(
    { version: agentVersion(), pid: process.pid, hostId, meshId, interface: interfaceName, state: folder.path },
    'agent starts',
  )
  await agent.start()
  const exitCode = await end
  control?.close()
  return exitCode
}

/** Where there can be no socket, an agent that can't be asked is better than none. */
const controlOf = (log: AgentLog, handler: ControlHandler): Promise<{ readonly close: () => void } | undefined> =>
  serveControl(handler).catch((error: unknown) => {
    log.error({ reason: reasonOf(error) }, 'this agent can not be asked: there is no socket for status, retry and down')
    return undefined
  })

async function removeInterface(agent: Agent): Promise<void> {
  const removed = await agent.stopAndRemove()
  if (E.isLeft(removed)) throw new Error(`the interface could not be removed: ${describeReconcileError(removed.left)}`)
}

/** Later calls get what the first one gets. */
function once<A extends readonly unknown[], B>(deed: (...args: A) => Promise<B>): (...args: A) => Promise<B> {
  let first: Promise<B> | undefined
  return (...args) => {
    first ??= deed(...args)
    return first
  }
}
