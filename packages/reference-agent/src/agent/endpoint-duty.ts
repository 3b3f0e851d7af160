/** Where this host is, as others see it, and where peers are that it can't reach: what is asked, and what is tried. */
import {
  EndpointTrials,
  type EndpointTry,
  endpointAddress,
  type HostConfig,
  type HostId,
  type IpAddress,
  type IpPrefix,
  ipFamilyOf,
  isPublicAddress,
  Mirrors,
  type ObservedHost,
  type OutsideView,
  type PathMessage,
  type PeerConfig,
  rangesInMesh,
  type ScoutStep,
  type UdpEndpoint,
} from '@meshfold/core'
import { type EndpointRules, usableUnderlay } from '../report/own-endpoints.js'
import type { AgentOptions } from './agent-options.js'

export interface EndpointDutyOptions extends Pick<AgentOptions, 'clock'> {
  readonly nextProbeId: () => number
  readonly endpointRules: () => EndpointRules
  /** The server is silent, and something is taken back if it is silent to this host alone. */
  readonly isServerInDoubt: () => boolean
  /** Others see this host elsewhere than before. */
  readonly onSeen: () => void
}

export class EndpointDuty {
  readonly #options: EndpointDutyOptions
  readonly #mirrors: Mirrors
  readonly #trials: EndpointTrials
  #addresses: readonly IpAddress[] = []
  #inMesh: readonly IpPrefix[]
  #listenPort: number | undefined
  /** Tries were announced and not taken yet. */
  #isAwaited = false

  constructor(options: EndpointDutyOptions, config: HostConfig) {
    this.#options = options
    this.#mirrors = new Mirrors(config, options.nextProbeId)
    this.#trials = new EndpointTrials(config.own.hostId)
    this.#inMesh = rangesInMesh(config)
    this.#trials.takePeers(config.peers, this.#nowMs())
  }

  /** `peers`: those that may be others than before. */
  takeConfig(config: HostConfig, peers: Iterable<readonly [HostId, PeerConfig | undefined]>): void {
    this.#mirrors.takeConfig(config)
    this.#inMesh = rangesInMesh(config)
    this.#trials.takePeers(peers, this.#nowMs())
  }

  /** The host was read. */
  look(observed: ObservedHost): void {
    const listenPort = observed.interface?.listenPort
    if (this.#listenPort !== undefined && listenPort !== this.#listenPort) {
      this.#mirrors.portChanged(this.#nowMs())
      // What tries from the old port opened in a NAT leads nowhere now.
      this.#trials.networkChanged(this.#nowMs())
    }
    this.#listenPort = listenPort
    const underlay = usableUnderlay(observed.underlayAddresses, this.#options.endpointRules())
    this.#addresses = underlay.map(({ address }) => address)
    const prefixes = underlay.map(({ connectedPrefix }) => connectedPrefix)
    const { seenAt } = this.#mirrors
    this.#trials.takePlace({ addresses: this.#addresses, prefixes, seenAt, inMesh: this.#inMesh })
    this.#trials.look(observed.peers, observed.observedAtEpochMs, this.#nowMs())
  }

  receive(from: HostId, message: PathMessage): void {
    const before = this.seenAt
    if (this.#mirrors.receive(from, message, this.#nowMs())) this.#noteSeen(before)
  }

  networkChanged(): void {
    this.#mirrors.networkChanged(this.#nowMs())
    this.#trials.networkChanged(this.#nowMs())
  }

  /** Where mirrors see this host. */
  get seenAt(): readonly UdpEndpoint[] {
    return this.#mirrors.seenAt
  }

  /** The same with what is known of the reason. */
  get outside(): OutsideView {
    return this.#mirrors.outside
  }

  /** Whether others, asked just now, have lost the server as well. */
  get isServerLostToOthers(): boolean {
    return this.#mirrors.isServerLost(this.#nowMs())
  }

  /** Who is probed for it now. */
  get probed(): Iterable<HostId> {
    return this.#mirrors.asked
  }

  get wakesAtMs(): number {
    return Math.min(this.#mirrors.dueAtMs ?? Number.POSITIVE_INFINITY, this.#triesAtMs)
  }

  /** Answers what is to be sent. */
  wake(): ScoutStep['probes'] {
    const { endpointRules, isServerInDoubt } = this.#options
    const place = isHidden(this.#addresses, endpointRules().declaredEndpoints)
    const before = this.seenAt
    this.#mirrors.need({ place, server: isServerInDoubt(), addresses: this.#addresses }, this.#nowMs())
    const probes = this.#mirrors.wake(this.#nowMs())
    this.#noteSeen(before)
    return probes
  }

  /** Whether peers are to be tried now, and weren't to be before. */
  wantsTries(): boolean {
    if (this.#triesAtMs > this.#nowMs()) return false
    this.#isAwaited = true
    return true
  }

  /** What is to be tried; to be asked for after a look. It counts as tried. */
  takeTries(): readonly EndpointTry[] {
    this.#isAwaited = false
    return this.#trials.takeDue(this.#nowMs())
  }

  get #triesAtMs(): number {
    return this.#isAwaited ? Number.POSITIVE_INFINITY : (this.#trials.dueAtMs ?? Number.POSITIVE_INFINITY)
  }

  #noteSeen(before: readonly UdpEndpoint[]): void {
    if (before.join() !== this.seenAt.join()) this.#options.onSeen()
  }

  #nowMs(): number {
    return this.#options.clock.monotonicMs()
  }
}

/** Whether something translates this host's addresses, so that only others know where it is. */
const isHidden = (addresses: readonly IpAddress[], declared: readonly UdpEndpoint[]): boolean => {
  const known = [...addresses, ...declared.map(endpointAddress)]
  const ofFamily = (family: 4 | 6, isPublic: boolean) =>
    known.some((address) => ipFamilyOf(address) === family && isPublicAddress(address) === isPublic)
  return ofFamily(4, false) ? !ofFamily(4, true) : known.length > 0 && !ofFamily(4, true) && !ofFamily(6, true)
}
