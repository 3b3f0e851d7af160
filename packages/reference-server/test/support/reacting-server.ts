/** A server that reacts, with time and connections in a test's hands: eight hosts in one network, three of them gateways. */
import {
  type AgentConnectionHandlers,
  type AgentMessage,
  type EventLog,
  epochMs,
  hostCapabilities,
  hostId,
  type MeshCommand,
  type MeshEvent,
  type NodeId,
  nodeId,
  type RelayProbeWanted,
  type ReportedObservation,
  type ServerMessage,
  udpEndpoint,
} from '@meshfold/core'
import {
  createInMemoryEventLog,
  sampleCreateMesh,
  sampleCreateNetwork,
  sampleJoinNetwork,
  sampleRegisterHost,
} from '@meshfold/core/testing'
import { nodeCrypto } from '@meshfold/transport-ws'
import * as E from 'fp-ts/lib/Either.js'
import { AgentSessions } from '../../src/agents/agent-sessions.js'
import type { UnstampedCommand } from '../../src/mesh-service/command-answer.js'
import { MeshService } from '../../src/mesh-service/mesh-service.js'
import { Reactor } from '../../src/reactions/reactor.js'
import { ManualClock } from './manual-clock.js'
import { contextOf, ids } from './mesh-commands.js'

export const node = (number: number): NodeId => nodeId(`node-1-${number}`)

/** The agent of host `number`, without a wire. */
export class ReactingAgent {
  readonly received: ServerMessage[] = []
  #handlers: AgentConnectionHandlers | undefined

  constructor(
    readonly number: number,
    server: ReactingServer,
  ) {
    this.#handlers = server.sessions.onConnection({
      hostId: hostId(`host-${number}`),
      remoteAddress: null,
      send: (text) => {
        this.received.push(JSON.parse(text))
        return 'queued'
      },
      close: (end) => this.#close(end),
    })
    this.say({ type: 'resume', asOf: null })
  }

  get isConnected(): boolean {
    return this.#handlers !== undefined
  }

  say(message: AgentMessage): void {
    this.sayText(JSON.stringify(message))
  }

  sayText(text: string): void {
    this.#handlers?.onMessage(text)
  }

  sees(...observations: readonly ReportedObservation[]): void {
    this.say({ type: 'observations', observations })
  }

  cannotReach(other: number): void {
    const failure = { kind: 'broken', unansweredForMs: 20_000, missedProbes: 3, handshakeAgeMs: null } as const
    this.sees({ type: 'pair-unreachable', nodeId: node(this.number), otherNodeId: node(other), failure })
  }

  /** Answers what it was last asked; gateway 1 is 10 ms away, gateway 2 20 ms. */
  answerProbe(): void {
    const wanted = this.wanted().at(-1)
    if (wanted === undefined) throw new Error(`host ${this.number} was not asked`)
    const { nodeId: own, otherNodeId, gatewayIds } = wanted
    const probed = gatewayIds.map((gatewayId) => ({ gatewayId, roundTripMs: Number(gatewayId.at(-1)) * 10 }))
    this.sees({ type: 'relays-probed', nodeId: own, otherNodeId, probed })
  }

  wanted(): readonly RelayProbeWanted[] {
    return this.received.filter((message): message is RelayProbeWanted => message.type === 'probe-relays')
  }

  leave(): void {
    this.#close({ code: 'connection-lost', detail: 'the test broke it' })
  }

  #close(end: Parameters<AgentConnectionHandlers['onClose']>[0]): void {
    const handlers = this.#handlers
    this.#handlers = undefined
    handlers?.onClose(end)
  }
}

export class ReactingServer {
  readonly warnings: string[] = []
  readonly counted: Record<string, number> = {}
  readonly sessions: AgentSessions
  readonly reactor: Reactor

  private constructor(
    readonly log: EventLog,
    readonly clock: ManualClock,
    readonly service: MeshService,
  ) {
    const warn = (facts: object, text: string) => void this.warnings.push(`${text} ${JSON.stringify(facts)}`)
    const serverLog = { debug: () => {}, info: () => {}, warn, error: warn }
    const shared = { service, clock, timers: clock.timers, serverLog, freshCommandId: ids.command }
    const add = (name: string, count: number) => {
      this.counted[name] = (this.counted[name] ?? 0) + count
    }
    this.reactor = new Reactor({
      ...shared,
      ask: (host, wanted) => this.sessions.askToProbe(host, wanted),
      count: {
        observed: add,
        reacted: (events) => {
          for (const { type } of events) add(type, 1)
        },
      },
    })
    this.sessions = new AgentSessions({
      ...shared,
      crypto: nodeCrypto,
      onObserved: this.reactor.observed,
      onSeen: this.reactor.seen,
    })
  }

  /** On a fresh log, with the sample mesh; or on one that is there. */
  static async start(there?: ReactingServer): Promise<ReactingServer> {
    const log = there?.log ?? createInMemoryEventLog()
    const clock = there?.clock ?? new ManualClock()
    const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
    const options = { log, stream: 'mesh-mesh-1', crypto: nodeCrypto, clock, timers: clock.timers, serverLog: silent }
    const started = await MeshService.start(options)
    if (E.isLeft(started)) throw new Error(JSON.stringify(started.left))
    const server = new ReactingServer(log, clock, started.right)
    if (there === undefined) for (const command of sampleMesh) await server.submit(command)
    return server
  }

  get revision(): number {
    return this.service.asOf.revision
  }

  agents(...numbers: readonly number[]): readonly ReactingAgent[] {
    return numbers.map((number) => new ReactingAgent(number, this))
  }

  async submit(command: MeshCommand): Promise<void> {
    const answer = await this.service.submit(command as UnstampedCommand, contextOf())
    if (E.isLeft(answer)) throw new Error(JSON.stringify(answer.left))
  }

  /** Time passes, a second at a time, and everything that is due is done. */
  async pass(milliseconds: number): Promise<void> {
    for (let leftMs = milliseconds; leftMs > 0; leftMs -= 1000) {
      this.clock.advance(Math.min(leftMs, 1000))
      await this.reactor.react()
    }
  }

  /** What was written since a revision. */
  async eventsSince(revision: number): Promise<readonly MeshEvent['type'][]> {
    const types: MeshEvent['type'][] = []
    const page = await this.log.read('mesh-mesh-1', { fromRevision: revision + 1, maxCount: 1000 })
    if (E.isLeft(page)) throw new Error(JSON.stringify(page.left))
    for (const { envelope } of page.right) types.push(envelope.type as MeshEvent['type'])
    return types
  }

  async close(): Promise<void> {
    this.sessions.close()
    await this.reactor.close()
    await this.service.close()
  }
}

const numbers = [1, 2, 3, 4, 5, 6, 7, 8]
const atEpochMs = epochMs(1_700_000_000_000)
const sampleMesh: readonly MeshCommand[] = [
  sampleCreateMesh(),
  sampleCreateNetwork(1),
  ...numbers.map((number) =>
    sampleRegisterHost(number, {
      capabilities: hostCapabilities,
      endpoints: [{ endpoint: udpEndpoint(`203.0.113.${number}:51821`), origin: 'declared' }],
    }),
  ),
  ...numbers.map((number) => sampleJoinNetwork(1, number)),
  ...[1, 2, 3].map((number) => ({ type: 'CreateGateway', atEpochMs, nodeId: node(number) }) as const),
]
