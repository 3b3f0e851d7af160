/** The world that topologies are brought up in, one after the other: hosts with a LAN and a machine each, phones, the driver. */
import {
  type ClientId,
  createTraceWorld,
  type DesiredHost,
  desiredHostOf,
  type HostId,
  hostCapabilities,
  hostId,
  ipAddress,
  largeMapGet,
  largeMapValues,
  type MeshCommand,
  type MeshState,
  udpEndpoint,
  type WireguardPublicKey,
} from '@meshfold/core'
import { sampleCreateMesh, sampleRegisterHost } from '@meshfold/core/testing'
import type { Host } from '../net/host.js'
import { answerOn, ask } from '../net/knock.js'
import type { Lab } from '../net/lab.js'
import { ping } from '../net/ping.js'
import { makeKeys } from '../net/wireguard-keys.js'
import { waitUntil } from '../wait-until.js'
import type { Asked } from './answers.js'
import { hostName, machineName } from './askers.js'
import { type Outside, webName } from './outside.js'
import { answeredPorts } from './questions.js'
import { mostClients, mostHosts, siteRanges } from './sites.js'
import { converge, layLan, openDriver, type Phone, raisePhone, type WorldHost } from './world-hosts.js'

/**
 * Long enough for a busy machine to answer what the tracer says is answered: all is asked at once, and the kernel begins a connection at 0,
 * 1, 3 and 7 s where the packets of its beginning are lost.
 */
const answeredWithinMs = 10_000
/** Long enough for a packet to be lost once, where it is known that something is not answered, and is asked again and again. */
const soonWithinMs = 2_000
/** How long nothing may come where the tracer says that nothing does. */
const silentForMs = 700

/** What a try came to: as the tracer said, or not. */
export interface Answered extends Asked {
  /** `<name> <the address it saw>`, `echo`, or `null`. */
  readonly answer: string | null
}

/** What a world may be spoiled with, to see whether that is found. */
export interface WorldOptions {
  /** What drivers are given instead of what the mesh wants. */
  readonly spoil?: (desired: DesiredHost) => DesiredHost
}

export class World {
  readonly #lab: Lab
  readonly #hosts: readonly WorldHost[]
  readonly #phones: readonly Phone[]
  readonly #web: Host
  readonly #options: WorldOptions

  private constructor(
    lab: Lab,
    hosts: readonly WorldHost[],
    phones: readonly Phone[],
    web: Host,
    options: WorldOptions,
  ) {
    this.#lab = lab
    this.#hosts = hosts
    this.#phones = phones
    this.#web = web
    this.#options = options
  }

  static async open(lab: Lab, options: WorldOptions = {}): Promise<World> {
    const numbers = Array.from({ length: mostHosts }, (_, index) => index + 1)
    const hosts = await lab.publicHosts(numbers.map(hostName))
    const machines = await lab.hosts(numbers.map(machineName))
    const phones = await lab.publicHosts(Array.from({ length: mostClients }, (_, index) => `phone-${index + 1}`))
    const [web] = await lab.publicHosts([webName])
    await answerOn(web, { ports: answeredPorts })
    return new World(
      lab,
      await Promise.all(
        numbers.map(async (number, at) => {
          const [host, machine] = [hosts[at], machines[at]]
          if (host === undefined || machine === undefined) throw new TypeError('a host for each number')
          await layLan(lab, number, host, machine)
          await answerOn(machine, { ports: answeredPorts })
          const keys = makeKeys()
          return { number, hostId: hostId(hostName(number)), host, machine, keys, driver: await openDriver(host, keys) }
        }),
      ),
      phones.map((host) => ({ host, keys: makeKeys() })),
      web,
      options,
    )
  }

  /** What stands outside the mesh. */
  get outside(): Outside {
    const addressesOf = (host: Host) => Object.values(this.#lab.inet.uplink(host).address).map(ipAddress)
    const known = [...this.#hosts, ...this.#phones].map(({ host }) => host)
    return {
      web: addressesOf(this.#web),
      uplinksOf: (name) => known.filter((host) => host.name === name).flatMap(addressesOf),
    }
  }

  /** The mesh and its hosts, as commands. */
  setUp(hosts: number): readonly MeshCommand[] {
    return [
      sampleCreateMesh(),
      ...this.#hosts.slice(0, hosts).map(({ number, host, keys }) =>
        sampleRegisterHost(number, {
          wireguardKey: keys.publicKey,
          endpoints: [
            { endpoint: udpEndpoint(`${this.#lab.inet.uplink(host).address.ipv4}:51821`), origin: 'declared' },
          ],
          capabilities: hostCapabilities,
          localPrefixes: siteRanges(number).map(({ prefix }) => prefix),
        }),
      ),
    ]
  }

  /** The public key of the phone that plays a client. */
  phoneKey(clientId: ClientId): WireguardPublicKey {
    return this.#phone(clientId).keys.publicKey
  }

  /** Brings a mesh up, asks everything, and takes it down again. `isHurried`: who doesn't answer soon doesn't answer. */
  async play(
    state: MeshState,
    hosts: number,
    questions: readonly Asked[],
    isHurried = false,
  ): Promise<readonly Answered[]> {
    const present = this.#hosts.slice(0, hosts)
    const phones = [...largeMapValues(state.clients)].map(({ clientId }) => ({ clientId, ...this.#phone(clientId) }))
    const world = createTraceWorld(state)
    const desired = (id: HostId): DesiredHost | undefined => {
      const view = world.viewOf(id)
      const wanted = view && desiredHostOf(view.config, view.chosen)
      return wanted && (this.#options.spoil?.(wanted) ?? wanted)
    }
    await Promise.all(present.map(({ driver, hostId: id }) => converge(driver, desired(id))))
    await Promise.all(phones.map(({ clientId, host, keys }) => raisePhone(host, keys, state, clientId)))
    await this.#shakeHands(state, present)
    const askers = [...present.map(({ host }) => host), ...phones.map(({ host }) => host)]
    const answering = await Promise.all(askers.map((host) => answerOn(host, { ports: answeredPorts })))
    const limitMs = isHurried ? soonWithinMs : answeredWithinMs
    const answered = await askAll([...askers, ...present.map(({ machine }) => machine), this.#web], questions, limitMs)
    await Promise.all(answering.map((each) => each.stop()))
    await Promise.all(phones.map(({ host }) => host.sh('wg-quick down /run/phone0.conf 2>&1')))
    await Promise.all(present.map(({ driver }) => converge(driver, undefined)))
    await Promise.all(
      [...askers, ...present.map(({ machine }) => machine)].map((host) => host.sh('conntrack -F 2>/dev/null')),
    )
    return answered
  }

  /** One after the other, and from one side: two that begin at once wait for five seconds. */
  async #shakeHands(state: MeshState, present: readonly WorldHost[]): Promise<void> {
    const world = createTraceWorld(state)
    for (const [at, from] of present.entries())
      for (const to of present.slice(at + 1)) {
        const address = largeMapGet(state.hosts, to.hostId)?.controlAddress4
        if (world.viewOf(from.hostId)?.config.peers.has(to.hostId) === true)
          await waitUntil(`${from.hostId} reaches ${to.hostId}`, () => ping(from.host, address ?? '', 1))
      }
  }

  #phone(clientId: ClientId): Phone {
    const phone = this.#phones[Number(clientId.split('-')[1]) - 1]
    if (phone === undefined) throw new TypeError(`there is no phone for ${clientId}`)
    return phone
  }
}

/** Each asks all that it has to ask at once. */
async function askAll(
  hosts: readonly Host[],
  questions: readonly Asked[],
  answeredWithin: number,
): Promise<readonly Answered[]> {
  const found = await Promise.all(
    hosts.map(async (host) => {
      const mine = questions.filter(({ asker }) => asker === host.name)
      const answers = await ask(
        host,
        mine.map(({ source, destination, traffic, expected }) => ({
          from: source,
          to: destination,
          protocol: traffic.protocol,
          port: 'port' in traffic ? traffic.port : 0,
          limitMs: expected === null ? silentForMs : answeredWithin,
        })),
      )
      return mine.map((each, index): Answered => ({ ...each, answer: answers[index] ?? null }))
    }),
  )
  return found.flat()
}
