/** An agent as far as paths go: what ships keeps them (`paths/path-keeper.ts`). What it sends and when it wakes is the world's. */
import type { HostConfig } from '../../src/host-config/host-config.js'
import type { PathChooser } from '../../src/host-config/path-chooser.js'
import type { PathVector } from '../../src/host-config/path-vector.js'
import { PathKeeper } from '../../src/paths/path-keeper.js'
import { type Moment, noPathMemory, type PathMemory, type PathStep } from '../../src/paths/path-step.js'
import type { PathMessage } from '../../src/protocol/path-message.js'
import type { HostId } from '../../src/values/index.js'

/** What comes over the underlay: a datagram, or a system's word that no agent is there. */
export type AgentMessage = PathMessage | { readonly type: 'refusal' }

export interface AgentSurroundings {
  readonly nowMs: () => number
  /** The host's own idea of the time. */
  readonly unixMs: () => number
  readonly send: (to: HostId, message: AgentMessage) => void
  /** Calls `wake` then. */
  readonly wakeAt: (atMs: number) => void
  /** AllowedIPs of these peers are others now. */
  readonly onTable: (hosts: ReadonlySet<HostId>) => void
}

/** What is on disk. */
export interface AgentDisk {
  readonly config: HostConfig
  readonly memory: PathMemory
}

export class SimulatedAgent {
  readonly hostId: HostId
  readonly #around: AgentSurroundings
  readonly #paths: PathKeeper
  #config: HostConfig
  #nextProbe = 0
  #wakesAtMs = Number.POSITIVE_INFINITY

  constructor(hostId: HostId, around: AgentSurroundings, { config, memory }: AgentDisk) {
    this.hostId = hostId
    this.#around = around
    this.#config = config
    this.#paths = new PathKeeper({
      config,
      memory,
      sign: () => '',
      isGenuine: () => true,
      nextProbeId: () => ++this.#nextProbe,
    })
    this.#take(this.#paths.start(this.#moment()))
  }

  get chooser(): PathChooser {
    return this.#paths.chooser
  }

  get config(): HostConfig {
    return this.#config
  }

  get vectors(): ReadonlyMap<HostId, PathVector> {
    return this.#paths.vectors
  }

  disk(): AgentDisk {
    return { config: this.#config, memory: this.#paths.memory }
  }

  takeConfig(config: HostConfig): void {
    const before = this.#config
    this.#config = config
    const paths = changedEntries(before.paths, config.paths)
    const peers = changedEntries(before.peers, config.peers)
    const clients = changedEntries(before.clients, config.clients)
    this.#take(this.#paths.takeConfig(config, { peers, paths, clients }, this.#moment()))
  }

  wake(): void {
    if (this.#around.nowMs() < this.#wakesAtMs) return
    this.#wakesAtMs = Number.POSITIVE_INFINITY
    this.#take(this.#paths.wake(this.#moment()))
  }

  serverHeard(): void {
    this.#take(this.#paths.serverHeard(this.#moment()))
  }

  receive(from: HostId, message: AgentMessage): void {
    const moment = this.#moment()
    this.#take(
      message.type === 'refusal' ? this.#paths.refused(from, moment) : this.#paths.receive(from, message, moment),
    )
  }

  #moment(): Moment {
    return { nowMs: this.#around.nowMs(), unixMs: this.#around.unixMs() }
  }

  #take({ hosts, datagrams, isMemoryChanged }: PathStep): void {
    if (hosts.size > 0 || isMemoryChanged) this.#around.onTable(hosts)
    for (const { to, message } of datagrams) this.#around.send(to, message)
    const atMs = this.#paths.wakesAtMs ?? Number.POSITIVE_INFINITY
    if (atMs >= this.#wakesAtMs) return
    this.#wakesAtMs = atMs
    this.#around.wakeAt(atMs)
  }
}

/** Of an agent that never ran. */
export const freshDisk = (config: HostConfig): AgentDisk => ({ config, memory: noPathMemory })

const changedEntries = <K, V>(
  before: ReadonlyMap<K, V>,
  after: ReadonlyMap<K, V>,
): readonly (readonly [K, V | undefined])[] => {
  const changed: (readonly [K, V | undefined])[] = []
  for (const key of before.keys()) if (!after.has(key)) changed.push([key, undefined])
  for (const [key, value] of after) {
    const known = before.get(key)
    if (known === undefined || JSON.stringify(known) !== JSON.stringify(value)) changed.push([key, value])
  }
  return changed
}
