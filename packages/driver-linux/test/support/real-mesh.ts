/** A mesh of core's on hosts of the lab: each gets what its config says, by the driver; no server, no agents. */
import {
  choosePaths,
  createTraceWorld,
  type DesiredHost,
  desiredHostOf,
  type HostDriver,
  type HostId,
  hostCapabilities,
  hostId,
  type IpAddress,
  largeMapGet,
  type MeshCommand,
  type MeshState,
  projectHostConfig,
  replay,
  type TraceVerdict,
  tracePacket,
  udpEndpoint,
} from '@meshfold/core'
import { eventsOf, sampleCreateMesh, sampleRegisterHost } from '../../../core/src/testing/sample-mesh.js'
import { answerOn, type Host, type Keys, knock, type Lab, makeKeys, ping, waitUntil } from '../../../lab/src/index.js'
import type { LinuxDriverOptions } from '../../src/linux-driver-options.js'
import { openDriver } from './lab-driver.js'
import { converge } from './two-hosts.js'

/** Host 1 is `host-1`. */
export interface MeshHost {
  readonly number: number
  readonly hostId: HostId
  readonly host: Host
  readonly keys: Keys
  readonly driver: HostDriver
}

type Answering = Awaited<ReturnType<typeof answerOn>>

const ports = [80, 443]
/** Who connects there, by TCP or UDP, is sent a byte every 50 ms. */
export const streamingPort = 7000

/** What hosts are like, and how drivers are opened on them. */
export interface HostKind extends Pick<LinuxDriverOptions, 'firewall'> {
  readonly prepare: (host: Host) => Promise<void>
}

export class RealMesh implements AsyncDisposable {
  readonly hosts: readonly MeshHost[]
  readonly #setUp: readonly MeshCommand[]
  readonly #answering: readonly Answering[]

  private constructor(hosts: readonly MeshHost[], setUp: readonly MeshCommand[], answering: readonly Answering[]) {
    this.hosts = hosts
    this.#setUp = setUp
    this.#answering = answering
  }

  /** So many public hosts, which answer on ports 80 and 443. */
  static async open(lab: Lab, count: number, { prepare, ...options }: HostKind): Promise<RealMesh> {
    const places = await lab.publicHosts(Array.from({ length: count }, (_, at) => `host-${at + 1}`))
    const hosts = await Promise.all(
      places.map(async (host, at): Promise<MeshHost> => {
        const keys = makeKeys()
        await prepare(host)
        return {
          number: at + 1,
          hostId: hostId(`host-${at + 1}`),
          host,
          keys,
          driver: await openDriver(host, keys, options),
        }
      }),
    )
    const setUp = hosts.map(({ number, host, keys }) =>
      sampleRegisterHost(number, {
        wireguardKey: keys.publicKey,
        endpoints: [{ endpoint: udpEndpoint(`${lab.inet.uplink(host).address.ipv4}:51821`), origin: 'declared' }],
        capabilities: hostCapabilities,
      }),
    )
    const answering = await Promise.all(hosts.map(({ host }) => answerOn(host, { ports, streams: [streamingPort] })))
    return new RealMesh(hosts, [sampleCreateMesh(), ...setUp], answering)
  }

  /** Puts into effect what these commands lead to, after the hosts were registered. */
  async become(...commands: readonly MeshCommand[]): Promise<MeshState> {
    const state = replay(eventsOf(...this.#setUp, ...commands))
    await Promise.all(this.hosts.map(({ hostId: id, driver }) => converge(driver, desiredOf(state, id))))
    await this.#shakeHands(state)
    return state
  }

  /** One after the other, and from one side: two that begin at once wait for five seconds. Agents may ask each other like this. */
  async #shakeHands(state: MeshState): Promise<void> {
    for (const [at, from] of this.hosts.entries())
      for (const to of this.hosts.slice(at + 1)) {
        const address = largeMapGet(state.hosts, to.hostId)?.controlAddress4
        if (projectHostConfig(state, from.hostId)?.peers.has(to.hostId) === true)
          await waitUntil(`${from.hostId} reaches ${to.hostId}`, () => ping(from.host, address ?? '', 1))
      }
  }

  /** Every pair of addresses in a network, with all that is tried: what the tracer says, and what the kernels do. */
  async compare(state: MeshState): Promise<readonly Verdicts[]> {
    const found = await Promise.all(
      this.hosts.map((from) => {
        const others = this.hosts.filter((to) => to !== from).flatMap((to) => addressesOf(state, to.hostId))
        return this.knockAt(state, from, others)
      }),
    )
    return found.flat()
  }

  /** From each of a host's addresses to these, as far as they are of one family. */
  async knockAt(state: MeshState, from: MeshHost, destinations: readonly IpAddress[]): Promise<readonly Verdicts[]> {
    const world = createTraceWorld(state)
    const knocks = flowsBetween(addressesOf(state, from.hostId), destinations)
    const passed = await knock(
      from.host,
      knocks.map(({ source, destination, traffic }) => ({ from: source, to: destination, ...traffic })),
    )
    return knocks.map((each, at) => {
      const { verdict } = tracePacket(world, { kind: 'host', hostId: from.hostId }, each)
      return { ...each, traced: verdict, passed: passed[at] ?? false }
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#answering.map((process) => process.stop()))
  }
}

interface Flow {
  readonly source: IpAddress
  readonly destination: IpAddress
  readonly traffic: { readonly protocol: 'tcp' | 'udp'; readonly port: number }
}

export interface Verdicts extends Flow {
  readonly traced: TraceVerdict
  readonly passed: boolean
}

const desiredOf = (state: MeshState, id: HostId): DesiredHost | undefined => {
  const config = projectHostConfig(state, id)
  return config && desiredHostOf(config, choosePaths(config, new Map(), new Map(), undefined))
}

const flowsBetween = (sources: readonly IpAddress[], destinations: readonly IpAddress[]): readonly Flow[] =>
  sources.flatMap((source) =>
    destinations
      .filter((destination) => source.includes(':') === destination.includes(':'))
      .flatMap((destination) =>
        ports.flatMap((port) =>
          (['tcp', 'udp'] as const).map((protocol): Flow => ({ source, destination, traffic: { protocol, port } })),
        ),
      ),
  )

/** In all its networks, and its control addresses. */
const addressesOf = (state: MeshState, id: HostId): readonly IpAddress[] => {
  const host = largeMapGet(state.hosts, id)
  if (host === undefined) return []
  const nodes = host.nodeIds.flatMap((nodeId) => largeMapGet(state.nodes, nodeId) ?? [])
  return [
    ...nodes.flatMap(({ address4, address6 }) => [address4, address6]),
    host.controlAddress4,
    host.controlAddress6,
  ].filter((address) => address !== null)
}
