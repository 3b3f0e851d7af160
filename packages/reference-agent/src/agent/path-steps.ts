/**
 * What core's `PathKeeper` chooses on this host, step by step put into effect: whom a step moves is applied, or withheld for a moment;
 * others are told once it is applied; what the next choice looks at is kept on disk.
 */
import {
  type ConfigChange,
  type FragmentTable,
  type HostConfig,
  type HostId,
  identityKeyOf,
  type Moment,
  noPathMemory,
  type PathDatagram,
  PathKeeper,
  type PathStep,
  vectorSignatures,
} from '@meshfold/core'
import type { AgentLog } from './agent-log.js'
import type { AgentOptions } from './agent-options.js'
import { OnceApplied } from './once-applied.js'
import type { PathAdapters } from './path-adapters.js'
import { PathMemoryKeeper } from './path-memory-keeper.js'
import { WithheldMoves } from './withheld-moves.js'

/** What paths are kept with. */
export interface PathMeans extends Pick<AgentOptions, 'membership' | 'clock' | 'timers'> {
  readonly log: AgentLog
  readonly adapters: PathAdapters
  readonly table: () => FragmentTable | undefined
  /** These peers have other AllowedIPs: to be applied. */
  readonly onMoved: (hosts: ReadonlySet<HostId>) => void
  /** Resolves once the host is as it is to be. */
  readonly settled: () => Promise<void>
  /** Whether this host has lost its server: told to whoever asks. */
  readonly isServerLost: () => boolean
}

export interface PathStepsOptions extends PathMeans {
  readonly nextProbeId: () => number
  readonly moment: () => Moment
  /** To peers, at once. */
  readonly send: (datagrams: readonly PathDatagram[]) => void
  /** A step was taken in: the keeper is as it says, nobody was told yet. */
  readonly onTaken: (step: PathStep) => void
}

export class PathSteps {
  readonly #options: PathStepsOptions
  readonly #memory: PathMemoryKeeper
  readonly #onceApplied: OnceApplied
  readonly #withheld: WithheldMoves
  #keeper: PathKeeper | undefined
  #own: HostId | undefined

  constructor(options: PathStepsOptions) {
    const { adapters, timers, clock, log, settled, send, onMoved } = options
    this.#options = options
    this.#memory = new PathMemoryKeeper({ store: adapters.store, timers, clock, log, now: () => this.#keeper?.memory })
    this.#onceApplied = new OnceApplied({ timers, own: () => this.#own, settled, send })
    const mayWait = (hosts: Iterable<HostId>) => this.#keeper?.mayWait(hosts) ?? false
    this.#withheld = new WithheldMoves({ timers, mayWait, onMoved })
  }

  get keeper(): PathKeeper | undefined {
    return this.#keeper
  }

  /** Before there is a config. */
  load(): Promise<void> {
    return this.#memory.load()
  }

  /** With what is remembered from before. Nothing is chosen before `start`. */
  begin(config: HostConfig): PathKeeper {
    const { adapters, membership, table, nextProbeId, isServerLost } = this.#options
    const { meshId, identityPrivateKey } = membership
    const keyOf = (hostId: HostId) => {
      const held = table()
      return held && identityKeyOf(held, hostId)
    }
    this.#own = config.own.hostId
    this.#keeper = new PathKeeper({
      config,
      memory: this.#memory.last ?? noPathMemory,
      ...vectorSignatures({ crypto: adapters.crypto, meshId, identityPrivateKey, identityKeyOf: keyOf }),
      nextProbeId,
      isServerLost,
    })
    return this.#keeper
  }

  /** All its peers are applied with the config, so that none is moved by it. */
  start(): void {
    if (this.#keeper !== undefined) this.#take(this.#keeper.start(this.#options.moment()))
  }

  /** Answers whose AllowedIPs are to be applied with the config. */
  takeConfig(config: HostConfig, change: ConfigChange): Iterable<HostId> {
    if (this.#keeper === undefined) return []
    const step = this.#keeper.takeConfig(config, change, this.#options.moment())
    this.#own = config.own.hostId
    this.#take(step)
    return this.#withheld.take(step.hosts, new Set([...(change.peers ?? [])].map(([hostId]) => hostId)))
  }

  /** Something happened that moves peers, perhaps. */
  take(happen: (keeper: PathKeeper, moment: Moment) => PathStep): void {
    if (this.#keeper === undefined) return
    const step = happen(this.#keeper, this.#options.moment())
    const moved = this.#withheld.take(step.hosts)
    if (moved.size > 0) this.#options.onMoved(moved)
    this.#take(step)
  }

  end(): void {
    this.#withheld.end()
    this.#keeper = undefined
    this.#own = undefined
  }

  async close(): Promise<void> {
    this.#withheld.end()
    this.#onceApplied.close()
    await this.#memory.close()
  }

  #take(step: PathStep): void {
    if (step.isMemoryChanged) this.#memory.noteChanged()
    this.#options.onTaken(step)
    this.#onceApplied.take(step)
  }
}
