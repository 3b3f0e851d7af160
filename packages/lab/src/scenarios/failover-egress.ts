/** Two routers lead to one LAN, and one of them dies. */
import type { Mesh, MeshMember } from '../mesh/mesh.js'
import { answerOn, type Knock, knock } from '../net/knock.js'
import { waitUntil } from '../wait-until.js'
import { awayLimitSeconds } from './failover-limits.js'
import { command, mayBeGateways, nodeOf } from './mesh-commands.js'
import { assignGateways, isVia, killGateway } from './relayed-mesh.js'
import type { Scenario, Stage } from './scenario.js'
import type { ServerChoice } from './server-choice.js'
import { startCast } from './start-mesh.js'

const parts = ['first', 'second', 'user', 'gateway', 'relayed'] as const
const ranges = ['192.168.77.0/24', 'fd77:0:0:77::/64']

/** Behind NAT connections end with their router; new ones work at once through the other. */
export const egressFailover = ({ name, phrase, serverRuns }: ServerChoice): Scenario => ({
  name: `egress-failover${name}`,
  rows: ['E6', 'F3'],
  summary: `of two masquerading routers the one in use dies, with the server ${phrase}: new connections go over the other, over IPv4 and IPv6, from a relayed node as well`,
  async play(stage) {
    const { mesh, first, second, user, gateway, relayed } = await startCast(stage, parts)
    await mayBeGateways(mesh)
    await command(mesh, { type: 'CreateGateway', nodeId: await nodeOf(mesh, gateway) })
    await assignGateways(mesh, relayed, [gateway])
    await isVia(mesh, relayed, gateway)
    const tries = await openOffice(stage, mesh, [first, second])
    const isReached = async ({ host }: MeshMember) => (await knock(host, tries)).every(Boolean)
    const comesThere = (viewer: MeshMember) =>
      waitUntil(`${viewer.name} reaches the machine`, () => isReached(viewer), { limitMs: 20_000 })
    for (const viewer of [user, relayed]) await comesThere(viewer)
    const leadsBy = async (router: MeshMember) => {
      const [{ peers }, { publicKey }] = [await mesh.tunnel(user), await mesh.tunnel(router)]
      const holder = peers.find((peer) => peer.publicKey === publicKey)
      return ranges.every((range) => holder?.allowedIps.includes(range))
    }
    stage.check('through the first router', await leadsBy(first))
    if (!serverRuns) await mesh.server.stop()
    const diedAt = performance.now()
    await killGateway(first)
    const isBack = async (viewer: MeshMember, what: string) => {
      await comesThere(viewer)
      const seconds = Math.round((performance.now() - diedAt) / 100) / 10
      stage.metric(`${what}new-connection-after-s`, seconds)
      const isInTime = seconds < awayLimitSeconds
      stage.check(`${viewer.name}: new connections work within ${awayLimitSeconds} s`, isInTime, `${seconds} s`)
    }
    await Promise.all([isBack(user, ''), isBack(relayed, 'relayed-')])
    stage.check('through the second router', await leadsBy(second))
  },
})

/** A LAN behind both routers, the first one preferred; how its machine is knocked at over IPv4 and IPv6. */
async function openOffice({ lab }: Stage, mesh: Mesh, routers: readonly MeshMember[]): Promise<readonly Knock[]> {
  const office = await lab.lan('office', { network: '192.168.77', network6: 'fd77:0:0:77' })
  const [machine] = await lab.hosts(['machine'])
  await office.attach(
    routers.map(({ host }) => host),
    'eth1',
  )
  const [port] = await office.attach([machine])
  await answerOn(machine, { ports: [80] })
  const router = async (member: MeshMember, at: number) => ({
    nodeId: await nodeOf(mesh, member),
    interfaceName: 'eth1',
    metric: 10 * (at + 1),
  })
  await command(mesh, {
    type: 'AddEgress',
    networkId: mesh.networkId,
    name: 'office',
    ranges,
    routers: await Promise.all(routers.map(router)),
  })
  return [port?.ipv4 ?? '', port?.ipv6 ?? ''].map((to) => ({ from: null, to, protocol: 'tcp', port: 80 }))
}
