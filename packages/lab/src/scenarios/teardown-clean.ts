import { Mesh } from '../mesh/mesh.js'
import { waitUntil } from '../wait-until.js'
import { compareFootprints, takeFootprint } from './footprint.js'
import { routeAll } from './internet-mesh.js'
import { command, hasPeers, mayBeGateways, nodeOf } from './mesh-commands.js'
import type { Scenario } from './scenario.js'

/** A driver leaves nothing behind: what a host looks like before the agent and after it is the same. */
export const teardownClean: Scenario = {
  name: 'teardown-clean',
  summary:
    'after `down` a host looks as it did before the agent came: one that was a gateway and led to a range under another, and one in full tunnel',
  rows: ['E3'],
  async play({ lab, check, tell }) {
    const mesh = await Mesh.open(lab, { hostNames: [], progress: tell })
    const hosts = await lab.publicHosts(['h1', 'h2', 'h3'])
    await hosts[2]?.sh("printf 'nameserver 192.0.2.53\\n' > /etc/resolv.conf")
    await (await lab.lan('office', { network: '192.168.77' })).attach(hosts.slice(0, 1), 'eth1')
    const before = await Promise.all(hosts.map(takeFootprint))
    await mesh.admit(hosts)
    await mesh.waitForTunnels()
    const { reachable } = await mesh.pingMatrix()
    check('the mesh was up', reachable === 6, `${reachable} of 6`)
    check('the first of them masquerades, maps a range and passes packets on', await makeCarrier(mesh))
    check('the third sends all through it, and asks its DNS', await goesThroughTunnel(mesh))
    for (const { name, agent } of mesh.members) {
      const code = await agent.stop()
      check(`${name}: the agent ends gently`, code === 0, `exit code ${code}`)
      await agent.down()
    }
    const after = await Promise.all(hosts.map(takeFootprint))
    mesh.members.forEach(({ name }, index) => {
      const [then, now] = [before[index], after[index]]
      const left = then === undefined || now === undefined ? ['not looked at'] : compareFootprints(then, now)
      check(`${name}: nothing is left`, left.length === 0, left.join(' | '))
    })
    const code = await mesh.server.stop()
    check('the server ends gently', code === 0, `exit code ${code}`)
  },
}

/** Forwarding, masquerading and the settings of the system that they need: more to put back than a tunnel. Whether it came to that. */
async function makeCarrier(mesh: Mesh): Promise<boolean> {
  const [carrier, relayed] = [mesh.member(0), mesh.member(1)]
  const nodeId = await nodeOf(mesh, carrier)
  await mayBeGateways(mesh)
  await command(mesh, { type: 'CreateGateway', nodeId })
  await command(mesh, { type: 'AssignRelay', nodeId: await nodeOf(mesh, relayed), gatewayIds: [nodeId] })
  await command(mesh, {
    type: 'AddEgress',
    networkId: mesh.networkId,
    name: 'office',
    ranges: ['192.168.77.0/24'],
    virtualRanges: ['100.64.1.0/24'],
    routers: [{ nodeId, interfaceName: 'eth1' }],
  })
  await hasPeers(mesh, relayed, 1)
  const look =
    'rules=$(nft list ruleset) && case $rules in *masquerade*100.64.1*|*100.64.1*masquerade*) ;; *) false ;; esac && test "$(sysctl -n net.ipv4.ip_forward)" = 1'
  const isCarrying = async () => (await carrier.host.trySh(look)).code === 0
  return waitUntil('it carries', isCarrying).catch(() => false)
}

/** Rules, a table and marks for everything, and a resolver of the tunnel's in the place of its own. */
async function goesThroughTunnel(mesh: Mesh): Promise<boolean> {
  const [gateway, user] = [mesh.member(0), mesh.member(2)]
  const clientDns = [await mesh.address(gateway)]
  await command(mesh, { type: 'UpdateNetwork', networkId: mesh.networkId, settings: { clientDns } })
  const connectNodeIds = [await nodeOf(mesh, user)]
  await command(mesh, { type: 'EnableInternetGateway', nodeId: await nodeOf(mesh, gateway), connectNodeIds })
  await routeAll(mesh, user, true)
  const look = `{ ip rule; ip -6 rule; } | grep -c 'proto 213' && grep -q ${clientDns} /etc/resolv.conf`
  const isThrough = async () => (await user.host.trySh(look)).code === 0
  return waitUntil('it goes through the tunnel', isThrough).catch(() => false)
}
