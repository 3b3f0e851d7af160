/** A server and hosts in memory, with time that stands still until a test moves it. */
import {
  type AgentLink,
  choosePaths,
  type DesiredHost,
  desiredHostOf,
  epochMs,
  type HostId,
  hostId,
  type IpAddress,
  identityKeyFromBytes,
  ipAddress,
  ipPrefix,
  type MeshCommand,
  type ObservedHost,
  planChanges,
  projectHostConfig,
  type UnderlayAddress,
  type WireguardPublicKey,
  wireguardKeyFromBytes,
} from '@meshfold/core'
import {
  createInMemoryTransport,
  createManualTimers,
  createSimulatedHost,
  emptyHost,
  type SimulatedHost,
  sampleCreateMesh,
  sampleCreateNetwork,
  sampleJoinNetwork,
  sampleRegisterHost,
  sampleTime,
} from '@meshfold/core/testing'
import * as E from 'fp-ts/lib/Either.js'
import { nodeCrypto } from '../../../transport-ws/src/node-crypto.js'
import type { AgentOptions } from '../../src/agent/agent-options.js'
import { type Agent, createAgent } from '../../src/agent/create-agent.js'
import type { HostKeys } from '../../src/enrollment/host-keys.js'
import { type ConfigStore, createMemoryConfigStore } from '../../src/state/config-store.js'
import { keepInMemory } from '../../src/state/kept-file.js'
import type { ProbationStore } from '../../src/state/probation-store.js'
import { SampleServer } from './sample-server.js'

/** A host with its agent, as far as a test looks into it. */
export interface SampleHost {
  readonly hostId: HostId
  readonly keys: HostKeys
  readonly host: SimulatedHost
  readonly store: ConfigStore
  readonly probationStore: ProbationStore
  readonly logged: { readonly level: string; readonly message: string; readonly fields: Record<string, unknown> }[]
  readonly greeted: IpAddress[]
  readonly agent: Agent
  /** Its connection ends as that of a process does that was killed. */
  readonly cutOff: () => void
}

export type SampleHostOptions = Partial<Pick<SampleHost, 'keys' | 'host' | 'store' | 'probationStore'>> &
  Partial<
    Pick<
      AgentOptions,
      'watchUnderlay' | 'timing' | 'driver' | 'facts' | 'findFreePort' | 'serverPlaces' | 'paths' | 'keyRotation'
    >
  >

export class SampleWorld {
  readonly timers = createManualTimers()
  readonly transport = createInMemoryTransport({ crypto: nodeCrypto, timers: this.timers })
  readonly server: SampleServer
  #nowMs = 0

  constructor() {
    this.server = new SampleServer(this.transport, [sampleCreateMesh(), sampleCreateNetwork(1)])
    this.server.start()
  }

  readonly clock = { nowEpochMs: () => sampleTime + this.#nowMs, monotonicMs: () => this.#nowMs }

  /** Host `number` becomes known to the mesh, in network 1. */
  admit(number: number, keys: HostKeys = sampleKeys()): HostKeys {
    this.server.submit(...admission(number, keys))
    return keys
  }

  /** An agent for a host that was admitted; not started. */
  agentOf(number: number, keys: HostKeys, options: SampleHostOptions = {}): SampleHost {
    const host = options.host ?? this.simulatedHost(keys)
    const store = options.store ?? createMemoryConfigStore()
    const probationStore = options.probationStore ?? keepInMemory()
    const logged: SampleHost['logged'] = []
    const greeted: IpAddress[] = []
    const log = (level: string) => (fields: object, message: string) =>
      logged.push({ level, message, fields: fields as Record<string, unknown> })
    const id = hostId(`host-${number}`)
    let link: AgentLink | undefined
    const agent = createAgent({
      membership: {
        meshId: sampleCreateMesh().meshId,
        hostId: id,
        epoch: 1,
        serverIdentityKey: this.server.identityKey,
        identityPrivateKey: keys.identityPrivateKey,
      },
      facts: options.facts ?? sampleFacts,
      driver: options.driver ?? host,
      connect: (linkOptions) => {
        link = this.transport.connectAgent(linkOptions)
        return link
      },
      store,
      probationStore,
      clock: this.clock,
      timers: this.timers,
      log: { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') },
      greet: (addresses) => greeted.push(...addresses),
      ...(options.watchUnderlay === undefined ? {} : { watchUnderlay: options.watchUnderlay }),
      ...(options.timing === undefined ? {} : { timing: options.timing }),
      ...(options.paths === undefined ? {} : { paths: options.paths }),
      ...(options.keyRotation === undefined ? {} : { keyRotation: options.keyRotation }),
      ...(options.serverPlaces === undefined ? {} : { serverPlaces: options.serverPlaces }),
      ...(options.findFreePort === undefined ? {} : { findFreePort: options.findFreePort }),
    })
    return { hostId: id, keys, host, store, probationStore, logged, greeted, agent, cutOff: () => void link?.close() }
  }

  /** Admitted, started, and brought up to date. */
  async started(number: number, options: SampleHostOptions = {}): Promise<SampleHost> {
    const sample = this.agentOf(number, this.admit(number, options.keys), options)
    await sample.agent.start()
    await this.settle()
    return sample
  }

  /** `heldKeys`: more than its own; looked at each time. */
  simulatedHost(
    keys: Pick<HostKeys, 'wireguardKey'> & { readonly heldKeys?: readonly WireguardPublicKey[] },
    initial: Partial<ObservedHost> = {},
  ): SimulatedHost {
    return createSimulatedHost({
      heldKeys: keys.heldKeys ?? [keys.wireguardKey],
      nowEpochMs: this.clock.nowEpochMs,
      initial: {
        ...emptyHost(this.clock.nowEpochMs()),
        underlayAddresses: [sampleUnderlay('203.0.113.9')],
        ...initial,
      },
    })
  }

  /** Everything that is under way happens, without time passing. */
  async settle(): Promise<void> {
    for (let idle = 0; idle < 3; idle++) {
      await this.transport.settled()
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  /** Time passes, in steps of 50 ms. */
  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 50) {
      const step = Math.min(50, ms - passed)
      this.#nowMs += step
      this.timers.advance(step)
      await this.settle()
    }
  }

  /** What this host should be, by a projection of the whole mesh. */
  desired(id: HostId): DesiredHost {
    const config = projectHostConfig(this.server.state, id)
    if (config === undefined) throw new TypeError(`The mesh knows no ${id}`)
    return desiredHostOf(config, choosePaths(config, new Map(), new Map(), undefined))
  }

  /** What is left to do on the host. */
  toDo(sample: Pick<SampleHost, 'host' | 'hostId'>): readonly object[] {
    const observed = { ...sample.host.state, observedAtEpochMs: epochMs(this.clock.nowEpochMs()) }
    return planChanges(observed, this.desired(sample.hostId))
  }
}

export const sampleFacts: AgentOptions['facts'] = {
  system: sampleRegisterHost().system,
  listenPort: 51_821,
  declaredEndpoints: [],
  excludedPrefixes: [],
}

/** Fresh keys of a host. */
export function sampleKeys(): HostKeys {
  const wireguard = nodeCrypto.generateX25519()
  const identity = nodeCrypto.generateEd25519()
  const wireguardKey = wireguardKeyFromBytes(wireguard.publicKey)
  const identityKey = identityKeyFromBytes(identity.publicKey)
  if (E.isLeft(wireguardKey) || E.isLeft(identityKey)) throw new TypeError('no keys')
  return {
    wireguardKey: wireguardKey.right,
    wireguardPrivateKey: wireguard.privateKey,
    identityKey: identityKey.right,
    identityPrivateKey: identity.privateKey,
  }
}

export function sampleUnderlay(address: string, interfaceName = 'eth0', prefix = `${address}/32`): UnderlayAddress {
  return { interfaceName, address: ipAddress(address), connectedPrefix: ipPrefix(prefix) }
}

function admission(number: number, { wireguardKey, identityKey }: HostKeys): readonly MeshCommand[] {
  return [sampleRegisterHost(number, { wireguardKey, identityKey }), sampleJoinNetwork(1, number)]
}
