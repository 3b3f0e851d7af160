/** Gateways and routers on real packets: the real server is told, the real agents put it into effect. */
import type { Mesh, MeshMember } from '../mesh/mesh.js'
import type { Host } from '../net/host.js'
import { answerOn, knock } from '../net/knock.js'
import { ping } from '../net/ping.js'
import { waitUntil } from '../wait-until.js'
import { command, hasPeers, mayBeGateways, nodeOf } from './mesh-commands.js'
import { addEgress, awaitAnswer, openOffice, routeBack } from './office.js'
import { connectPhone } from './phone.js'
import type { Scenario, Stage } from './scenario.js'
import { startCast } from './start-mesh.js'

export const relayManual: Scenario = {
  name: 'relay-manual',
  summary: 'a node is given a gateway: it reaches everybody through that, and is given back',
  rows: ['C1'],
  async play(stage) {
    const { mesh, gateway, relayed, third } = await startCast(stage, ['gateway', 'relayed', 'third'])
    await mayBeGateways(mesh)
    await command(mesh, { type: 'CreateGateway', nodeId: await nodeOf(mesh, gateway) })
    await command(mesh, {
      type: 'AssignRelay',
      nodeId: await nodeOf(mesh, relayed),
      gatewayIds: [await nodeOf(mesh, gateway)],
    })
    await hasPeers(mesh, relayed, 1)
    const direct = () => stage.lab.inet.packets(relayed.host, third.host)
    const before = await direct()
    const [ipv4, ipv6] = [await mesh.pingMatrix('ipv4'), await mesh.pingMatrix('ipv6')]
    stage.check('everybody reaches everybody over IPv4', ipv4.reachable === 6, `${ipv4.reachable} of 6`)
    stage.check('everybody reaches everybody over IPv6', ipv6.reachable === 6, `${ipv6.reachable} of 6`)
    stage.check('nothing goes from the relayed one to the third directly', (await direct()) === before)
    await command(mesh, { type: 'UnassignRelay', nodeId: await nodeOf(mesh, relayed) })
    await hasPeers(mesh, relayed, 2)
    const again = await mesh.pingMatrix()
    stage.check('given back, it is reached directly', again.reachable === 6 && (await direct()) > before)
  },
}

export const egressNat: Scenario = {
  name: 'egress-nat',
  summary: 'a host leads to its LAN: others reach a machine there that knows nothing of the mesh',
  rows: ['E1', 'E2'],
  async play(stage) {
    const { mesh, router, user } = await startCast(stage, ['router', 'user', 'third'])
    const office = await stage.lab.lan('office', { network: '192.168.77', network6: 'fd77:0:0:1' })
    const [machine] = await stage.lab.hosts(['machine'])
    await office.attach([router.host], 'eth1')
    const [port] = await office.attach([machine])
    await answerOn(machine, { ports: [80] })
    const addresses = [port?.ipv4 ?? '', port?.ipv6 ?? '']
    const tries = addresses.map((to) => ({ from: null, to, protocol: 'tcp' as const, port: 80 }))
    const isReached = async () => (await knock(user.host, tries)).every(Boolean)
    stage.check('nobody reaches the machine before', !(await isReached()))
    const startedAt = performance.now()
    const added = await command(mesh, {
      type: 'AddEgress',
      networkId: mesh.networkId,
      name: 'office',
      ranges: ['192.168.77.0/24', 'fd77:0:0:1::/64'],
      routers: [{ nodeId: await nodeOf(mesh, router), interfaceName: 'eth1' }],
    })
    await waitUntil('the machine is reached', async () => (await isReached()) || undefined, { limitMs: 15_000 })
    stage.metric('egress-to-packet-ms', Math.round(performance.now() - startedAt))
    stage.check('the machine answers over IPv4 and IPv6', await isReached())
    await command(mesh, { type: 'RemoveEgress', egressId: added.events[0]?.egressId })
    const isGone = async () => (await knock(user.host, tries)).every((open) => !open) || undefined
    stage.check(
      'no longer, once the egress is gone',
      (await waitUntil('it is gone', isGone).catch(() => false)) === true,
    )
    const left = await router.host.sh('sysctl -n net.ipv4.ip_forward net.ipv6.conf.all.forwarding')
    stage.check('the router passes nothing on any more', left.trim() === '0\n0', left.trim().replace('\n', ' '))
    const own = await mesh.address(router)
    stage.check('it is itself reached all the time', (await ping(user.host, own)) !== undefined)
  },
}

export const clientFile: Scenario = {
  name: 'client-file',
  summary:
    'a phone with nothing but WireGuard: wg-quick takes its file, all of the mesh is reached, others reach the LAN behind it, and it is cut off at once when disabled',
  rows: ['B4', 'B5', 'B7', 'B9'],
  async play(stage) {
    const { mesh, gateway, node, farGateway } = await startCast(stage, ['gateway', 'node', 'farGateway'])
    await mayBeGateways(mesh)
    for (const member of [gateway, farGateway])
      await command(mesh, { type: 'CreateGateway', nodeId: await nodeOf(mesh, member) })
    const office = await openOffice(stage, node, 77, 'office')
    await addEgress(mesh, node, office)
    const friend = await connectPhone(stage, mesh, farGateway, { hostName: 'friend' })
    const prefixesBehind = ['192.168.50.0/24']
    const connected = await connectPhone(stage, mesh, gateway, { prefixesBehind })
    const { host: phone, address: own, clientId, text } = connected
    stage.check('the file has no private key of anybody', !/^PrivateKey = [A-Za-z0-9+/]{43}=$/m.test(text))
    const nodeAddresses = [await mesh.address(node), await mesh.address(node, 'ipv6')]
    const reached = async (addresses: readonly string[]) =>
      (await Promise.all(addresses.map((address) => ping(phone, address, 7)))).filter((answer) => answer !== undefined)
        .length
    stage.check('it reaches its gateway', (await reached([await mesh.address(gateway)])) === 1)
    stage.check('it reaches a node over IPv4 and IPv6', (await reached(nodeAddresses)) === 2)
    for (const family of ['ipv4', 'ipv6'] as const) {
      const answer = await awaitAnswer(phone, office.addresses[family])
      stage.check(
        `it reaches a range behind a node over ${family}`,
        answer === `office ${office.router[family]}`,
        answer,
      )
    }
    stage.check("it reaches another gateway's phone", (await reached([friend.address])) === 1)
    stage.check('a node reaches it', (await ping(node.host, own, 7)) !== undefined)
    await leadsToHome(stage, mesh, phone, [node, gateway])
    await command(mesh, { type: 'DisableClient', clientId })
    const isGone = async () => (await ping(phone, nodeAddresses[0] ?? '', 1)) === undefined || undefined
    stage.check('disabled, it reaches nobody', (await waitUntil('it is cut off', isGone).catch(() => false)) === true)
  },
}

/** B4: a prefix behind the phone is reached through it, and its machine sees who asks. */
async function leadsToHome(stage: Stage, mesh: Mesh, phone: Host, members: readonly MeshMember[]): Promise<void> {
  const home = await openOffice(stage, { host: phone }, 50, 'home')
  await routeBack(home)
  await phone.sh('sysctl -q -w net.ipv4.ip_forward=1')
  for (const member of members) {
    const answer = await awaitAnswer(member.host, home.addresses.ipv4)
    const isSeen = answer === `home ${await mesh.address(member)}`
    stage.check(`${member.name} reaches the prefix behind it, and is seen there itself`, isSeen, answer)
  }
}
