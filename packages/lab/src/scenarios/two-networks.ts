/** A host in two networks: it reaches both, and is no way from one into the other. */

import type { Mesh, MeshMember } from '../mesh/mesh.js'
import { ping } from '../net/ping.js'
import { waitUntil } from '../wait-until.js'
import { command, nodeOf } from './mesh-commands.js'
import type { Scenario } from './scenario.js'
import { hostNamed } from './server-view.js'
import { startMesh } from './start-mesh.js'

/** The second network. */
export const otherNetwork = { name: 'other', range4: '10.67.0.0/24', range6: 'fd67::/64' }

export const twoNetworks: Scenario = {
  name: 'two-networks',
  summary: 'a host in two networks reaches both, and nobody gets through it from one into the other',
  rows: ['A4'],
  async play(stage) {
    const mesh = await startMesh(stage, 3)
    await mesh.pingMatrix()
    const [first, both, second] = [mesh.member(0), mesh.member(1), mesh.member(2)]
    await openOther(mesh, both, second)
    const [inFirst, inSecond] = [await mesh.address(first), await addressIn(mesh, second)]
    await waitUntil('both are reached', async () => (await ping(both.host, inSecond, 1)) !== undefined || undefined)
    stage.check('the one in both reaches the first network', (await ping(both.host, inFirst)) !== undefined)
    stage.check('and the second', (await ping(both.host, inSecond)) !== undefined)
    // Whatever a host does to itself: it sends its packets for the other network to the one that is in both.
    const { publicKey } = await mesh.tunnel(both)
    const wg = `wg set wg0 peer ${publicKey} allowed-ips ${await mesh.address(both)}/32,10.67.0.0/24`
    await first.host.sh(`${wg} && ip route add 10.67.0.0/24 dev wg0`)
    await both.host.sh('sysctl -q -w net.ipv4.ip_forward=1')
    stage.check(
      'nobody gets through it, even if it passes on all else',
      (await ping(first.host, inSecond, 1)) === undefined,
    )
  },
}

/** Makes the other network: one member is in both then, one in the other only. */
export async function openOther(mesh: Mesh, both: MeshMember, second: MeshMember): Promise<string> {
  const made = await mesh.server.api.post<{ network: { networkId: string } }>('/api/v1/networks', otherNetwork)
  const { networkId } = made.network
  for (const member of [both, second]) await join(mesh, networkId, member)
  await command(mesh, { type: 'RemoveNode', nodeId: await nodeOf(mesh, second) })
  return networkId
}

/** Puts a member into a network. */
export async function join(mesh: Mesh, networkId: string, { name }: MeshMember): Promise<void> {
  const { hostId } = await hostNamed(mesh.server, name)
  await mesh.server.api.post(`/api/v1/networks/${networkId}/nodes`, { hostId })
}

/** A member's address in the other network. */
export const addressIn = (mesh: Mesh, member: MeshMember, family: 'ipv4' | 'ipv6' = 'ipv4'): Promise<string> =>
  waitUntil(`${member.name} is in the other network`, async () =>
    (await mesh.tunnel(member))[family].find((address) => /^(10\.67\.|fd67:)/.test(address)),
  )
