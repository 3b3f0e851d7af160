/** Turns what falls due into commands: time enters the mesh by commands only, and somebody has to give them. */
import {
  type CancelTimer,
  type Clock,
  type CommandId,
  epochMs,
  type HostId,
  largeMapValues,
  type Node,
  type Timers,
} from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import type { UnstampedCommand } from '../mesh-service/command-answer.js'
import type { MeshService } from '../mesh-service/mesh-service.js'
import type { ServerLog } from '../server-log.js'
import { type BelievedTime, ClockWatch } from './clock-watch.js'
import type { Presence } from './presence.js'
import type { SharedPresence } from './shared-presence.js'

/** When an ephemeral node counts as away. */
export interface AbsenceTimes {
  /** A shorter break in the connection is no absence. */
  readonly awayAfterMs: number
  /** After a start, or a sleep, agents get so long to come back before anybody counts as absent. */
  readonly patienceAfterStartMs: number
}

const usualAbsence: AbsenceTimes = { awayAfterMs: 60_000, patienceAfterStartMs: 5 * 60_000 }

export interface SweeperOptions {
  readonly service: MeshService
  readonly presence: Presence
  readonly shared: SharedPresence
  readonly clock: Clock
  readonly timers: Timers
  readonly serverLog: ServerLog
  readonly freshCommandId: () => CommandId
  readonly absence?: AbsenceTimes | undefined
}

const SWEEP_MS = 5000

export class Sweeper {
  readonly #options: SweeperOptions
  readonly #absence: AbsenceTimes
  readonly #stop: CancelTimer
  readonly #watch: ClockWatch
  #sweeping: Promise<void> | undefined

  constructor(options: SweeperOptions) {
    this.#options = options
    this.#absence = options.absence ?? usualAbsence
    this.#watch = new ClockWatch({ ...options, patienceMs: this.#absence.patienceAfterStartMs })
    this.#stop = options.timers.every(Math.min(SWEEP_MS, this.#absence.awayAfterMs), () => void this.sweep())
  }

  /** One round; the timer calls it every few seconds. */
  sweep(): Promise<void> {
    this.#sweeping ??= this.#sweep().finally(() => {
      this.#sweeping = undefined
    })
    return this.#sweeping
  }

  async close(): Promise<void> {
    this.#stop()
    await this.#sweeping
    await this.#options.shared.close()
  }

  async #sweep(): Promise<void> {
    const { service, presence, shared, serverLog } = this.#options
    const time = this.#watch.look()
    if (time === undefined) return
    const now = time.nowEpochMs
    try {
      const ephemeral = [...largeMapValues(service.state.nodes)].filter((node) => node.ephemeral)
      const here = [...new Set(ephemeral.map(({ hostId }) => hostId))].filter((hostId) => presence.isConnected(hostId))
      await shared.tell(here, now)
      const elsewhere = ephemeral.length === 0 ? new Set<HostId>() : await shared.others(now)
      const isThere = (hostId: HostId) => presence.isConnected(hostId) || elsewhere.has(hostId)
      const due = [...largeMapValues(service.state.nodes)].flatMap((node) => this.#dueOf(node, time, isThere) ?? [])
      await Promise.all(due.map((command) => this.#carryOut(command)))
    } catch (thrown) {
      serverLog.error({ err: thrown }, 'sweeping failed; it goes on at the next turn')
    }
  }

  #dueOf(node: Node, time: BelievedTime, isThere: (hostId: HostId) => boolean): UnstampedCommand | undefined {
    const { nowEpochMs: now, countedFromEpochMs: counted } = time
    const { nodeId, hostId, ephemeral, awaySinceEpochMs } = node
    if (node.expiresAtEpochMs !== null && !node.expired && node.expiresAtEpochMs <= now)
      return { type: 'ExpireNode', nodeId }
    if (!ephemeral) return undefined
    if (isThere(hostId)) return awaySinceEpochMs === null ? undefined : { type: 'MarkNodeReturned', nodeId }
    if (awaySinceEpochMs === null) {
      const seen = this.#options.presence.of(hostId)?.lastContactEpochMs ?? 0
      // Later than now: by a clock that was set back since.
      const quietSince = Math.max(seen > now ? 0 : seen, counted, node.joinedAtEpochMs)
      if (now - quietSince < this.#absence.awayAfterMs) return undefined
      return { type: 'MarkNodeAway', nodeId, lastContactAtEpochMs: epochMs(Math.floor(quietSince)) }
    }
    const graceMs = (this.#options.service.state.mesh?.settings.ephemeralGraceSeconds ?? 0) * 1000
    return now >= counted && awaySinceEpochMs + graceMs <= now ? { type: 'RemoveAwayNode', nodeId } : undefined
  }

  async #carryOut(command: UnstampedCommand): Promise<void> {
    const { service, freshCommandId, serverLog } = this.#options
    const context = { commandId: freshCommandId(), actor: 'system:sweeper', reason: null, source: null }
    const answer = await service.submit(command, context)
    // Another server may have been quicker, or the agent came back just now.
    if (E.isLeft(answer)) serverLog.debug({ type: command.type, code: answer.left.code }, 'a sweep was refused')
  }
}
