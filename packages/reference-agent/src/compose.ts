/** The one place that picks adapters: Linux's driver, and WebSockets to the server. */
import { uptime } from 'node:os'
import { performance } from 'node:perf_hooks'
import type { Clock, Crypto, HostDriver, HostDriverError, SecretVault, Timers } from '@meshfold/core'
import { createLinuxDriver } from '@meshfold/driver-linux'
import { connectAgent, nodeCrypto, systemTimers } from '@meshfold/transport-ws'
import * as E from 'fp-ts/lib/Either.js'
import type { AgentLog } from './agent/agent-log.js'
import type { AgentTiming } from './agent/agent-options.js'
import { type Agent, createAgent } from './agent/create-agent.js'
import type { EnrollmentRecord } from './enrollment/enrollment-record.js'
import type { HostKeys } from './enrollment/host-keys.js'
import { agentUrlOf } from './enrollment/http-post.js'
import { findPrivateKey } from './enrollment/key-ring.js'
import type { StateFolder } from './state/state-folder.js'
import { findFreePort } from './system/free-port.js'
import { readHostSystem } from './system/host-system.js'
import { watchByIpMonitor } from './system/ip-monitor.js'
import { tellProgram } from './system/role-program.js'
import { createServerPlaces } from './system/server-places.js'
import { steadyHandshakes } from './system/steady-handshakes.js'
import { openUdpControlPort } from './system/udp-control-port.js'
import { createUdpGreeter } from './system/udp-greeter.js'
import { agentVersion } from './system/version.js'

export const crypto: Crypto = nodeCrypto
const timers: Timers = systemTimers
const clock: Clock = { nowEpochMs: Date.now, monotonicMs: () => performance.now() }

/** The driver for this machine's interface of that name; its private key stays in the vault. */
export function composeDriver(
  interfaceName: string,
  vault: SecretVault,
): Promise<E.Either<HostDriverError, HostDriver>> {
  return createLinuxDriver({
    interfaceName,
    privateKey: async (wanted) => {
      const key = await findPrivateKey(vault, crypto, wanted)
      if (E.isLeft(key)) return E.left({ reason: 'reason' in key.left ? key.left.reason : 'it is damaged' })
      return key.right === undefined ? E.left({ reason: `this host holds none for ${wanted}` }) : E.right(key.right)
    },
  })
}

/** What `run` runs. */
export interface ComposeAgentOptions {
  readonly record: EnrollmentRecord
  readonly keys: HostKeys
  readonly folder: StateFolder
  readonly driver: HostDriver
  readonly log: AgentLog
  readonly timing: Partial<AgentTiming>
  /** To be run when this host becomes the active router of an egress, or ceases to be it. */
  readonly onActiveRouter?: string | undefined
}

/** The agent of this machine. */
export function composeAgent(options: ComposeAgentOptions): Agent {
  const { record, keys, folder, driver, log, timing, onActiveRouter } = options
  const { meshId, hostId, epoch, serverIdentityKey, listenPort, declaredEndpoints, excludedPrefixes } = record
  const url = agentUrlOf(new URL(record.serverUrl), record.agentUrlPath)
  const { identityPrivateKey } = keys
  return createAgent({
    membership: { meshId, hostId, epoch, serverIdentityKey, identityPrivateKey },
    facts: { system: readHostSystem(agentVersion()), listenPort, declaredEndpoints, excludedPrefixes },
    driver: steadyHandshakes(driver, { nowEpochMs: clock.nowEpochMs, sinceBootMs: () => uptime() * 1000 }),
    connect: (link) => connectAgent({ ...link, url, ...(record.serverCa === null ? {} : { ca: record.serverCa }) }),
    store: folder.configStore(hostId),
    probationStore: folder.probationStore(),
    timing,
    clock,
    timers,
    log,
    watchUnderlay: watchByIpMonitor(record.interfaceName),
    greet: createUdpGreeter(),
    keyRotation: { ring: folder.keyRing(crypto), crypto },
    paths: { crypto, openControlPort: openUdpControlPort, store: folder.pathStore() },
    serverPlaces: createServerPlaces({ serverUrl: new URL(record.serverUrl), file: folder.serverAddressesFile }),
    findFreePort,
    ...(onActiveRouter !== undefined && { onRouterRole: tellProgram(onActiveRouter, log) }),
  })
}
