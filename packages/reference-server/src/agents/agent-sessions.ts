/**
 * The agents that are connected to this server: each gets what its host may see, first what it missed, then changes as they
 * come. What they say of themselves becomes commands; how they are doing stays in memory.
 */
import {
  type AgentConnection,
  type AgentConnectionHandlers,
  type AgentMessage,
  type AsOf,
  type CancelTimer,
  type Clock,
  type CommandId,
  type Crypto,
  compareAsOf,
  type HostId,
  type IdentityPublicKey,
  type KeyProof,
  largeMapGet,
  type RelayProbeWanted,
  type ReportedObservation,
  type ServerMessage,
  type Timers,
} from '@meshfold/core'
import { HostBudgets } from '../host-budgets.js'
import type { CommandContext } from '../mesh-service/command-answer.js'
import type { MeshStep } from '../mesh-service/mesh-history.js'
import type { MeshService } from '../mesh-service/mesh-service.js'
import type { ServerLog } from '../server-log.js'
import { AgentSession } from './agent-session.js'
import { ClientChanges } from './client-changes.js'
import { FanOut } from './fan-out.js'
import { HostReports, refusalOf } from './host-reports.js'
import { KeyDesk, type KeyWishAnswer } from './key-desk.js'
import { Presence } from './presence.js'
import { ReportBudgets } from './report-budgets.js'

export interface AgentSessionsOptions {
  readonly service: MeshService
  readonly crypto: Crypto
  readonly clock: Clock
  readonly timers: Timers
  readonly serverLog: ServerLog
  readonly freshCommandId: () => CommandId
  readonly onSent?: (type: ServerMessage['type'], length: number) => void
  /** What an agent sees, as it says it. */
  readonly onObserved?: (hostId: HostId, observations: readonly ReportedObservation[]) => void
  /** An agent came, or went and is not here in another connection. */
  readonly onSeen?: (hostId: HostId, isConnected: boolean) => void
}

/** A heartbeat follows when nothing else was sent for so long. */
const HEARTBEAT_MS = 2000
const LEFT_OUT_WARNINGS = { burst: 5, perSecond: 1 / 60 }
const FORGETS_EVERY_MS = 60_000

type LeftOutLog = (what: string, why: string) => void

export class AgentSessions {
  readonly presence: Presence = new Presence()
  readonly clients: ClientChanges
  readonly #options: AgentSessionsOptions
  readonly #sessions = new Map<HostId, AgentSession>()
  readonly #fanOut: FanOut
  readonly #keys: KeyDesk
  readonly #reports = new ReportBudgets()
  readonly #warnings = new HostBudgets(LEFT_OUT_WARNINGS)
  readonly #stops: readonly CancelTimer[]

  constructor(options: AgentSessionsOptions) {
    this.#options = options
    this.#fanOut = new FanOut(this.#sessions, options.service.asOf, options.serverLog)
    this.#keys = new KeyDesk(options)
    this.clients = new ClientChanges({ service: options.service, presence: this.presence })
    this.#stops = [
      () => this.clients.close(),
      options.service.onStep((step) => this.#take(step)),
      options.timers.every(HEARTBEAT_MS / 8, () => this.#beat()),
      options.timers.every(FORGETS_EVERY_MS, () => this.#forget()),
    ]
  }

  get size(): number {
    return this.#sessions.size
  }

  /** For the endpoint: who may connect. Reads on before it refuses: another server may have enrolled the host just now. */
  readonly hostIdentityKey = async (hostId: HostId): Promise<IdentityPublicKey | undefined> => {
    const { service } = this.#options
    if (largeMapGet(service.state.hosts, hostId) === undefined) await service.readOn()
    return largeMapGet(service.state.hosts, hostId)?.identityKey
  }

  /** For the endpoint: an agent proved to be there. */
  readonly onConnection = (connection: AgentConnection): AgentConnectionHandlers => {
    const { clock, serverLog } = this.#options
    const { hostId, remoteAddress } = connection
    const onLeftOut = this.#leftOutLog(hostId)
    const reports = this.#reportsOf(connection, onLeftOut)
    const session = new AgentSession({
      connection,
      service: this.#options.service,
      serverLog,
      monotonicMs: clock.monotonicMs,
      onMessage: (message) => {
        this.#observe(hostId, message, reports)
        this.#takeKeyMessage(connection, message)
      },
      onLeftOut,
      onSent: this.#options.onSent ?? (() => {}),
    })
    this.#sessions.set(hostId, session)
    this.presence.connected(hostId, remoteAddress, clock.nowEpochMs())
    this.#options.onSeen?.(hostId, true)
    serverLog.info({ hostId, remoteAddress }, 'agent connected')
    return {
      onMessage: (text) => session.receive(text),
      onWritable: () => session.writable(),
      onClose: (end) => {
        reports.close()
        serverLog.info({ hostId, code: end.code, detail: end.detail }, 'agent disconnected')
        if (this.#sessions.get(hostId) !== session) return
        this.#sessions.delete(hostId)
        this.#keys.left(hostId)
        this.presence.disconnected(hostId, clock.nowEpochMs())
        this.#options.onSeen?.(hostId, false)
        if (largeMapGet(this.#options.service.state.hosts, hostId) === undefined) this.presence.forget(hostId)
      },
    }
  }

  /** Asks the agent of a host, if it is here, to measure relays. */
  readonly askToProbe = (hostId: HostId, wanted: RelayProbeWanted): void =>
    this.#sessions.get(hostId)?.askToProbe(wanted)

  /** Asks the agent of a host for another WireGuard key, and waits until it has one; 15 s at most. */
  readonly rotateKey = (hostId: HostId, by: Pick<CommandContext, 'actor' | 'reason'>): Promise<KeyWishAnswer> =>
    this.#keys.wish(hostId, by, () => {
      const session = this.#sessions.get(hostId)
      session?.sayOfKey({ type: 'rotate-key' })
      return session !== undefined
    })

  close(): void {
    for (const stop of this.#stops) stop()
  }

  /** A host whose addresses flap says the same again and again: its operator needs to read it now and then only. */
  #leftOutLog(hostId: HostId): LeftOutLog {
    const { clock, serverLog } = this.#options
    return (what, why) => {
      const write = this.#warnings.take(hostId, clock.monotonicMs()) ? serverLog.warn : serverLog.debug
      write.call(serverLog, { hostId, what, why }, 'an endpoint or resolver that an agent reported was left out')
    }
  }

  #reportsOf({ hostId, remoteAddress }: AgentConnection, onLeftOut: LeftOutLog): HostReports {
    const { service, timers, clock, serverLog, freshCommandId } = this.#options
    const context = (): CommandContext => ({
      commandId: freshCommandId(),
      actor: `host:${hostId}`,
      reason: null,
      source: remoteAddress,
    })
    return new HostReports({
      hostId,
      service,
      timers,
      monotonicMs: clock.monotonicMs,
      budgets: this.#reports,
      context,
      onRefused: (error) => {
        const { code, message } = refusalOf(error)
        serverLog.warn({ hostId, code }, 'what an agent reported was refused')
        this.#sessions.get(hostId)?.refuseReport(code, message)
      },
      onLeftOut: (error) => onLeftOut('endpoint' in error ? error.endpoint : error.address, error.reason),
      onFailed: (error) => serverLog.warn({ hostId, code: error.code }, 'what an agent reported could not be recorded'),
    })
  }

  #observe(hostId: HostId, message: AgentMessage, reports: HostReports): void {
    this.presence.heard(hostId, this.#options.clock.nowEpochMs())
    if (message.type === 'ack') {
      const { asOf, outcome, detail } = message
      this.presence.observe(hostId, { acknowledged: asOf, outcome, detail })
    }
    // What it holds may be newer than its last acknowledgement: what was new since did not concern it.
    if (message.type === 'heartbeat' && message.appliedAsOf !== null && this.#isNews(hostId, message.appliedAsOf))
      this.presence.observe(hostId, { acknowledged: message.appliedAsOf })
    if (message.type === 'report') {
      this.presence.observe(hostId, { drift: message.report.drift })
      reports.take(message.report)
    }
    if (message.type === 'observations') this.#options.onObserved?.(hostId, message.observations)
  }

  #takeKeyMessage({ hostId, remoteAddress }: AgentConnection, message: AgentMessage): void {
    if (message.type === 'offer-key') {
      const answer = this.#keys.offered(hostId, message.wireguardKey)
      if (answer !== undefined) this.#sessions.get(hostId)?.sayOfKey(answer)
    }
    if (message.type === 'prove-key') void this.#takeProof(hostId, message.proof, remoteAddress)
  }

  async #takeProof(hostId: HostId, proof: KeyProof, source: string | null): Promise<void> {
    const refused = await this.#keys.proven(hostId, proof, source)
    if (refused === undefined) return
    this.#options.serverLog.warn({ hostId, code: refused.code }, 'a WireGuard key that an agent offered was not taken')
    this.#sessions.get(hostId)?.sayOfKey(refused)
  }

  #isNews(hostId: HostId, asOf: AsOf): boolean {
    const known = this.presence.of(hostId)?.acknowledged ?? null
    return known === null || compareAsOf(asOf, known) > 0
  }

  #take(step: MeshStep): void {
    for (const event of step.events) {
      if (event.type !== 'HostRemoved') continue
      this.#sessions.get(event.hostId)?.close('closed-here', 'the host was removed from the mesh')
      this.presence.forget(event.hostId)
      this.#keys.forget(event.hostId)
    }
    if (step.before.mesh?.epoch !== step.after.mesh?.epoch) {
      for (const session of this.#sessions.values()) session.sendSnapshot()
    } else {
      for (const session of this.#sessions.values()) session.moved()
    }
    this.#fanOut.add(step)
  }

  #forget(): void {
    const nowMs = this.#options.clock.monotonicMs()
    this.#reports.letGo(nowMs)
    this.#warnings.letGo(nowMs)
  }

  #beat(): void {
    const nowMs = this.#options.clock.monotonicMs()
    for (const session of this.#sessions.values()) session.beat(this.#fanOut.done, nowMs, HEARTBEAT_MS)
  }
}
