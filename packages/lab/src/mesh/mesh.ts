import { join } from 'node:path'
import type { Host } from '../net/host.js'
import type { Lab } from '../net/lab.js'
import { type PingMatrix, type PingTarget, pingMatrix } from '../net/ping.js'
import { waitUntil } from '../wait-until.js'
import { type AgentPlan, MeshAgent } from './mesh-agent.js'
import { ensureNetwork, isMeshIpv4, isMeshIpv6, makeEnrollmentToken } from './mesh-network.js'
import { MeshServer, type ServerPlan } from './mesh-server.js'
import type { TunnelState } from './tunnel-state.js'

/** One host of a mesh, with its agent. */
export interface MeshMember {
  readonly name: string
  readonly host: Host
  readonly agent: MeshAgent
}

export interface MeshPlan {
  readonly hostNames: readonly string[]
  readonly serverName?: string
  /** Told at every step. */
  readonly progress?: (text: string) => void
  readonly agent?: Pick<AgentPlan, 'toolFolder' | 'runOptions'>
  readonly server?: Pick<ServerPlan, 'serveOptions'>
  /** What a shell does on each host that `join` makes, before it enrols. */
  readonly hostScript?: string
}

/** A whole mesh: the real server and real agents, each a process on a host of its own. */
export class Mesh {
  readonly #members: MeshMember[] = []
  readonly #plan: MeshPlan

  private constructor(
    readonly lab: Lab,
    readonly server: MeshServer,
    plan: MeshPlan,
    readonly networkId: string,
  ) {
    this.#plan = plan
  }

  /** The server's host on the internet, the server running, one network in it. No other host yet. */
  static async open(lab: Lab, plan: MeshPlan): Promise<Mesh> {
    const [host] = await lab.publicHosts([plan.serverName ?? 'server'])
    const server = new MeshServer(host, {
      dataFolder: join(lab.dataFolder, 'server'),
      address: lab.inet.uplink(host).address.ipv4,
      ...plan.server,
    })
    await server.start()
    return new Mesh(lab, server, plan, await ensureNetwork(server.api))
  }

  /** A mesh of the named hosts, up and running. */
  static async start(lab: Lab, plan: MeshPlan): Promise<Mesh> {
    const mesh = await Mesh.open(lab, plan)
    await mesh.join(plan.hostNames)
    await mesh.waitForTunnels()
    return mesh
  }

  get members(): readonly MeshMember[] {
    return this.#members
  }

  /** A member by its place: 0 is the first that joined. */
  member(index: number): MeshMember {
    const member = this.#members[index]
    if (member === undefined) throw new Error(`The mesh has no member ${index}.`)
    return member
  }

  /** New hosts, enrolled with one key and their agents started. */
  async join(names: readonly string[]): Promise<readonly MeshMember[]> {
    const hosts = await this.lab.publicHosts(names)
    const { hostScript } = this.#plan
    if (hostScript !== undefined) await Promise.all(hosts.map((host) => host.sh(hostScript)))
    return this.admit(hosts)
  }

  /** Hosts that exist, wherever they stand, enrolled with one key of these terms at this URL, and their agents started. */
  async admit(
    hosts: readonly Host[],
    terms: object = {},
    serverUrl: string = this.server.url,
  ): Promise<readonly MeshMember[]> {
    const joined = hosts.map((host) => this.#newMember(host))
    const newcomers: MeshMember[] = []
    for (const member of joined) if (!(await member.agent.isEnrolled())) newcomers.push(member)
    if (newcomers.length > 0) await this.#enroll(newcomers, { terms, serverUrl })
    for (const { agent } of joined) agent.start()
    this.#members.push(...joined)
    return joined
  }

  /** Waits until every host's interface has its addresses and all others as peers. */
  async waitForTunnels(limitMs = 30_000): Promise<void> {
    const peers = this.#members.length - 1
    await Promise.all(
      this.#members.map(({ name, agent }) =>
        waitUntil(`${name} has ${peers} peers`, () => this.#tunnelWith(agent, peers), { limitMs, everyMs: 50 }),
      ),
    )
  }

  /** A member's tunnel. @throws Error where it has none */
  async tunnel(member: MeshMember): Promise<TunnelState> {
    const tunnel = await member.agent.tunnel()
    if (tunnel === undefined) throw new Error(`${member.name} has no tunnel.`)
    return tunnel
  }

  /** A member's address in the mesh. */
  async address(member: MeshMember, family: 'ipv4' | 'ipv6' = 'ipv4'): Promise<string> {
    const tunnel = await this.tunnel(member)
    const address = family === 'ipv4' ? tunnel.ipv4.find(isMeshIpv4) : tunnel.ipv6.find(isMeshIpv6)
    if (address === undefined) throw new Error(`${member.name} has no ${family} address of the network.`)
    return address
  }

  async pingMatrix(family: 'ipv4' | 'ipv6' = 'ipv4', limitMs?: number): Promise<PingMatrix> {
    const targets = await Promise.all(
      this.#members.map(
        async (member): Promise<PingTarget> => ({ host: member.host, address: await this.address(member, family) }),
      ),
    )
    return pingMatrix(targets, limitMs)
  }

  /** Ends server and agents gently, agents first. Tunnels stay until their hosts are closed. */
  async stop(): Promise<void> {
    await Promise.all(this.#members.map(({ agent }) => agent.stop()))
    await this.server.stop()
  }

  #newMember(host: Host): MeshMember {
    const folder = join(this.lab.dataFolder, host.name)
    return { name: host.name, host, agent: new MeshAgent(host, { folder, name: host.name, ...this.#plan.agent }) }
  }

  async #enroll(
    newcomers: readonly MeshMember[],
    { terms, serverUrl }: { readonly terms: object; readonly serverUrl: string },
  ): Promise<void> {
    const token = await makeEnrollmentToken(this.server.api, this.networkId, newcomers.length, terms)
    let enrolled = 0
    const one = async ({ agent }: MeshMember) => {
      await agent.enroll(serverUrl, token)
      enrolled += 1
      this.#plan.progress?.(`${enrolled} of ${newcomers.length} hosts enrolled`)
    }
    await inLanes(newcomers, 4, one)
  }

  async #tunnelWith(agent: MeshAgent, peers: number): Promise<boolean> {
    await agent.assertRunning()
    const tunnel = await agent.tunnel()
    return tunnel !== undefined && tunnel.peers.length === peers && tunnel.ipv4.some(isMeshIpv4)
  }
}

/** At most `lanes` at a time: each of them starts a Node of its own. */
async function inLanes<A>(items: readonly A[], lanes: number, work: (item: A) => Promise<void>): Promise<void> {
  const waiting = [...items]
  const lane = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item)
  }
  await Promise.all(Array.from({ length: lanes }, lane))
}
