/**
 * The server reacts: what agents see goes through core's `react`, and what follows goes the way of all commands. An agent is connected
 * to one server, and only that one hears what it sees, so of several servers on one mesh only the one that holds a fact's owner acts on
 * it. All of it stays in memory: a server that starts knows nothing, and agents say it anew.
 */
import {
  type CancelTimer,
  type Clock,
  type CommandId,
  emptyReactionMemory,
  type HostId,
  largeMapGet,
  type MeshEvent,
  type NodeId,
  type ReactionCommand,
  type ReactionMemory,
  type RelayProbe,
  type RelayProbeWanted,
  type ReportedObservation,
  react,
  type Timers,
} from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { HostBudgets } from '../host-budgets.js'
import type { UnstampedCommand } from '../mesh-service/command-answer.js'
import type { MeshService } from '../mesh-service/mesh-service.js'
import type { ServerLog } from '../server-log.js'
import { ObservationInbox } from './observation-inbox.js'
import { RefusalLog } from './refusal-log.js'
import { steadyTime } from './steady-time.js'

export interface ReactorOptions {
  readonly service: Pick<MeshService, 'state' | 'submit'>
  readonly clock: Clock
  readonly timers: Timers
  readonly serverLog: ServerLog
  readonly freshCommandId: () => CommandId
  /** Says it to the host's agent, if that is connected here and up to date. */
  readonly ask: (hostId: HostId, wanted: RelayProbeWanted) => void
  readonly count?: ReactionCounts
}

/** For metrics. */
export interface ReactionCounts {
  readonly observed: (outcome: 'taken' | 'refused', count: number) => void
  readonly reacted: (events: readonly MeshEvent[]) => void
}

/** What comes within so long is judged together: both ends of a pair report at about the same time. */
const GATHER_MS = 50
/** Gateways are judged every thirty seconds (F2), and what was held back is due after five. */
const TICK_MS = 5000
/** Of each host: nobody can make others measure for it without end. */
const ASKED = { burst: 20, perSecond: 2 }

export class Reactor {
  readonly #options: ReactorOptions
  readonly #now: ReturnType<typeof steadyTime>
  readonly #inbox = new ObservationInbox()
  readonly #asked = new HostBudgets(ASKED)
  readonly #refusals: RefusalLog
  readonly #stopTicking: CancelTimer
  #memory: ReactionMemory = emptyReactionMemory()
  #stopGathering: CancelTimer | undefined
  #working: Promise<void> | undefined
  #isClosed = false

  constructor(options: ReactorOptions) {
    this.#options = options
    this.#now = steadyTime(options.clock)
    this.#refusals = new RefusalLog(options.serverLog)
    this.#stopTicking = options.timers.every(TICK_MS, () => {
      this.#inbox.tidy(options.clock.monotonicMs())
      this.#asked.letGo(options.clock.monotonicMs())
      void this.react()
    })
  }

  /** What is known now and is no event; for views of core. */
  get memory(): ReactionMemory {
    return this.#memory
  }

  /** A host says what it sees. */
  readonly observed = (hostId: HostId, observations: readonly ReportedObservation[]): void => {
    const taken = this.#inbox.add(hostId, observations, this.#now(), this.#options.clock.monotonicMs())
    const refused = observations.length - taken
    this.#options.count?.observed('taken', taken)
    if (refused > 0) {
      this.#options.count?.observed('refused', refused)
      this.#options.serverLog.debug({ hostId, refused }, 'an agent says more than is listened to')
    }
    this.#gather()
  }

  /** A host's agent came or went. */
  readonly seen = (hostId: HostId, isConnected: boolean): void => {
    this.#inbox.seen(hostId, isConnected, this.#now())
    this.#gather()
  }

  /** One round over everything that waits; timers call it. */
  react(): Promise<void> {
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined
      if (this.#inbox.size > 0) this.#gather()
    })
    return this.#working
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#stopTicking()
    this.#stopGathering?.()
    await this.#working
  }

  #gather(): void {
    if (this.#isClosed || this.#stopGathering !== undefined) return
    this.#stopGathering = this.#options.timers.after(GATHER_MS, () => {
      this.#stopGathering = undefined
      void this.react()
    })
  }

  async #work(): Promise<void> {
    const { service, serverLog } = this.#options
    const observations = this.#inbox.next()
    try {
      const reaction = react(service.state, this.#memory, observations, this.#now())
      this.#memory = reaction.memory
      for (const refused of reaction.refused) this.#refusals.note(refused)
      for (const probe of reaction.probes) this.#askBoth(probe)
      await Promise.all(reaction.commands.map((command) => this.#carryOut(command)))
    } catch (thrown) {
      serverLog.error(
        { err: thrown, observations: observations.length },
        'reacting failed; what was observed is left out',
      )
    }
  }

  #askBoth({ nodeIds: [one, other], gatewayIds, forMs }: RelayProbe): void {
    this.#askOne({ type: 'probe-relays', nodeId: one, otherNodeId: other, gatewayIds, forMs })
    this.#askOne({ type: 'probe-relays', nodeId: other, otherNodeId: one, gatewayIds, forMs })
  }

  #askOne(wanted: RelayProbeWanted): void {
    const hostId = this.#hostOf(wanted.nodeId)
    if (hostId === undefined || !this.#asked.take(hostId, this.#options.clock.monotonicMs())) return
    this.#options.ask(hostId, wanted)
  }

  #hostOf(nodeId: NodeId): HostId | undefined {
    return largeMapGet(this.#options.service.state.nodes, nodeId)?.hostId
  }

  async #carryOut(command: ReactionCommand): Promise<void> {
    const { service, freshCommandId, serverLog, count } = this.#options
    const context = { commandId: freshCommandId(), actor: 'system:reactions', reason: null, source: null }
    const { atEpochMs: _, ...unstamped } = command
    const answer = await service.submit(unstamped as UnstampedCommand, context)
    if (E.isRight(answer)) {
      count?.reacted(answer.right.events)
      return
    }
    // The mesh moved on meanwhile, or the log can't be written: whoever sees it says it again.
    serverLog.debug({ type: command.type, code: answer.left.code }, 'a reaction was refused')
  }
}
