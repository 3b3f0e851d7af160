/** What this host sees of others, found out and told to the server: figures of gateways, moves, pairs that can't connect. */
import {
  gatewaysMeasured,
  type HostConfig,
  type HostId,
  type ObservedHost,
  type PathKeeper,
  type PathMessage,
  type PathReportSource,
  PathScout,
  pairsMoved,
  ReachedEndpoints,
  type RelayProbeWanted,
  type ReportedObservation,
  rangesServed,
  type ScoutStep,
  vectorTold,
} from '@meshfold/core'
import type { AgentOptions } from './agent-options.js'

export interface ObservationDutyOptions extends Pick<AgentOptions, 'clock'> {
  readonly nextProbeId: () => number
  readonly observed: () => ObservedHost | undefined
  /** To the server, if one is listening. */
  readonly say: (observations: readonly ReportedObservation[]) => void
}

const MEASURED_EVERY_MS = 10_000

export class ObservationDuty {
  readonly #options: ObservationDutyOptions
  readonly #scout: PathScout
  readonly #reached = new ReachedEndpoints()
  readonly #keeper: PathKeeper
  #config: HostConfig
  /** What was said last of what is said when it changes, without its figures. */
  readonly #said = new Map<string, string>()
  #measuredAtMs = Number.NEGATIVE_INFINITY

  constructor(options: ObservationDutyOptions, config: HostConfig, keeper: PathKeeper) {
    this.#options = options
    this.#config = config
    this.#keeper = keeper
    this.#scout = new PathScout(config, options.nextProbeId)
    this.takeConfig(config)
  }

  takeConfig(config: HostConfig): void {
    this.#config = config
    this.#scout.takeConfig(config, this.#nowMs())
    this.#reached.takeConfig()
  }

  /** The host was read. Answers whether it should be read again soon. */
  look({ peers, observedAtEpochMs }: ObservedHost): boolean {
    this.#scout.look(peers, observedAtEpochMs, this.#nowMs())
    this.#reached.look(this.#config, peers)
    return this.#scout.isWatching
  }

  receive(from: HostId, message: PathMessage): void {
    this.#scout.receive(from, message, this.#nowMs())
  }

  refused(from: HostId): void {
    this.#scout.refused(from, this.#nowMs())
  }

  /** These peers were made anew, to try other endpoints. */
  tried(hostIds: Iterable<HostId>): void {
    for (const hostId of hostIds) this.#scout.tried(hostId)
  }

  /** The server asks for measurements. */
  wants(wanted: RelayProbeWanted): void {
    this.#scout.wants(wanted, this.#nowMs())
  }

  networkChanged(): void {
    this.#scout.networkChanged(this.#nowMs())
  }

  /** A server that has nothing listens now. */
  sayAll(): void {
    this.#said.clear()
    this.#measuredAtMs = Number.NEGATIVE_INFINITY
    this.sayWhatChanged()
  }

  /** Vector, served ranges, endpoints that were reached and pairs, where they are others than was said; figures when it is time. */
  sayWhatChanged(): void {
    const source = this.#source()
    const all = [vectorTold(source), rangesServed(source), this.#reached.told, ...pairsMoved(source)]
    const told = all.filter((each) => each !== undefined)
    const news: ReportedObservation[] = told.filter((each) => this.#isNews(each))
    if (this.#nowMs() - this.#measuredAtMs >= MEASURED_EVERY_MS) {
      this.#measuredAtMs = this.#nowMs()
      const measured = gatewaysMeasured(source)
      if (measured.figures.length > 0) news.push(measured)
    }
    if (news.length > 0) this.#options.say(news)
  }

  /** Who is probed for it now. */
  get probed(): Iterable<HostId> {
    return this.#scout.probed
  }

  get wakesAtMs(): number {
    const measureAtMs = Math.max(this.#nowMs(), this.#measuredAtMs) + MEASURED_EVERY_MS
    return Math.min(this.#scout.wakesAtMs ?? measureAtMs, measureAtMs)
  }

  /** Answers what is to be sent. */
  wake(): ScoutStep['probes'] {
    const { probes, observations } = this.#scout.wake(this.#nowMs())
    if (observations.length > 0) this.#options.say(observations)
    this.sayWhatChanged()
    return probes
  }

  #isNews(observation: ReportedObservation): boolean {
    const { figures: _, ...rest } = { figures: undefined, ...observation }
    const key = 'pairId' in observation ? `${observation.type} ${observation.pairId}` : observation.type
    const text = JSON.stringify(rest)
    if (this.#said.get(key) === text) return false
    this.#said.set(key, text)
    return true
  }

  #source(): PathReportSource {
    const observed = this.#options.observed()
    return {
      keeper: this.#keeper,
      config: this.#config,
      nowMs: this.#nowMs(),
      handshakeAgeMs: (hostId) => {
        const key = this.#config.peers.get(hostId)?.wireguardKey
        const at = key && observed?.peers.get(key)?.latestHandshakeAtEpochMs
        return at === undefined ? null : Math.max(0, Math.round(this.#options.clock.nowEpochMs() - at))
      },
    }
  }

  #nowMs(): number {
    return this.#options.clock.monotonicMs()
  }
}
