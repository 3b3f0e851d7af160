import type {
  AgentConnection,
  AgentLink,
  AgentLinkOptions,
  AgentLinkStatus,
  ConnectionEnd,
  KeyMessageOfServer,
  RelayProbeWanted,
} from '@meshfold/core'
import type { AgentLog } from './agent-log.js'
import type { AgentOptions } from './agent-options.js'
import type { ServerStatus } from './agent-status.js'
import type { ConfigKeeper } from './config-keeper.js'
import { ServerSession } from './server-session.js'

export interface LinkKeeperOptions extends Pick<AgentOptions, 'connect' | 'membership' | 'clock' | 'timers'> {
  readonly keeper: ConfigKeeper
  readonly log: AgentLog
  readonly heartbeatMs: number
  /** A connection, or an attempt at one, ended. */
  readonly onEnded: (end: ConnectionEnd) => void
  /** Something came from the server. */
  readonly onHeard: () => void
  readonly onReceived: () => void
  readonly onUpToDate: () => void
  /** Relays are to be measured for a pair of this host. */
  readonly onRelayProbeWanted: (wanted: RelayProbeWanted) => void
  /** About this host's WireGuard key. */
  readonly onKeyMessage: (message: KeyMessageOfServer) => void
}

const MOVED: ConnectionEnd = { code: 'closed-here', detail: 'an own address went away' }

/** By the code of how a connection, or an attempt at one, ended. */
const WAYS_OUT: Partial<Record<ConnectionEnd['code'], string>> = {
  'authentication-failed':
    'if this host was removed from its mesh: meshfold-agent down --purge, then enroll with a new token; if it joined after the backup that its server was restored from: enroll again, then start the agent anew',
  'replaced-by-newer-connection':
    'if this machine is a copy of another, or was copied: on the copy, meshfold-agent down --purge, then enroll with a new token',
}

/** The way to the server: one link for as long as the agent runs, one session for each connection over it. */
export class LinkKeeper {
  readonly #options: LinkKeeperOptions
  #link: AgentLink | undefined
  #session: ServerSession | undefined
  #stopBeating: () => void = () => {}
  #isConnected = false
  #sinceEpochMs: number | null = null
  #lastEnd: string | null = null
  #reportRefused: string | null = null

  constructor(options: LinkKeeperOptions) {
    this.#options = options
  }

  /** Begins to connect, and goes on until closed. */
  open(): void {
    const { connect, membership, keeper, timers, heartbeatMs } = this.#options
    const { meshId, hostId, identityPrivateKey, serverIdentityKey, epoch } = membership
    const linkOptions: AgentLinkOptions = {
      meshId,
      hostId,
      identityPrivateKey,
      serverIdentityKey,
      knownEpoch: () => Math.max(epoch, keeper.receivedAsOf?.epoch ?? 0),
      onConnection: (connection) => this.#begin(connection),
      onStatus: (status) => this.#noteStatus(status),
    }
    this.#link = connect(linkOptions)
    this.#stopBeating = timers.every(heartbeatMs, () => this.#session?.heartbeat(keeper.appliedAsOf))
  }

  async close(): Promise<void> {
    this.#stopBeating()
    await this.#link?.close()
  }

  /** The present connection, if there is one. */
  get session(): ServerSession | undefined {
    return this.#session
  }

  /** Something about the own network became better: a waiting attempt is made now. */
  tryNow(): void {
    this.#link?.reconnectNow()
  }

  /** The connection may hang on an address that is gone; a new one costs less than finding out. */
  leaveOldAddress(): void {
    this.#session?.close(MOVED)
    this.#link?.reconnectNow()
  }

  status(): ServerStatus {
    const lastEnd = this.#isConnected ? null : this.#lastEnd
    return {
      connected: this.#isConnected,
      sinceEpochMs: this.#sinceEpochMs,
      lastEnd,
      reportRefused: this.#reportRefused,
    }
  }

  #begin(connection: AgentConnection) {
    const { keeper, log, timers, onHeard, onReceived, onUpToDate, onRelayProbeWanted, onKeyMessage } = this.#options
    this.#reportRefused = null
    const session: ServerSession = new ServerSession({
      connection,
      keeper,
      log,
      timers,
      onHeard,
      onReceived,
      onUpToDate,
      onRelayProbeWanted,
      onKeyMessage,
      onReportRefused: ({ code, message }) => {
        this.#reportRefused = message
        log.warn({ code, reason: message }, 'the server did not take what this host reports of itself')
      },
      onClose: () => {
        if (this.#session === session) this.#session = undefined
      },
    })
    this.#session = session
    return session.begin()
  }

  #noteStatus(status: AgentLinkStatus): void {
    const { log, clock, onHeard, onEnded } = this.#options
    if (status.state === 'connected') onHeard()
    if (status.state === 'connecting' && status.lastEnd !== null) onEnded(status.lastEnd)
    const wasConnected = this.#isConnected
    this.#isConnected = status.state === 'connected'
    if (this.#isConnected !== wasConnected) this.#sinceEpochMs = clock.nowEpochMs()
    if (status.state === 'connected') log.info({ server: status.serverUrl }, 'connected')
    if (status.state !== 'connecting' || status.lastEnd === null) return
    const { code, detail } = status.lastEnd
    const isNews = wasConnected || this.#lastEnd !== detail
    this.#lastEnd = detail
    const wayOut = WAYS_OUT[code]
    const fields = { code, detail, attempt: status.attempt, ...(wayOut !== undefined && { wayOut }) }
    if (!isNews) log.debug(fields, 'still not connected')
    else if (code === 'authentication-failed') log.warn(fields, 'not accepted; trying on')
    else if (code === 'replaced-by-newer-connection') log.warn(fields, 'another agent connected as this host')
    else log.warn(fields, wasConnected ? 'disconnected; the mesh goes on as it is' : 'not connected yet; trying on')
  }
}
