/** An internet whose IPv4 carries no UDP: tunnels lead over IPv6 alone, and so does what takes over when a gateway dies. */
import type { MeshMember } from '../mesh/mesh.js'
import { allReach } from './failover-links.js'
import { everybodyReached } from './foreign-firewalls.js'
import { command, hasPeers, mayBeGateways, nodeOf } from './mesh-commands.js'
import { assignGateways, isHeard, isVia, killGateway } from './relayed-mesh.js'
import type { Scenario } from './scenario.js'
import { startCast } from './start-mesh.js'

export const ipv6Underlay: Scenario = {
  name: 'ipv6-underlay',
  summary: 'hosts whose only way to each other is IPv6: a mesh, a relay, and its standby when it dies',
  rows: ['A6', 'C1', 'F3'],
  async play(stage) {
    const { inet } = stage.lab
    await inet.firewall(['ip protocol udp drop'])
    const { mesh, first, second, node, third } = await startCast(stage, ['first', 'second', 'node', 'third'])
    await everybodyReached(stage, mesh, 'over IPv6 alone')
    const endpointsOf = async (member: MeshMember) => (await mesh.tunnel(member)).peers.map(({ endpoint }) => endpoint)
    const endpoints = (await Promise.all(mesh.members.map(endpointsOf))).flat()
    const areIpv6 = endpoints.length === 12 && endpoints.every((each) => each?.startsWith('[2001:db8:'))
    stage.check('each has each other at an IPv6 address', areIpv6, endpoints.join())

    await mayBeGateways(mesh)
    for (const gateway of [first, second])
      await command(mesh, { type: 'CreateGateway', nodeId: await nodeOf(mesh, gateway) })
    await assignGateways(mesh, node, [first, second])
    await isVia(mesh, node, first)
    await hasPeers(mesh, third, 2)
    for (const gateway of [first, second]) await isHeard(mesh, gateway, [node])
    const direct = () => inet.packets(node.host, third.host)
    const before = await direct()
    await everybodyReached(stage, mesh, 'with a relay')
    stage.check('nothing goes from the relayed one to the third directly', (await direct()) === before)

    await mesh.server.stop()
    const diedAt = performance.now()
    await killGateway(first)
    await isVia(mesh, node, second, 20_000)
    await allReach(stage, mesh, node, [second, third], diedAt)
  },
}
