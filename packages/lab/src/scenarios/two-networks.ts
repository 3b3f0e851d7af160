/** A host in two networks: it reaches both, and is no way from one into the other. */

import type { Mesh, MeshMember } from '../mesh/mesh.js'
import type { Host } from '../net/host.js'
import { ping } from '../net/ping.js'
import { waitUntil } from '../wait-until.js'
import { addNetwork, command, nodeOf, putInto } from './mesh-commands.js'
import type { Scenario, Stage } from './scenario.js'
import { startCast } from './start-mesh.js'

/** The second network. */
export const otherNetwork = { name: 'other', range4: '10.67.0.0/24', range6: 'fd67::/64' }

export const twoNetworks: Scenario = {
  name: 'two-networks',
  summary: 'a host in two networks reaches both, and nobody gets through it from one into the other',
  rows: ['A4'],
  async play(stage) {
    const { mesh, first, both, second } = await startCast(stage, ['first', 'both', 'second'])
    await openOther(mesh, both, second)
    const [inFirst, inSecond] = [await mesh.address(first), await addressIn(mesh, second)]
    await waitUntil('both are reached', async () => (await ping(both.host, inSecond, 1)) !== undefined || undefined)
    stage.check('the one in both reaches the first network', (await ping(both.host, inFirst)) !== undefined)
    stage.check('and the second', (await ping(both.host, inSecond)) !== undefined)
    await sendToOther(mesh, { first, both })
    for (const family of families) await staysBetween(stage, mesh, { first, both, second }, family)
    await both.agent.kill()
    await both.host.sh(`nft delete table inet meshfold_${both.agent.interfaceName}`)
    for (const family of families) {
      await ping(first.host, await addressIn(mesh, second, family), 1)
      const { left } = await echoes(both.host, family)
      stage.check(`it is its filter that stops them over ${family}: without it they are passed on`, left > 0)
    }
  },
}

const families = ['ipv4', 'ipv6'] as const
type Family = (typeof families)[number]
type Parts = Readonly<Record<'first' | 'both' | 'second', MeshMember>>

/** What a member sends for the other network to the one that is in both comes there, and goes no further. */
async function staysBetween(
  { check }: Stage,
  mesh: Mesh,
  { first, both, second }: Parts,
  family: Family,
): Promise<void> {
  const [inSecond, itself] = [await addressIn(mesh, second, family), await addressIn(mesh, both, family)]
  await countEchoes(both.host, [inSecond, itself], family)
  check(
    `nobody gets through it over ${family}, even if it passes on all else`,
    (await ping(first.host, inSecond, 1)) === undefined,
  )
  check(`nor to its own address in the other network over ${family}`, (await ping(first.host, itself, 1)) === undefined)
  const counted = await echoes(both.host, family)
  check(
    `what came for the other network over ${family} is not passed on`,
    counted.came >= 2 && counted.left === 0,
    JSON.stringify(counted),
  )
}

/** Whatever a host does to itself: it sends its packets for the other network to the one that is in both, which passes on all else. */
async function sendToOther(mesh: Mesh, { first, both }: Pick<Parts, 'first' | 'both'>): Promise<void> {
  await first.agent.kill()
  const { publicKey } = await mesh.tunnel(both)
  const [one, other] = [await mesh.address(both), await mesh.address(both, 'ipv6')]
  const { range4, range6 } = otherNetwork
  await first.host.sh(`wg set wg0 peer ${publicKey} allowed-ips ${one}/32,${other}/128,${range4},${range6}`)
  await first.host.ip([
    `route add ${range4} dev wg0 src ${await mesh.address(first)}`,
    `route add ${range6} dev wg0 src ${await mesh.address(first, 'ipv6')}`,
  ])
  await both.host.sh('sysctl -q -w net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1')
}

/** Counts echo requests for these addresses as they come out of the tunnel, and as they go into it again. */
async function countEchoes(host: Host, addresses: readonly string[], family: Family): Promise<void> {
  const [ip, icmp] = family === 'ipv4' ? ['ip', 'icmp'] : ['ip6', 'icmpv6']
  const rule = `${ip} daddr { ${addresses.join(', ')} } ${icmp} type echo-request counter`
  await host.sh(`nft -f - <<'RULES'
table inet echoes_${family} {
  chain came { type filter hook prerouting priority -300; iifname "wg0" ${rule}; }
  chain left { type filter hook postrouting priority 300; oifname "wg0" ${rule}; }
}
RULES`)
}

async function echoes(host: Host, family: Family): Promise<Readonly<Record<'came' | 'left', number>>> {
  const [came, left] = await Promise.all(
    ['came', 'left'].map((chain) =>
      host.sh(`nft list chain inet echoes_${family} ${chain} | grep -o 'packets [0-9]*'`),
    ),
  )
  const numberIn = (text = '') => Number(text.trim().split(' ')[1])
  return { came: numberIn(came), left: numberIn(left) }
}

/** Makes the other network: one member is in both then, one in the other only. */
export async function openOther(mesh: Mesh, both: MeshMember, second: MeshMember): Promise<string> {
  const networkId = await addNetwork(mesh, otherNetwork)
  for (const member of [both, second]) await putInto(mesh, networkId, member)
  await command(mesh, { type: 'RemoveNode', nodeId: await nodeOf(mesh, second) })
  return networkId
}

/** A member's address in the other network. */
export const addressIn = (mesh: Mesh, member: MeshMember, family: Family = 'ipv4'): Promise<string> =>
  waitUntil(`${member.name} is in the other network`, async () =>
    (await mesh.tunnel(member))[family].find((address) => /^(10\.67\.|fd67:)/.test(address)),
  )
