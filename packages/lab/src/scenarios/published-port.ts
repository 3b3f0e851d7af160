/** A port that a host publishes for a machine beside it, and what takes that machine's range into the mesh. */
import type { Mesh, MeshMember } from '../mesh/mesh.js'
import { ask } from '../net/knock.js'
import { waitUntil } from '../wait-until.js'
import { publishPort } from './docker-port.js'
import { isSeenAs, publicAddresses, routeAll } from './internet-mesh.js'
import { command, mayBeGateways, nodeOf } from './mesh-commands.js'
import { addEgress, type Office, openOffice, routeBack } from './office.js'
import { openWeb } from './outside.js'
import type { Scenario, Stage } from './scenario.js'
import { startCast } from './start-mesh.js'

/** As Docker calls it, which tells the agent that it is no LAN, and as somebody else might. */
const bridges = ['docker0', 'web'] as const

export const publishedPort: Scenario = {
  name: 'published-port',
  summary:
    'what a host publishes for a container is reached through the mesh, though the mesh or a full tunnel takes the container’s range',
  rows: ['D5', 'E7', 'G5'],
  async play(stage) {
    const { mesh, gateway, host, user } = await startCast(stage, ['gateway', 'host', 'user'])
    const containers = [
      await publish(stage, host, { number: 177, bridge: bridges[0], port: 8177 }),
      await publish(stage, host, { number: 178, bridge: bridges[1], port: 8178 }),
    ]
    await areReached(stage, mesh, { from: user, at: host }, 'at first')
    for (const [at, container] of containers.entries()) {
      const elsewhere = await openOffice(stage, gateway, 177 + at, `elsewhere-${at}`, `eth${at + 1}`)
      const routers = [{ nodeId: await nodeOf(mesh, gateway), interfaceName: `eth${at + 1}` }]
      await addEgress(mesh, gateway, elsewhere, { name: `elsewhere-${at}`, ranges: [container.ranges.ipv4], routers })
    }
    await waitUntil('it forwards the range into the mesh', async () => {
      const rules = await host.host.sh('ip rule; ip route show table all proto 213')
      return rules.includes(containers[1]?.ranges.ipv4 ?? '') || undefined
    })
    await areReached(stage, mesh, { from: user, at: host }, 'where another router has its range')
    await fullTunnel(stage, mesh, { gateway, host, user })
  },
}

async function fullTunnel(
  stage: Stage,
  mesh: Mesh,
  { gateway, host, user }: Readonly<Record<'gateway' | 'host' | 'user', MeshMember>>,
): Promise<void> {
  const web = await openWeb(stage.lab)
  await mayBeGateways(mesh)
  const nodeId = await nodeOf(mesh, gateway)
  const own = await nodeOf(mesh, host)
  await command(mesh, { type: 'CreateGateway', nodeId })
  await command(mesh, { type: 'EnableInternetGateway', nodeId, connectNodeIds: [own] })
  await command(mesh, { type: 'UpdateNodeTraits', nodeId: own, tunnel: { localNetwork: 'inside' } })
  await routeAll(mesh, host, true)
  const isThrough = await isSeenAs(host.host, { web }, publicAddresses(stage, gateway))
  stage.check('all goes through the gateway', isThrough)
  await areReached(stage, mesh, { from: user, at: host }, 'with its LANs inside a full tunnel')
}

/** What comes for that port of the host is passed on to a container. */
async function publish(
  stage: Stage,
  { host, ...member }: MeshMember,
  { number, bridge, port }: { readonly number: number; readonly bridge: string; readonly port: number },
): Promise<Office> {
  const container = await openOffice(stage, { host, ...member }, number, `container-${bridge}`, bridge)
  await routeBack(container)
  await host.sh('sysctl -qw net.ipv4.ip_forward=1')
  await publishPort(host, port, container.addresses.ipv4, `published_${bridge}`)
  return container
}

/** Each of them, by its own answer. */
async function areReached(
  stage: Stage,
  mesh: Mesh,
  { from, at }: Readonly<Record<'from' | 'at', MeshMember>>,
  when: string,
): Promise<void> {
  const to = await mesh.address(at)
  for (const [index, bridge] of bridges.entries()) {
    const question = { from: null, to, protocol: 'tcp', port: 8177 + index, limitMs: 900 } as const
    const answered = await waitUntil(
      `the container at ${bridge} answers`,
      async () => {
        const [answer] = await ask(from.host, [question])
        return answer?.startsWith(`container-${bridge} `) === true ? answer : undefined
      },
      { limitMs: 10_000 },
    ).catch(() => undefined)
    stage.check(`${when}, the container at ${bridge} is reached`, answered !== undefined, answered ?? '')
  }
}
