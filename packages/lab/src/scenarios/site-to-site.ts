/** Two LANs by their routers, which say to machines that know of no tunnel how much goes through it at once. */
import type { MeshMember } from '../mesh/mesh.js'
import { transfer } from '../net/transfer.js'
import { command } from './mesh-commands.js'
import { addEgress, answerFrom, awaitAnswer, type Office, openOffice, routeBack } from './office.js'
import type { Scenario, Stage } from './scenario.js'
import { startCast } from './start-mesh.js'

export const siteToSite: Scenario = {
  name: 'site-to-site',
  summary:
    'two LANs, a router each, no NAT: machines reach each other, large segments too, and only the way that policies say',
  rows: ['E1', 'E9'],
  async play(stage) {
    const { mesh, router, user, third } = await startCast(stage, ['router', 'user', 'third'])
    const [north, south] = [await openOffice(stage, router, 77, 'north'), await openOffice(stage, third, 78, 'south')]
    for (const office of [north, south]) await routeBack(office)
    const from = await addEgress(mesh, router, north, { nat: false, restricted: true })
    const to = await addEgress(mesh, third, south, { nat: false, restricted: true })
    await command(mesh, {
      type: 'AddPolicy',
      name: 'north to south',
      networkId: mesh.networkId,
      sources: [{ kind: 'egress', egressId: from }],
      destinations: [{ kind: 'egress', egressId: to }],
      traffic: [{ protocol: 'any' }],
      direction: 'one-way',
    })
    for (const family of ['ipv4', 'ipv6'] as const) {
      const there = await awaitAnswer(north.machine, south.addresses[family])
      stage.check(`the north reaches the south over ${family}`, there === `south ${north.addresses[family]}`, there)
      const back = await answerFrom(south.machine, north.addresses[family])
      stage.check(`the south does not begin over ${family}`, back === undefined, back)
    }
    const other = await answerFrom(user.host, south.addresses.ipv4)
    stage.check('nobody else reaches the south', other === undefined, other)
    await largeArrive(stage, [router, third], north, south)
  },
}

/** Both links take 1,500 bytes and the tunnel between them does not. Who drops what routers say of that hears of it by TCP itself. */
async function largeArrive(
  stage: Stage,
  routers: readonly MeshMember[],
  { machine: from }: Office,
  { machine: to, addresses }: Office,
): Promise<void> {
  const deaf = 'icmp type destination-unreachable drop; icmpv6 type packet-too-big drop'
  for (const host of [from, to])
    await host.sh(`nft 'table inet deaf { chain in { type filter hook input priority 0; ${deaf}; }; }'`)
  for (const family of ['ipv4', 'ipv6'] as const) {
    const seconds = await transfer(from, to, addresses[family], { bytes: 1_000_000 })
    stage.check(
      `1 MB arrives over ${family}, whatever routers say of its size`,
      seconds !== undefined,
      `${seconds?.toFixed(1)} s`,
    )
  }
  for (const router of routers) await forgetSegmentSize(router)
  for (const family of ['ipv4', 'ipv6'] as const) {
    const little = await transfer(from, to, addresses[family], { bytes: 1_000 })
    const much = await transfer(from, to, addresses[family], { bytes: 1_000_000, limitMs: 3_000 })
    const isSmallOnly = little !== undefined && much === undefined
    stage.check(`without the rule that limits segments only little does over ${family}`, isSmallOnly)
  }
}

/** Takes the rule away; the agent, which would put it there again, is gone before. */
async function forgetSegmentSize({ host, agent }: MeshMember): Promise<void> {
  await agent.kill()
  const table = `inet meshfold_${agent.interfaceName}`
  const handles = `nft -a list chain ${table} forward | grep maxseg | grep -o 'handle [0-9]*'`
  const deleted = `while read -r handle; do nft delete rule ${table} forward $handle; echo "$handle"; done`
  const done = await host.sh(`${handles} | ${deleted}`)
  if (done.trim() === '') throw new Error(`${host.name} limits no segments.`)
}
