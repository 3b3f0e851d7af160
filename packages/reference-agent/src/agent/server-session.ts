/**
 * One connection to the server: says up to where the config is held, takes what is missing, and asks for what doesn't fit. Whatever
 * isn't of the protocol ends the connection and changes nothing.
 */
import {
  type AgentConnection,
  type AgentConnectionHandlers,
  type AgentMessage,
  type AsOf,
  type CancelTimer,
  type ConnectionEnd,
  encodeAgentMessage,
  type FragmentId,
  type HostReport,
  type KeyMessageOfAgent,
  type KeyMessageOfServer,
  mostObservations,
  type Patch,
  type RelayProbeWanted,
  type ReportedObservation,
  type ServerMessage,
  type Snapshot,
  type Timers,
  tableVersions,
} from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import type { AgentLog } from './agent-log.js'
import type { ConfigKeeper, PatchRefusal } from './config-keeper.js'
import { decodeServerMessage } from './decode-server-message.js'

export interface ServerSessionOptions {
  readonly timers: Timers
  readonly connection: AgentConnection
  readonly keeper: ConfigKeeper
  readonly log: AgentLog
  /** Something came from the server. */
  readonly onHeard: () => void
  /** Something was taken over: to be applied. */
  readonly onReceived: () => void
  /** The server has told what was missing: what is said of this host from now on is up to date. */
  readonly onUpToDate: () => void
  /** Relays are to be measured for a pair of this host. */
  readonly onRelayProbeWanted: (wanted: RelayProbeWanted) => void
  /** About this host's WireGuard key. */
  readonly onKeyMessage: (message: KeyMessageOfServer) => void
  readonly onReportRefused: (refusal: { readonly code: string; readonly message: string }) => void
  readonly onClose: (end: ConnectionEnd) => void
}

export type AckOutcome = Extract<AgentMessage, { type: 'ack' }>['outcome']

/** A server takes 8 Mi characters from an agent; a table that is longer is left unsaid, and a snapshot asked for. */
const LONGEST_TABLE = 8_000_000
/** A server that leaves a table unanswered may do better on a new connection. */
const ANSWER_MS = 5000
const UNANSWERED: ConnectionEnd = { code: 'closed-here', detail: 'what differs was asked for and did not come' }

export class ServerSession {
  readonly #options: ServerSessionOptions
  /** The answer brings this fragment whole; patches sent before it build on what isn't held. */
  #awaitedFragment: FragmentId | undefined
  #stopWaiting: CancelTimer = () => {}
  #isUpToDate = false
  #lastAck: Extract<AgentMessage, { type: 'ack' }> | undefined
  #report: HostReport | undefined
  #reportSent: string | undefined

  constructor(options: ServerSessionOptions) {
    this.#options = options
  }

  /** To be called once, when the connection is there. */
  begin(): AgentConnectionHandlers {
    this.#send({ type: 'resume', asOf: this.#options.keeper.receivedAsOf })
    return {
      onMessage: (text) => this.#receive(text),
      onWritable: () => this.#sayAgain(),
      onClose: (end) => {
        this.#stopWaiting()
        this.#options.onClose(end)
      },
    }
  }

  get isUpToDate(): boolean {
    return this.#isUpToDate
  }

  acknowledge(asOf: AsOf, outcome: AckOutcome, detail: string | null): void {
    this.#lastAck = { type: 'ack', asOf, outcome, detail }
    this.#send(this.#lastAck)
  }

  /** Says it unless it was said already. */
  report(report: HostReport): void {
    this.#report = report
    const text = JSON.stringify(report)
    if (text === this.#reportSent) return
    this.#reportSent = text
    this.#send({ type: 'report', report })
  }

  /** What this host sees of others. Unsaid before the server is up to date: then all of it is said. */
  observe(observations: readonly ReportedObservation[]): void {
    if (!this.#isUpToDate) return
    for (let at = 0; at < observations.length; at += mostObservations)
      this.#send({ type: 'observations', observations: observations.slice(at, at + mostObservations) })
  }

  /** About this host's WireGuard key; what gets lost is said again by whoever says it. */
  sayOfKey(message: KeyMessageOfAgent): void {
    this.#send(message)
  }

  heartbeat(appliedAsOf: AsOf | null): void {
    this.#send({ type: 'heartbeat', appliedAsOf })
  }

  close(end: ConnectionEnd): void {
    this.#options.connection.close(end)
  }

  #receive(text: string): void {
    this.#options.onHeard()
    const message = decodeServerMessage(text)
    if (E.isLeft(message)) this.#violated(message.left)
    else this.#take(message.right)
  }

  #take(message: ServerMessage): void {
    const { keeper, onReportRefused } = this.#options
    switch (message.type) {
      case 'snapshot':
        this.#takeSnapshot(message.snapshot)
        return
      case 'patch':
        this.#takePatch(message.patch)
        return
      case 'table-wanted':
        this.#sendTable()
        return
      case 'heartbeat':
        if (this.#isUpToDate && this.#awaitedFragment === undefined) keeper.takeReached(message.asOf)
        return
      case 'report-refused':
        onReportRefused(message)
        return
      case 'probe-relays':
        this.#options.onRelayProbeWanted(message)
        return
      case 'rotate-key':
      case 'key-challenge':
      case 'key-refused':
        this.#options.onKeyMessage(message)
        return
    }
  }

  #takeSnapshot(snapshot: Snapshot): void {
    const taken = this.#options.keeper.takeSnapshot(snapshot)
    if (E.isLeft(taken)) {
      this.#violated('a snapshot that is older than what is held')
      return
    }
    this.#taken()
  }

  #takePatch(patch: Patch): void {
    if (this.#awaitedFragment !== undefined && !bringsWhole(patch, this.#awaitedFragment)) return
    const taken = this.#options.keeper.takePatch(patch)
    if (E.isRight(taken)) this.#taken()
    else this.#refuse(patch, taken.left)
  }

  #refuse(patch: Patch, refusal: PatchRefusal): void {
    if (refusal.code !== 'patch-does-not-fit') {
      this.#violated(`a patch that is not wanted (${refusal.code})`)
    } else if (this.#awaitedFragment !== undefined) {
      this.#violated(`a patch that can't be: ${refusal.reason}`)
    } else {
      const { fragment, reason } = refusal
      const words = 'patch does not fit; asking for what differs'
      this.#options.log.warn({ asOf: patch.asOf, fragment, reason }, words)
      this.#awaitedFragment = fragment
      this.#stopWaiting = this.#options.timers.after(ANSWER_MS, () => this.close(UNANSWERED))
      this.#sendTable()
    }
  }

  #taken(): void {
    this.#awaitedFragment = undefined
    this.#stopWaiting()
    this.#options.onReceived()
    if (this.#isUpToDate) return
    this.#isUpToDate = true
    this.#options.onUpToDate()
  }

  #sendTable(): void {
    const { table } = this.#options.keeper
    const versions = table === undefined ? [] : [...tableVersions(table)]
    const text = encodeAgentMessage({ type: 'table', versions })
    if (table !== undefined && text.length <= LONGEST_TABLE) this.#sendText(text)
    else this.#send({ type: 'resume', asOf: null })
  }

  /** After an overflow, what was said last may not have arrived. */
  #sayAgain(): void {
    if (this.#awaitedFragment !== undefined) this.#sendTable()
    if (this.#lastAck !== undefined) this.#send(this.#lastAck)
    if (this.#report !== undefined) this.#send({ type: 'report', report: this.#report })
  }

  #violated(detail: string): void {
    this.#options.log.warn({ detail }, 'the server broke the protocol; the connection is closed, the config stays')
    this.close({ code: 'protocol-violated', detail })
  }

  #send(message: AgentMessage): void {
    this.#sendText(encodeAgentMessage(message))
  }

  #sendText(text: string): void {
    this.#options.connection.send(text)
  }
}

const bringsWhole = ({ changes }: Patch, id: FragmentId): boolean =>
  changes.some(({ fragment, change }) => fragment === id && (change.op === 'put' || change.op === 'forget'))
