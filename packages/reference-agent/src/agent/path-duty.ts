/**
 * The duty towards others: keeps this host's paths, by core's `PathKeeper`, with a real control port and real time; its endpoints, what it
 * observes for the server, and what it can route. What the keeper chooses `PathSteps` puts into effect.
 */
import {
  type ChosenPaths,
  type ConfigChange,
  type EndpointTry,
  type HostConfig,
  type HostId,
  hasLiveHandshake,
  type Moment,
  type ObservedHost,
  type PathKeeper,
  type PathStep,
  type RelayProbeWanted,
  type ReportedObservation,
  type UdpEndpoint,
} from '@meshfold/core'
import type { PathsStatus } from './agent-status.js'
import { ControlTraffic } from './control-traffic.js'
import { pathsStatus } from './describe-paths.js'
import { EndpointDuty, type EndpointDutyOptions } from './endpoint-duty.js'
import { ObservationDuty } from './observation-duty.js'
import type { PathSource } from './path-source.js'
import { type PathMeans, PathSteps } from './path-steps.js'
import { PlaceAnswers } from './place-answers.js'
import { RouterDuty } from './router-duty.js'
import type { OnRouterRole } from './router-roles.js'

export interface PathDutyOptions
  extends PathMeans,
    Pick<EndpointDutyOptions, 'endpointRules' | 'isServerInDoubt' | 'onSeen'> {
  readonly observed: () => ObservedHost | undefined
  /** To the server, if one is listening. */
  readonly say: (observations: readonly ReportedObservation[]) => void
  /** The host is to be read. */
  readonly onLook: () => void
  /** Peers are to be tried at other endpoints. */
  readonly onTry: () => void
  readonly onRouterRole: OnRouterRole
}

/** While a peer doesn't answer, the host is read so often. */
const LOOK_AGAIN_MS = 3000

/** What is kept for one config and those that follow on it. */
interface Kept {
  readonly config: HostConfig
  readonly keeper: PathKeeper
  readonly observations: ObservationDuty
  readonly endpoints: EndpointDuty
  readonly routers: RouterDuty
}

export class PathDuty implements PathSource {
  readonly #options: PathDutyOptions
  readonly #steps: PathSteps
  readonly #traffic: ControlTraffic
  readonly #answers: PlaceAnswers
  #kept: Kept | undefined
  #isClosed = false
  #cancelWake: () => void = () => {}
  #cancelLook: (() => void) | undefined

  constructor(options: PathDutyOptions) {
    const { adapters, timers, clock, log } = options
    this.#options = options
    this.#traffic = new ControlTraffic({
      timers,
      clock,
      log,
      openControlPort: adapters.openControlPort,
      onMessage: (from, message) => {
        this.#kept?.observations.receive(from, message)
        this.#kept?.endpoints.receive(from, message)
        this.#steps.take((keeper, moment) => keeper.receive(from, message, moment))
        if (message.type === 'probe' && message.asksWhere) this.#answers.ask(from, message.id)
      },
      onRefused: (from) => {
        this.#kept?.observations.refused(from)
        this.#steps.take((keeper, moment) => keeper.refused(from, moment))
      },
      onOpen: () => this.#sleep(),
    })
    this.#steps = new PathSteps({
      ...options,
      nextProbeId: () => this.#nextProbeId(),
      moment: () => this.#moment(),
      send: (datagrams) => this.#traffic.send(datagrams),
      onTaken: (step) => this.#noteTaken(step),
    })
    this.#answers = new PlaceAnswers({
      timers,
      clock,
      placeOf: (hostId) => this.#placeOf(hostId),
      onLook: options.onLook,
      answer: (to, id, seenAt) => this.#steps.take((keeper) => keeper.answerWhere(to, id, seenAt)),
    })
  }

  get chosen(): ChosenPaths | undefined {
    return this.keeper?.chooser.chosen
  }

  get keeper(): PathKeeper | undefined {
    return this.#steps.keeper
  }

  /** `null`: there is no config yet. */
  status(): PathsStatus | null {
    if (this.#kept === undefined) return null
    const { keeper, config, endpoints } = this.#kept
    return { outside: endpoints.outside, ...pathsStatus(keeper, config, this.#moment().nowMs) }
  }

  /** Before there is a config. */
  load(): Promise<void> {
    return this.#steps.load()
  }

  begin(config: HostConfig): void {
    const keeper = this.#steps.begin(config)
    const duty = { ...this.#options, nextProbeId: () => this.#nextProbeId() }
    this.#kept = {
      config,
      keeper,
      observations: new ObservationDuty(duty, config, keeper),
      endpoints: new EndpointDuty(duty, config),
      routers: new RouterDuty(this.#options),
    }
    this.#traffic.takeConfig(config, config.peers.keys())
    this.#steps.start()
  }

  update(config: HostConfig, change: ConfigChange): Iterable<HostId> {
    if (this.#kept === undefined) return []
    const { observations, endpoints, config: before } = this.#kept
    this.#kept = { ...this.#kept, config }
    const peers = [...(change.peers ?? [])]
    this.#traffic.takeConfig(
      config,
      peers.map(([hostId]) => hostId),
    )
    observations.takeConfig(config)
    endpoints.takeConfig(config, peers)
    const moved = this.#steps.takeConfig(config, { ...change, peers })
    if (config.pairs !== before.pairs || config.routing !== before.routing) observations.sayWhatChanged()
    return moved
  }

  end(): void {
    this.#cancelWake()
    this.#steps.end()
    this.#kept = undefined
    this.#traffic.end()
  }

  /** The host was read. */
  noteObserved(observed: ObservedHost): void {
    this.#traffic.noteObserved(observed)
    this.#noteWays(observed)
    this.#kept?.endpoints.look(observed)
    this.#answers.noteRead(observed.observedAtEpochMs)
    if (this.#kept?.observations.look(observed) === true) this.#lookIn(LOOK_AGAIN_MS)
    this.#observe()
  }

  #noteWays(observed: ObservedHost): void {
    const now = this.#kept?.routers.look(this.#kept, observed, this.#moment().nowMs)
    if (now === undefined) return
    this.#steps.take((keeper, moment) => keeper.takeUnservable(now, moment))
    this.#kept?.observations.sayWhatChanged()
  }

  #lookIn(ms: number): void {
    if (this.#isClosed) return
    this.#cancelLook ??= this.#options.timers.after(ms, () => {
      this.#cancelLook = undefined
      this.#options.onLook()
    })
  }

  /** The server is there, up to date, and knows nothing of what this host sees. */
  sayAll(): void {
    this.#kept?.observations.sayAll()
  }

  /** The server asks for measurements. */
  wants(wanted: RelayProbeWanted): void {
    this.#kept?.observations.wants(wanted)
    this.#observe()
  }

  /** The own network is another. */
  networkChanged(): void {
    this.#kept?.observations.networkChanged()
    this.#kept?.endpoints.networkChanged()
    this.#observe()
  }

  /** Something came from the server. */
  serverHeard(): void {
    this.#steps.take((keeper, moment) => keeper.serverHeard(moment))
  }

  /** Something about the connection to the server is otherwise. */
  serverChanged(): void {
    this.#observe()
  }

  /** Where others see this host. */
  get seenAt(): readonly UdpEndpoint[] {
    return this.#kept?.endpoints.seenAt ?? []
  }

  /** Whether others, asked just now, have lost the server as well. */
  get isServerLostToOthers(): boolean {
    return this.#kept?.endpoints.isServerLostToOthers ?? false
  }

  /** Which peers are to be tried elsewhere; to be asked for after the host was read. */
  takeTries(): readonly EndpointTry[] {
    const tries = this.#kept?.endpoints.takeTries() ?? []
    this.#kept?.observations.tried(tries.map(({ hostId }) => hostId))
    this.#sleep()
    return tries
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#cancelWake()
    this.#cancelLook?.()
    this.#answers.close()
    this.#traffic.close()
    await this.#steps.close()
  }

  #placeOf(hostId: HostId): UdpEndpoint | null {
    const observed = this.#options.observed()
    const key = this.#kept?.config.peers.get(hostId)?.wireguardKey
    const peer = key && observed?.peers.get(key)
    return observed && hasLiveHandshake(peer, observed.observedAtEpochMs) ? (peer?.endpoint ?? null) : null
  }

  #nextProbeId(): number {
    return this.#options.adapters.crypto.randomBytes(6).reduce((number, byte) => number * 256 + byte, 0)
  }

  #noteTaken({ isMemoryChanged }: PathStep): void {
    this.#kept?.routers.noteRoles(this.#kept)
    if (isMemoryChanged) this.#kept?.observations.sayWhatChanged()
    this.#sleep()
  }

  /** Nothing is sent, and so nothing missed, before the control port is open. */
  #sleep(): void {
    this.#cancelWake()
    if (this.#kept === undefined || !this.#traffic.isOpen || this.#isClosed) return
    const { clock, timers } = this.#options
    const { keeper, observations, endpoints } = this.#kept
    const pathsAtMs = keeper.wakesAtMs ?? Number.POSITIVE_INFINITY
    const atMs = Math.min(pathsAtMs, observations.wakesAtMs, endpoints.wakesAtMs)
    this.#cancelWake = timers.after(Math.max(0, Math.ceil(atMs - clock.monotonicMs())), () => {
      this.#observe()
      this.#steps.take((each, moment) => each.wake(moment))
    })
  }

  /** What is to be found out besides: probes that are due for it are sent now. */
  #observe(): void {
    if (this.#kept === undefined || !this.#traffic.isOpen) return
    const { keeper, observations, endpoints } = this.#kept
    this.#traffic.send([...observations.wake(), ...endpoints.wake()])
    this.#traffic.keepProbing([...keeper.health.keys(), ...observations.probed, ...endpoints.probed])
    if (endpoints.wantsTries()) this.#options.onTry()
    this.#sleep()
  }

  #moment(): Moment {
    const { clock } = this.#options
    return { nowMs: clock.monotonicMs(), unixMs: clock.nowEpochMs() }
  }
}
