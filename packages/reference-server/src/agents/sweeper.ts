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
import type { Presence } from './presence.js'
import type { SharedPresence } from './shared-presence.js'

/** When an ephemeral node counts as away. */
export interface AbsenceTimes {
  /** A shorter break in the connection is no absence. */
  readonly awayAfterMs: number
  /** After a start agents get so long to come back before anybody counts as absent. */
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
/** Wall and monotonic clock may part by so much: then one of them jumped, and nothing that it says is due can be believed. */
const CLOCKS_PART_MS = 60_000

export class Sweeper {
  readonly #options: SweeperOptions
  readonly #absence: AbsenceTimes
  readonly #stop: CancelTimer
  readonly #startedAtEpochMs: number
  readonly #clocksApartMs: number
  #isPaused = false
  #sweeping: Promise<void> | undefined

  constructor(options: SweeperOptions) {
    this.#options = options
    this.#absence = options.absence ?? usualAbsence
    this.#startedAtEpochMs = options.clock.nowEpochMs()
    this.#clocksApartMs = this.#apartMs()
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
    const { service, presence, shared, clock, serverLog } = this.#options
    if (this.#clocksParted()) return
    const now = clock.nowEpochMs()
    try {
      const ephemeral = [...largeMapValues(service.state.nodes)].filter((node) => node.ephemeral)
      const here = [...new Set(ephemeral.map(({ hostId }) => hostId))].filter((hostId) => presence.isConnected(hostId))
      await shared.tell(here, now)
      const elsewhere = ephemeral.length === 0 ? new Set<HostId>() : await shared.others(now)
      const isThere = (hostId: HostId) => presence.isConnected(hostId) || elsewhere.has(hostId)
      const due = [...largeMapValues(service.state.nodes)].flatMap((node) => this.#dueOf(node, now, isThere) ?? [])
      await Promise.all(due.map((command) => this.#carryOut(command)))
    } catch (thrown) {
      serverLog.error({ err: thrown }, 'sweeping failed; it goes on at the next turn')
    }
  }

  #dueOf(node: Node, now: number, isThere: (hostId: HostId) => boolean): UnstampedCommand | undefined {
    const { nodeId, hostId, ephemeral, awaySinceEpochMs } = node
    if (node.expiresAtEpochMs !== null && !node.expired && node.expiresAtEpochMs <= now)
      return { type: 'ExpireNode', nodeId }
    if (!ephemeral) return undefined
    const { awayAfterMs, patienceAfterStartMs } = this.#absence
    const counted = this.#startedAtEpochMs + patienceAfterStartMs
    if (isThere(hostId)) return awaySinceEpochMs === null ? undefined : { type: 'MarkNodeReturned', nodeId }
    if (awaySinceEpochMs === null) {
      const seen = this.#options.presence.of(hostId)?.lastContactEpochMs ?? 0
      const quietSince = Math.max(seen, counted, node.joinedAtEpochMs)
      if (now - quietSince < awayAfterMs) return undefined
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

  #apartMs(): number {
    const { clock } = this.#options
    return clock.nowEpochMs() - clock.monotonicMs()
  }

  #clocksParted(): boolean {
    const partedMs = Math.round(this.#apartMs() - this.#clocksApartMs)
    const isParted = Math.abs(partedMs) > CLOCKS_PART_MS
    const { serverLog } = this.#options
    if (isParted && !this.#isPaused)
      serverLog.error(
        { partedMs },
        'the clock jumped, or the machine slept: nothing expires and nobody is removed until it is back, or the server is started again with the right time',
      )
    if (!isParted && this.#isPaused) serverLog.info({}, 'the clock is right again: sweeping goes on')
    this.#isPaused = isParted
    return isParted
  }
}
