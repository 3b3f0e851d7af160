/** Hosts that are in two meshes of two servers, with two agents each: neither knows of the other, and neither is in its way. */
import { join } from 'node:path'
import type { MeshMember } from '../mesh/mesh.js'
import { Mesh } from '../mesh/mesh.js'
import { MeshAgent } from '../mesh/mesh-agent.js'
import { makeEnrollmentToken } from '../mesh/mesh-network.js'
import { MeshServer } from '../mesh/mesh-server.js'
import type { Host } from '../net/host.js'
import { ping } from '../net/ping.js'
import { waitUntil } from '../wait-until.js'
import { compareFootprints, takeFootprint } from './footprint.js'
import { nodeOf } from './mesh-commands.js'
import type { Scenario, Stage } from './scenario.js'
import { hostNamed } from './server-view.js'
import { checkStreams, startStreams } from './start-mesh.js'

/** Not called as tunnels are: what an interface is called says nothing of what it is. */
const otherInterface = 'office0'
const otherRange = { name: 'office', range4: '10.67.0.0/24', range6: 'fd67::/64' }
const otherControlRange = '198.18.0.0/16'

export const twoMeshesOnOneHost: Scenario = {
  name: 'two-meshes-on-one-host',
  summary: 'two hosts in two meshes of two servers: both meshes carry, and the end of one leaves the other as it is',
  rows: ['A9'],
  async play(stage) {
    const { lab, check, tell, toolFolder } = stage
    const agent = toolFolder === undefined ? {} : { toolFolder }
    const mesh = await Mesh.open(lab, { hostNames: [], progress: tell, agent })
    const hosts = await lab.publicHosts(['h1', 'h2'])
    const before = await Promise.all(hosts.map(takeFootprint))
    await mesh.admit(hosts)
    await mesh.waitForTunnels()
    await mesh.pingMatrix()
    const [one, two] = [mesh.member(0), mesh.member(1)]
    const streams = await startStreams(mesh, [
      [one, two],
      [two, one],
    ])

    const server = await openServer(stage)
    await Promise.all([isRefused(stage, server, one), collides(stage, server, two)])

    tell('the other mesh has ranges of its own now')
    await server.api.patch('/api/v1/mesh', { controlRange4: otherControlRange })
    const others = await joinOther(stage, server, hosts)
    const addresses = await Promise.all(others.map(otherAddress))
    for (const [from, to] of [
      [0, 1],
      [1, 0],
    ] as const) {
      const target = addresses[to] ?? ''
      const reached = await waitUntil('it answers', async () => ping(hosts[from] as Host, target)).catch(
        () => undefined,
      )
      check(`the other mesh: ${hosts[from]?.name} reaches ${hosts[to]?.name}`, reached !== undefined)
    }
    await Promise.all([passOn(mesh.server, await nodeOf(mesh, one)), passOn(server, await otherNode(server))])
    await waitUntil('both are gateways', async () => isForwarding(one.host))
    const outside = await seenInTunnels(others, addresses)
    check('no tunnel runs through the other', outside.length === 0, outside.join(', '))
    await checkStreams(stage, 'the first mesh carried all the while', streams, 0)

    tell('the first mesh ends')
    await mesh.stop()
    await Promise.all(mesh.members.map(({ agent }) => agent.down()))
    check('its gateway passes on what it did', (await isForwarding(one.host)) === true)
    check('the other mesh goes on without the first', (await ping(one.host, addresses[1] ?? '')) !== undefined)

    tell('the other mesh ends')
    await Promise.all(others.map(takeAway))
    await server.stop()
    const after = await Promise.all(hosts.map(takeFootprint))
    hosts.forEach(({ name }, at) => {
      const [then, now] = [before[at], after[at]]
      const left = then === undefined || now === undefined ? ['not looked at'] : compareFootprints(then, now)
      check(`${name}: nothing is left`, left.length === 0, left.join(' | '))
    })
  },
}

/** The other mesh, as `meshfold serve` makes it: with the ranges that every mesh has at first. */
async function openServer({ lab }: Stage): Promise<MeshServer> {
  const [host] = await lab.publicHosts(['server2'])
  const address = lab.inet.uplink(host).address.ipv4
  const server = new MeshServer(host, { dataFolder: join(lab.dataFolder, 'server2'), address })
  await server.start()
  await server.api.post('/api/v1/networks', otherRange)
  return server
}

const agentOf = ({ lab, toolFolder }: Stage, host: Host, folder: string, interfaceName: string): MeshAgent =>
  new MeshAgent(host, {
    folder: join(lab.dataFolder, folder),
    name: host.name,
    interfaceName,
    ...(toolFolder !== undefined && { toolFolder }),
  })

const tokenOf = async (server: MeshServer, uses: number): Promise<string> => {
  const { networks } = await server.api.get<{ networks: readonly { networkId: string }[] }>('/api/v1/networks')
  return makeEnrollmentToken(server.api, networks[0]?.networkId ?? '', uses)
}

/** With the interface of the agent that runs. */
async function isRefused(stage: Stage, server: MeshServer, { host }: MeshMember): Promise<void> {
  const agent = agentOf(stage, host, 'same-interface', 'wg0')
  const said = await agent.enroll(server.url, await tokenOf(server, 1)).then(
    () => 'it enrolled',
    (error: Error) => error.message,
  )
  stage.check('with the interface of another agent it is refused, with the way out', said.includes('--interface'), said)
}

/** With the control range of the other mesh: said in status, with the way out, and taken back by `down`. */
async function collides(stage: Stage, server: MeshServer, { host, name }: MeshMember): Promise<void> {
  const agent = agentOf(stage, host, 'same-range', otherInterface)
  await agent.enroll(server.url, await tokenOf(server, 1))
  agent.start()
  const wayOut = 'meshfold mesh update --control-range'
  const isSaid = async () => JSON.stringify(await agent.status().catch(() => '')).includes(wayOut) || undefined
  const said = await waitUntil('the range is said to be taken', isSaid).catch(() => false)
  stage.check('with the control range of another mesh its status names the way out', said === true)
  const { hostId } = await hostNamed(server, name)
  await takeAway(agent)
  await server.api.post('/api/v1/commands', { type: 'RemoveHost', hostId })
}

async function joinOther(stage: Stage, server: MeshServer, hosts: readonly Host[]): Promise<readonly MeshAgent[]> {
  const token = await tokenOf(server, hosts.length)
  const agents = hosts.map((host) => agentOf(stage, host, `${host.name}-other`, otherInterface))
  const comesIn = async (agent: MeshAgent) => {
    await agent.enroll(server.url, token)
    agent.start()
    await waitUntil(`${agent.plan.name} has its peer in the other mesh`, async () => {
      await agent.assertRunning()
      return (await agent.tunnel())?.peers.length === 1 || undefined
    })
  }
  await Promise.all(agents.map(comesIn))
  return agents
}

async function takeAway(agent: MeshAgent): Promise<void> {
  await agent.stop()
  await agent.down()
}

const otherAddress = (agent: MeshAgent): Promise<string> =>
  waitUntil('it has an address of the other mesh', async () =>
    (await agent.tunnel())?.ipv4.find((address) => address.startsWith('10.67.')),
  )

async function otherNode(server: MeshServer): Promise<string> {
  const { nodes } = await server.api.get<{ nodes: readonly { nodeId: string; name: string }[] }>('/api/v1/nodes')
  return nodes.find(({ name }) => name === 'h1')?.nodeId ?? ''
}

/** A gateway passes packets on, for which it sets switches that are the whole host's. */
async function passOn(server: MeshServer, nodeId: string): Promise<void> {
  const { networks } = await server.api.get<{ networks: readonly { networkId: string }[] }>('/api/v1/networks')
  const settings = { privateUnderlay: true }
  await server.api.post('/api/v1/commands', { type: 'UpdateNetwork', networkId: networks[0]?.networkId, settings })
  await server.api.post('/api/v1/commands', { type: 'CreateGateway', nodeId })
}

const isForwarding = async (host: Host): Promise<true | undefined> =>
  (await host.trySh('test "$(sysctl -n net.ipv4.ip_forward)" = 1')).code === 0 || undefined

/** Endpoints that are addresses of either mesh. */
async function seenInTunnels(agents: readonly MeshAgent[], addresses: readonly string[]): Promise<readonly string[]> {
  const inside = /^(10\.6[67]\.|198\.1[89]\.|\[?fd)/
  const found = await Promise.all(
    agents.map(async (agent) => {
      const { stdout } = await agent.host.trySh('wg show all endpoints')
      return stdout.split('\n').map((line) => line.split('\t')[2] ?? '')
    }),
  )
  return found.flat().filter((endpoint) => inside.test(endpoint) || addresses.some((each) => endpoint.startsWith(each)))
}
