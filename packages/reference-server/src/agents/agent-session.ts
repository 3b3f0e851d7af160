import {
  type AgentConnection,
  type AgentMessage,
  type AsOf,
  type ConnectionEnd,
  compareAsOf,
  encodePatchMessage,
  encodeServerMessage,
  type FragmentId,
  type FragmentVersion,
  type HostId,
  type KeyMessageOfServer,
  patchOfTable,
  projectSnapshot,
  type RelayProbeWanted,
  type ServerMessage,
} from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import type { MeshService } from '../mesh-service/mesh-service.js'
import type { ServerLog } from '../server-log.js'
import { TokenBucket } from '../token-bucket.js'
import { answerResume } from './answer-resume.js'
import { decodeAgentMessage } from './decode-agent-message.js'

export interface AgentSessionOptions {
  readonly connection: AgentConnection
  readonly service: MeshService
  readonly serverLog: ServerLog
  readonly monotonicMs: () => number
  /** Each message that was decoded. */
  readonly onMessage: (message: AgentMessage) => void
  /** Something that it reported among its endpoints can't be used; the rest was taken. */
  readonly onLeftOut: (what: string, why: string) => void
  readonly onSent: (type: ServerMessage['type'], length: number) => void
}

/** Where the other end stands. Only a `live` one is sent patches as they come. */
type Standing =
  /** Nothing was heard yet. */
  | { readonly at: 'arrived' }
  /** It holds more than this server knows: it is sent nothing older. `forSure`: the log doesn't know it either. */
  | { readonly at: 'ahead'; readonly asOf: AsOf; readonly forSure: boolean }
  | { readonly at: 'table-wanted' }
  /** It read too slowly; what was queued was dropped. */
  | { readonly at: 'behind' }
  /** It was sent everything up to `from`; what comes later comes as patches. */
  | { readonly at: 'live'; readonly from: AsOf }

/** An agent's acknowledgements of a busy mesh fit; a flood doesn't. */
const MESSAGES = { burst: 1000, perSecond: 200 }
/** A table is answered by looking at everything its host may see. */
const TABLES = { burst: 5, perSecond: 0.5 }
/** Only a table is so long; reading one takes its time, whatever it turns out to be. */
const LARGE_LENGTH = 256 * 1024
const SILENT_START_MS = 30_000

/**
 * The longest message that is taken from an agent, in UTF-16 units. The longest there is is a table: 54 for each host and each
 * node that its host may see, 93 with ids of the longest kind. So this is enough for a network of 40,000 hosts, and four times what
 * 10,000 need. The connection collects no more than that in memory.
 */
export const LONGEST_AGENT_MESSAGE: number = 8 * 1024 * 1024

/** One connection of one host's agent: what it was sent, and what it is still owed. */
export class AgentSession {
  readonly hostId: HostId
  readonly #options: AgentSessionOptions
  readonly #messages: TokenBucket
  readonly #tables: TokenBucket
  readonly #large: TokenBucket
  #standing: Standing = { at: 'arrived' }
  #since: number
  #lastSentMs: number
  #sent: AsOf | undefined
  #acknowledged: AsOf | undefined

  constructor(options: AgentSessionOptions) {
    const nowMs = options.monotonicMs()
    this.hostId = options.connection.hostId
    this.#options = options
    this.#messages = new TokenBucket(MESSAGES.burst, MESSAGES.perSecond, nowMs)
    this.#tables = new TokenBucket(TABLES.burst, TABLES.perSecond, nowMs)
    this.#large = new TokenBucket(TABLES.burst, TABLES.perSecond, nowMs)
    this.#since = nowMs
    this.#lastSentMs = nowMs
  }

  receive(text: string): void {
    const flood = this.#floodOf(text)
    const decoded = flood === undefined ? decodeAgentMessage(text) : E.left(flood)
    if (E.isLeft(decoded)) {
      this.#violated(decoded.left)
      return
    }
    const { message, leftOut } = decoded.right
    for (const endpoint of leftOut) this.#options.onLeftOut(endpoint, 'no endpoint')
    if (message.type === 'resume') this.#resume(message.asOf)
    if (message.type === 'table') this.#takeTable(message.versions)
    if (message.type === 'ack') this.#acknowledged = message.asOf
    this.#options.onMessage(message)
  }

  /** Said before anything is read of it. */
  #floodOf(text: string): string | undefined {
    const nowMs = this.#options.monotonicMs()
    if (!this.#messages.take(nowMs)) return 'too many messages'
    return text.length > LARGE_LENGTH && !this.#large.take(nowMs) ? 'too many large messages' : undefined
  }

  /** The queue is empty again after an overflow. */
  writable(): void {
    if (this.#standing.at !== 'behind') return
    const sent = this.#sent
    const holdsAllSent = sent !== undefined && this.#acknowledged !== undefined && isSame(this.#acknowledged, sent)
    // What was dropped is unknown unless everything before it was acknowledged: then the ring can tell the rest.
    if (holdsAllSent) this.#resume(sent)
    else this.#wantTable()
  }

  /** Whether it is to get the changes that follow on `since`. */
  awaits(since: AsOf): boolean {
    return this.#standing.at === 'live' && compareAsOf(since, this.#standing.from) >= 0
  }

  sendPatch(asOf: AsOf, text: string): void {
    this.#sendContent('patch', asOf, text)
  }

  /** Everything up to `asOf` that concerns it was sent; said when nothing else was for a while. */
  beat(asOf: AsOf, nowMs: number, quietMs: number): void {
    if (this.#standing.at !== 'live') {
      this.#checkPatience(nowMs)
      return
    }
    if (nowMs - this.#lastSentMs < quietMs) return
    const everything = compareAsOf(this.#standing.from, asOf) > 0 ? this.#standing.from : asOf
    this.#send('heartbeat', encodeServerMessage({ type: 'heartbeat', asOf: everything }))
  }

  /** The mesh moved on: an agent that was ahead of it may be served now. */
  moved(): void {
    if (this.#standing.at !== 'ahead') return
    const { asOf, forSure } = this.#standing
    if (compareAsOf(asOf, this.#options.service.asOf) > 0) return
    // Its history was another one if the log had not been there: only what it holds can tell what differs.
    if (forSure) this.#wantTable()
    else this.#resume(asOf)
  }

  /** The epoch was raised: whatever it holds may come from a history that is no more. */
  sendSnapshot(): void {
    const { service } = this.#options
    if (this.#standing.at === 'arrived') return
    const snapshot = projectSnapshot(service.state, this.hostId)
    this.#goLive('snapshot', service.asOf, encodeServerMessage({ type: 'snapshot', snapshot }))
  }

  refuseReport(code: string, message: string): void {
    this.#send('report-refused', encodeServerMessage({ type: 'report-refused', code, message }))
  }

  /** Asks for measurements. One that isn't up to date doesn't know yet whom to measure, and isn't asked. */
  askToProbe(wanted: RelayProbeWanted): void {
    if (this.#standing.at === 'live') this.#send('probe-relays', encodeServerMessage(wanted))
  }

  /** About the host's WireGuard key; what gets lost is asked for again. */
  sayOfKey(message: KeyMessageOfServer): void {
    this.#send(message.type, encodeServerMessage(message))
  }

  close(code: ConnectionEnd['code'], detail: string): void {
    this.#options.connection.close({ code, detail })
  }

  #resume(held: AsOf | null): void {
    const { service } = this.#options
    const answer = answerResume(service, this.hostId, held)
    switch (answer.by) {
      case 'snapshot':
        this.#standing = { at: 'table-wanted' }
        this.sendSnapshot()
        break
      case 'patch':
        this.#goLive('patch', answer.patch.asOf, encodePatchMessage(answer.patch.asOf, answer.patch.changes))
        break
      case 'table':
        this.#wantTable()
        break
      case 'waiting':
        if (held !== null) this.#standing = { at: 'ahead', asOf: held, forSure: false }
        void service.readOn().then(() => this.#warnIfAhead())
        break
    }
  }

  /** Another server's events would have been read by now. */
  #warnIfAhead(): void {
    if (this.#standing.at !== 'ahead') return
    this.#standing = { ...this.#standing, forSure: true }
    const { serverLog, service } = this.#options
    const facts = { hostId: this.hostId, agentAsOf: this.#standing.asOf, serverAsOf: service.asOf }
    serverLog.warn(
      facts,
      'an agent knows a later revision than this server, and waits. If an old copy of the event log was restored, raise the epoch: meshfold mesh raise-epoch',
    )
  }

  #takeTable(versions: readonly (readonly [FragmentId, FragmentVersion])[]): void {
    const isEarly = this.#standing.at === 'arrived' || this.#standing.at === 'ahead'
    if (isEarly || !this.#tables.take(this.#options.monotonicMs())) {
      this.#violated(isEarly ? 'a table before resume was answered' : 'too many tables')
      return
    }
    const patch = patchOfTable(this.#options.service.state, this.hostId, new Map(versions))
    this.#goLive('patch', patch.asOf, encodePatchMessage(patch.asOf, patch.changes))
  }

  #wantTable(): void {
    this.#standing = { at: 'table-wanted' }
    this.#since = this.#options.monotonicMs()
    this.#send('table-wanted', encodeServerMessage({ type: 'table-wanted' }))
  }

  #goLive(type: 'snapshot' | 'patch', asOf: AsOf, text: string): void {
    this.#standing = { at: 'live', from: asOf }
    this.#options.serverLog.debug({ hostId: this.hostId, by: type, asOf }, 'agent brought up to date')
    this.#sendContent(type, asOf, text)
  }

  #sendContent(type: 'snapshot' | 'patch', asOf: AsOf, text: string): void {
    if (this.#send(type, text)) this.#sent = asOf
  }

  #send(type: ServerMessage['type'], text: string): boolean {
    const outcome = this.#options.connection.send(text)
    if (outcome === 'overflow') {
      this.#standing = { at: 'behind' }
      this.#since = this.#options.monotonicMs()
    }
    if (outcome !== 'queued') return false
    this.#lastSentMs = this.#options.monotonicMs()
    this.#options.onSent(type, text.length)
    return true
  }

  /** An agent that doesn't begin, or doesn't answer, may do better with a new connection. */
  #checkPatience(nowMs: number): void {
    const isOwed = this.#standing.at === 'arrived' || this.#standing.at === 'table-wanted'
    if (isOwed && nowMs - this.#since > SILENT_START_MS) this.#violated('nothing came within 30 s')
  }

  #violated(detail: string): void {
    this.#options.serverLog.warn(
      { hostId: this.hostId, detail },
      'an agent broke the protocol; its connection is closed',
    )
    this.close('protocol-violated', detail)
  }
}

const isSame = (one: AsOf, other: AsOf): boolean => compareAsOf(one, other) === 0
