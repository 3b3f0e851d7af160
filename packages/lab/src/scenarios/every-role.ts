/** One small mesh in every role, one after another: what each scenario of one row shows at length, here on one start of everything. */

import type { Mesh, MeshMember } from '../mesh/mesh.js'
import type { Host } from '../net/host.js'
import { answerOn, knock } from '../net/knock.js'
import { ping } from '../net/ping.js'
import { waitUntil } from '../wait-until.js'
import { routeAll } from './internet-mesh.js'
import { command, hasPeers, mayBeGateways, nodeOf } from './mesh-commands.js'
import { addEgress, openOffice } from './office.js'
import type { Scenario, Stage } from './scenario.js'
import { startMesh } from './start-mesh.js'

export const everyRole: Scenario = {
  name: 'every-role',
  rows: ['A4', 'C1', 'D1', 'D4', 'E1', 'E10', 'G5'],
  summary: 'one mesh through relay, egress with NAT, full tunnel and a filter, on whatever WireGuard the kernel has',
  async play(stage) {
    const mesh = await timed(stage, 'mesh', () => reachedMesh(stage))
    await saysWhichWireguard(stage, mesh)
    await timed(stage, 'relay', () => relays(stage, mesh))
    await timed(stage, 'egress', () => leadsToLan(stage, mesh))
    await timed(stage, 'full-tunnel', () => goesOutElsewhere(stage, mesh))
    await timed(stage, 'filter', () => filters(stage, mesh))
  },
}

/** Each part's seconds are a metric. */
async function timed<A>(stage: Stage, part: string, play: () => Promise<A>): Promise<A> {
  const startedAt = performance.now()
  const result = await play()
  stage.metric(`${part}-seconds`, Math.round((performance.now() - startedAt) / 100) / 10)
  return result
}

async function reachedMesh(stage: Stage): Promise<Mesh> {
  const mesh = await startMesh(stage, 3)
  for (const family of ['ipv4', 'ipv6'] as const) {
    const { reachable } = await mesh.pingMatrix(family)
    stage.check(`everybody reaches everybody over ${family}`, reachable === 6, `${reachable} of 6`)
  }
  return mesh
}

/** `kernel-wireguards`: how many hosts have the kernel's own. */
async function saysWhichWireguard(stage: Stage, mesh: Mesh): Promise<void> {
  const ofKernel = async ({ host, agent }: MeshMember) =>
    (await host.trySh(`ip -d link show dev ${agent.interfaceName} type wireguard`)).stdout.includes('wireguard')
  const kinds = await Promise.all(mesh.members.map(ofKernel))
  stage.metric('kernel-wireguards', kinds.filter(Boolean).length)
}

async function relays(stage: Stage, mesh: Mesh): Promise<void> {
  const [gateway, relayed, third] = [mesh.member(0), mesh.member(1), mesh.member(2)]
  await mayBeGateways(mesh)
  const gatewayId = await nodeOf(mesh, gateway)
  await command(mesh, { type: 'CreateGateway', nodeId: gatewayId })
  const nodeId = await nodeOf(mesh, relayed)
  await command(mesh, { type: 'AssignRelay', nodeId, gatewayIds: [gatewayId] })
  await hasPeers(mesh, relayed, 1)
  await hasPeers(mesh, third, 1)
  const direct = () => stage.lab.inet.packets(relayed.host, third.host)
  const before = await direct()
  const { reachable } = await mesh.pingMatrix()
  stage.check('through a relay everybody is reached', reachable === 6, `${reachable} of 6`)
  stage.check('and nothing of it goes past the relay', (await direct()) === before)
}

async function leadsToLan(stage: Stage, mesh: Mesh): Promise<void> {
  const [router, user] = [mesh.member(0), mesh.member(2)]
  const office = await openOffice(stage, router, 77, 'machine')
  await addEgress(mesh, router, office)
  const { ipv4, ipv6 } = office.addresses
  stage.check('a LAN behind a router is reached over IPv4 and IPv6', await isReached(user.host, [ipv4, ipv6]))
}

const isReached = (from: Host, addresses: readonly string[]): Promise<boolean> =>
  waitUntil('it is reached', async () => {
    const answers = await Promise.all(addresses.map((address) => ping(from, address)))
    return answers.every((answer) => answer !== undefined)
  }).catch(() => false)

async function goesOutElsewhere(stage: Stage, mesh: Mesh): Promise<void> {
  const [gateway, user] = [mesh.member(0), mesh.member(1)]
  const [site] = await stage.lab.publicHosts(['site'])
  const { ipv4, ipv6 } = stage.lab.inet.uplink(site).address
  const nodeId = await nodeOf(mesh, user)
  await command(mesh, { type: 'EnableInternetGateway', nodeId: await nodeOf(mesh, gateway), connectNodeIds: [nodeId] })
  await routeAll(mesh, user, true)
  const seenFrom = (host: Host) => stage.lab.inet.packets(host, site)
  const goesByGateway = async () => (await isReached(user.host, [ipv4])) && (await seenFrom(gateway.host)) > 0
  const byGateway = await waitUntil('it goes by the gateway', goesByGateway).catch(() => false)
  stage.check('the internet is reached under the address of the gateway', byGateway)
  const before = await seenFrom(user.host)
  stage.check('over IPv4 and IPv6', await isReached(user.host, [ipv4, ipv6]))
  stage.check('and nothing leaves past the tunnel', (await seenFrom(user.host)) === before)
  await routeAll(mesh, user, false)
  const goesItself = async () => (await isReached(user.host, [ipv4])) && (await seenFrom(user.host)) > before
  stage.check('switched off, it goes out by itself again', await waitUntil('it does', goesItself).catch(() => false))
}

async function filters(stage: Stage, mesh: Mesh): Promise<void> {
  const [to, relayed, from] = [mesh.member(0), mesh.member(1), mesh.member(2)]
  await answerOn(to.host, { ports: [80, 443] })
  const address = await mesh.address(to)
  const open = async ({ host }: MeshMember) => {
    const tries = [80, 443].map((port) => ({ from: null, to: address, protocol: 'tcp' as const, port }))
    const answers = await knock(host, tries)
    return [80, 443].filter((_, at) => answers[at]).join()
  }
  stage.check('ports are open at first', (await open(from)) === '80,443')
  await command(mesh, {
    type: 'AddPolicy',
    networkId: mesh.networkId,
    name: 'web',
    sources: [{ kind: 'node', nodeId: await nodeOf(mesh, from) }],
    destinations: [{ kind: 'node', nodeId: await nodeOf(mesh, to) }],
    traffic: [{ protocol: 'tcp', ports: [{ first: 443, last: 443 }] }],
  })
  await command(mesh, { type: 'SwitchDefaultPolicy', networkId: mesh.networkId, everyoneAllowed: false })
  const isClosed = async () => (await open(from)) === '443' || undefined
  const closed = await waitUntil('one port is left', isClosed).catch(() => false)
  stage.check('then the one that a policy names', closed === true)
  stage.check('and none for who is not named', (await open(relayed)) === '')
}
