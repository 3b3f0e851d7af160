/**
 * The duty towards others: keeps this host's paths, by core's `PathKeeper`, with a real control port, real time and a disk. What the
 * keeper chooses is applied to the host before anybody is told that it is held.
 */
import {
  type ChosenPaths,
  type ConfigChange,
  controlPort,
  decodePathMessage,
  encodePathMessage,
  type FragmentTable,
  type HostConfig,
  type HostId,
  type IpAddress,
  identityKeyOf,
  type Moment,
  noPathMemory,
  type ObservedHost,
  type PathDatagram,
  PathKeeper,
  type PathMemory,
  type PathStep,
  vectorSignatures,
} from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import type { AgentLog } from './agent-log.js'
import type { AgentOptions } from './agent-options.js'
import type { ControlPort } from './control-port.js'
import type { PathAdapters } from './path-adapters.js'
import { PathMemoryKeeper } from './path-memory-keeper.js'
import type { PathSource } from './path-source.js'

export interface PathDutyOptions extends Pick<AgentOptions, 'membership' | 'clock' | 'timers'> {
  readonly log: AgentLog
  readonly adapters: PathAdapters
  readonly table: () => FragmentTable | undefined
  readonly observed: () => ObservedHost | undefined
  /** These peers have other AllowedIPs: to be applied. */
  readonly onMoved: (hosts: ReadonlySet<HostId>) => void
  /** Resolves once the host is as it is to be. */
  readonly settled: () => Promise<void>
}

const OPEN_AGAIN_MS = 1000

export class PathDuty implements PathSource {
  readonly #options: PathDutyOptions
  readonly #memory: PathMemoryKeeper
  #keeper: PathKeeper | undefined
  #config: HostConfig | undefined
  readonly #hostsByAddress = new Map<IpAddress, HostId>()
  #port: ControlPort | undefined
  #isOpening = false
  #isClosed = false
  #cancelWake: () => void = () => {}
  #cancelOpening: () => void = () => {}

  constructor(options: PathDutyOptions) {
    this.#options = options
    const { adapters, timers, clock, log } = options
    this.#memory = new PathMemoryKeeper({ store: adapters.store, timers, clock, log, now: () => this.#keeper?.memory })
  }

  get chosen(): ChosenPaths | undefined {
    return this.#keeper?.chooser.chosen
  }

  get keeper(): PathKeeper | undefined {
    return this.#keeper
  }

  /** Before there is a config. */
  load(): Promise<void> {
    return this.#memory.load()
  }

  begin(config: HostConfig): void {
    this.#keeper = this.#keeperOf(config, this.#memory.last ?? noPathMemory)
    this.#noteConfig(
      config,
      [...config.peers.values()].map(({ hostId }) => [hostId, undefined] as const),
    )
    this.#take(this.#keeper.start(this.#moment()), 'applied already')
  }

  update(config: HostConfig, change: ConfigChange): Iterable<HostId> {
    const keeper = this.#keeper
    if (keeper === undefined) return []
    const peers = [...(change.peers ?? [])]
    this.#noteConfig(config, peers)
    const step = keeper.takeConfig(config, { ...change, peers }, this.#moment())
    this.#take(step, 'applied already')
    return step.hosts
  }

  end(): void {
    this.#cancelWake()
    this.#keeper = undefined
    this.#config = undefined
    this.#hostsByAddress.clear()
  }

  /** The host was read: the control port can be opened once its address is there. */
  noteObserved(observed: ObservedHost): void {
    const own = this.#config?.own.controlAddress4
    if (own !== undefined && observed.interface?.addresses.includes(own) === true) this.#open(own)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#cancelWake()
    this.#cancelOpening()
    this.#port?.close()
    this.#port = undefined
    await this.#memory.close()
  }

  #keeperOf(config: HostConfig, memory: PathMemory): PathKeeper {
    const { adapters, membership, table, observed } = this.#options
    const { crypto } = adapters
    return new PathKeeper({
      config,
      memory,
      ...vectorSignatures({
        crypto,
        meshId: membership.meshId,
        identityPrivateKey: membership.identityPrivateKey,
        identityKeyOf: (hostId) => {
          const held = table()
          return held && identityKeyOf(held, hostId)
        },
      }),
      nextProbeId: () => crypto.randomBytes(6).reduce((number, byte) => number * 256 + byte, 0),
      endpointOf: (hostId) => {
        const key = this.#config?.peers.get(hostId)?.wireguardKey
        return (key && observed()?.peers.get(key)?.endpoint) ?? null
      },
    })
  }

  #noteConfig(config: HostConfig, peers: Iterable<readonly [HostId, unknown]>): void {
    this.#config = config
    for (const [hostId] of peers) {
      const address = config.peers.get(hostId)?.controlAddress4
      if (address !== undefined) this.#hostsByAddress.set(address, hostId)
    }
    this.#port?.keepProbing(new Set(config.probes.flatMap((hostId) => this.#addressOf(hostId) ?? [])))
  }

  /** Addresses of peers that are gone are found again only where they are still meant. */
  #hostAt(address: IpAddress): HostId | undefined {
    const hostId = this.#hostsByAddress.get(address)
    return hostId !== undefined && this.#addressOf(hostId) === address ? hostId : undefined
  }

  #addressOf(hostId: HostId): IpAddress | undefined {
    return this.#config?.peers.get(hostId)?.controlAddress4
  }

  #open(own: IpAddress): void {
    if (this.#port !== undefined || this.#isOpening || this.#isClosed) return
    this.#isOpening = true
    const events = {
      onMessage: (from: IpAddress, text: string) => this.#receive(from, text),
      onRefused: (from: IpAddress) => this.#onRefused(from),
    }
    void this.#options.adapters.openControlPort(own, events).then((opened) => {
      this.#isOpening = false
      if (E.isLeft(opened)) {
        this.#options.log.warn(
          { reason: opened.left, port: controlPort },
          'the control port can not be opened; trying on',
        )
        this.#cancelOpening = this.#options.timers.after(OPEN_AGAIN_MS, () => this.#open(own))
      } else if (this.#isClosed) opened.right.close()
      else {
        this.#port = opened.right
        this.#sleep()
      }
    })
  }

  #receive(from: IpAddress, text: string): void {
    const hostId = this.#hostAt(from)
    if (hostId === undefined || this.#keeper === undefined) return
    const message = decodePathMessage(text)
    if (E.isLeft(message))
      this.#options.log.debug({ from: hostId, reason: message.left }, 'a datagram that nobody reads')
    else this.#take(this.#keeper.receive(hostId, message.right, this.#moment()), 'to be applied')
  }

  #onRefused(from: IpAddress): void {
    const hostId = this.#hostAt(from)
    if (hostId !== undefined && this.#keeper !== undefined)
      this.#take(this.#keeper.refused(hostId, this.#moment()), 'to be applied')
  }

  #take(step: PathStep, moves: 'to be applied' | 'applied already'): void {
    if (step.isMemoryChanged) {
      this.#memory.noteChanged()
      if (moves === 'to be applied') this.#options.onMoved(step.hosts)
    }
    if (step.isMemoryChanged) void this.#sendOnceApplied(step.datagrams)
    else this.#send(step.datagrams)
    this.#sleep()
  }

  async #sendOnceApplied(datagrams: readonly PathDatagram[]): Promise<void> {
    if (datagrams.length === 0) return
    // Whoever took a patch wants it applied in the same turn.
    await Promise.resolve()
    await this.#options.settled()
    this.#send(datagrams)
    this.#sleep()
  }

  #send(datagrams: readonly PathDatagram[]): void {
    const port = this.#port
    if (port === undefined) return
    for (const { to, message } of datagrams) {
      const address = this.#addressOf(to)
      if (address === undefined) continue
      for (const text of encodePathMessage(message))
        if (message.type === 'probe') port.probe(address, text)
        else port.send(address, text)
    }
  }

  /** Nothing is sent, and so nothing missed, before the control port is open. */
  #sleep(): void {
    this.#cancelWake()
    const atMs = this.#keeper?.wakesAtMs
    if (atMs === undefined || this.#port === undefined || this.#isClosed) return
    const { clock, timers } = this.#options
    this.#cancelWake = timers.after(Math.max(0, Math.ceil(atMs - clock.monotonicMs())), () => this.#wake())
  }

  #wake(): void {
    if (this.#keeper !== undefined) this.#take(this.#keeper.wake(this.#moment()), 'to be applied')
  }

  #moment(): Moment {
    const { clock } = this.#options
    return { nowMs: clock.monotonicMs(), unixMs: clock.nowEpochMs() }
  }
}
