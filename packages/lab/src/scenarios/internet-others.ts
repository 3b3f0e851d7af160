/** The internet through other hosts in other ways: behind a gateway, through an egress of everything, from a phone; and LANs of one range. */
import type { Mesh, MeshMember } from '../mesh/mesh.js'
import type { Host } from '../net/host.js'
import { waitUntil } from '../wait-until.js'
import { isSeenAs, publicAddresses, routeAll, startInternetMesh, watchUser } from './internet-mesh.js'
import { command, mayBeGateways, nodeOf } from './mesh-commands.js'
import { askWeb, leaked, openWeb, startWeb } from './outside.js'
import { connectPhone } from './phone.js'
import type { Scenario, Stage } from './scenario.js'
import { startCast } from './start-mesh.js'

export const internetGatewayCascade: Scenario = {
  name: 'internet-gateway-cascade',
  summary: 'a gateway behind an internet gateway: it and the node that it relays go out there, and the mesh as before',
  rows: ['D6'],
  async play(stage) {
    const { mesh, exit, between, relayed } = await startCast(stage, ['exit', 'between', 'relayed'])
    const web = await openWeb(stage.lab)
    await mayBeGateways(mesh)
    const settings = { gatewayBehindInternetGateway: 'cascade' }
    await command(mesh, { type: 'UpdateNetwork', networkId: mesh.networkId, settings })
    for (const member of [exit, between])
      await command(mesh, { type: 'CreateGateway', nodeId: await nodeOf(mesh, member) })
    const connectNodeIds = [await nodeOf(mesh, between)]
    await command(mesh, { type: 'EnableInternetGateway', nodeId: await nodeOf(mesh, exit), connectNodeIds })
    const gatewayIds = [await nodeOf(mesh, between)]
    await command(mesh, { type: 'AssignRelay', nodeId: await nodeOf(mesh, relayed), gatewayIds })
    await routeAll(mesh, between, true)
    const addresses = publicAddresses(stage, exit)
    stage.check('the gateway is seen as the one before it', await isSeenAs(between.host, { web }, addresses))
    stage.check('and so is the node that it relays', await isSeenAs(relayed.host, { web }, addresses))
    const { reachable } = await mesh.pingMatrix()
    stage.check('everybody reaches everybody', reachable === 6, `${reachable} of 6`)
    await routeAll(mesh, between, false)
    const own = await isSeenAs(relayed.host, { web }, publicAddresses(stage, relayed))
    stage.check('switched off, the node goes out by itself', own)
  },
}

export const natGateway: Scenario = {
  name: 'nat-gateway',
  summary: 'an egress of everything: all nodes of the network go out through its router, and nothing goes past it',
  rows: ['E4'],
  async play(stage) {
    const { mesh, router, user, third } = await startCast(stage, ['router', 'user', 'third'])
    const web = await openWeb(stage.lab)
    await mayBeGateways(mesh)
    const { events } = await command(mesh, {
      type: 'AddEgress',
      networkId: mesh.networkId,
      name: 'everything',
      ranges: ['0.0.0.0/0', '::/0'],
      routers: [{ nodeId: await nodeOf(mesh, router) }],
    })
    const addresses = publicAddresses(stage, router)
    for (const { name, host } of [user, third])
      stage.check(`${name} is seen as the router, over IPv4 and IPv6`, await isSeenAs(host, { web }, addresses))
    await watchUser({ mesh, user })
    await isSeenAs(user.host, { web }, addresses)
    const out = await leaked(user.host)
    stage.check('nothing else leaves its uplink', out.length === 0, out.join('; '))
    await command(mesh, { type: 'RemoveEgress', egressId: events[0]?.egressId })
    stage.check('removed, it is seen itself', await isSeenAs(user.host, { web }, publicAddresses(stage, user)))
  },
}

export const clientFullTunnel: Scenario = {
  name: 'client-full-tunnel',
  summary:
    'a phone with nothing but WireGuard sends everything through an internet gateway, by the file that it was given',
  rows: ['B5', 'D1'],
  async play(stage) {
    const internet = await startInternetMesh(stage)
    const { mesh, gateway, third } = internet
    const { host: phone, address: own } = await connectPhone(stage, mesh, gateway, { fullTunnel: true })
    const isThere = await isSeenAs(phone, internet, publicAddresses(stage, gateway))
    stage.check('the internet sees the gateway, over IPv4 and IPv6', isThere)
    const address = await mesh.address(third)
    await startWeb(third.host)
    const answer = await askWeb(phone, address)
    stage.check('a node of the mesh sees it itself', answer === `${third.name} ${own}`, answer)
  },
}

export const egressOwnLan: Scenario = {
  name: 'egress-own-lan',
  summary:
    'a gateway whose own LAN has the range of an egress: its own packets stay there, those that it passes on go into the mesh',
  rows: ['E7'],
  async play(stage) {
    const { mesh, router, gateway, relayed } = await startCast(stage, ['router', 'gateway', 'relayed'])
    await mayBeGateways(mesh)
    const address = await officeOf(stage, router, 'office')
    await officeOf(stage, gateway, 'home')
    await command(mesh, { type: 'CreateGateway', nodeId: await nodeOf(mesh, gateway) })
    const gatewayIds = [await nodeOf(mesh, gateway)]
    await command(mesh, { type: 'AssignRelay', nodeId: await nodeOf(mesh, relayed), gatewayIds })
    await command(mesh, {
      type: 'AddEgress',
      networkId: mesh.networkId,
      name: 'office',
      ranges: ['192.168.77.0/24'],
      routers: [{ nodeId: await nodeOf(mesh, router), interfaceName: 'eth1' }],
    })
    stage.check('what is passed on goes to the office', await isAnsweredBy(relayed.host, address, 'office'))
    stage.check('what the gateway makes stays at its LAN', await isAnsweredBy(gateway.host, address, 'home'))
    await preferMesh(mesh, gateway)
    stage.check('unless it prefers the mesh', await isAnsweredBy(gateway.host, address, 'office'))
  },
}

const preferMesh = async (mesh: Mesh, member: MeshMember): Promise<void> =>
  void (await command(mesh, { type: 'UpdateNodeTraits', nodeId: await nodeOf(mesh, member), ownLan: 'mesh' }))

/** A LAN with one machine, which answers with the LAN's name; at the same address in each of them. */
async function officeOf(stage: Stage, { host }: MeshMember, name: string): Promise<string> {
  const lan = await stage.lab.lan(name, { network: '192.168.77' })
  const [machine] = await stage.lab.hosts([name])
  await lan.attach([host], 'eth1')
  const [port] = await lan.attach([machine])
  await startWeb(machine)
  return port?.ipv4 ?? ''
}

const isAnsweredBy = (from: Host, address: string, name: string): Promise<boolean> =>
  waitUntil(`${from.name} is answered by ${name}`, async () => {
    const answer = await askWeb(from, address, 1_500)
    return answer?.startsWith(`${name} `) === true || undefined
  }).catch(() => false)
