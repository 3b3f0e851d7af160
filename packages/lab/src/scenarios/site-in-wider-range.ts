/** A branch whose LAN lies in the range of the headquarters' router, which hides no sources: what begins there is answered there. */
import type { MeshMember } from '../mesh/mesh.js'
import { answerOn, ask } from '../net/knock.js'
import { ping } from '../net/ping.js'
import { routeAll, startInternetMesh } from './internet-mesh.js'
import { legacyRules } from './iptables-backend.js'
import { command, nodeOf } from './mesh-commands.js'
import { addEgress, answerFrom, awaitAnswer, type Office, openOffice, routeBack } from './office.js'
import type { Scenario, Stage } from './scenario.js'

const port = 80
/** Around the LANs of both. */
const wider = ['192.168.0.0/16', 'fd77::/32']

const filters = [
  { name: '', phrase: '', options: {}, marks: 'nft list table inet meshfold_wg0_bypass' },
  {
    name: '-iptables',
    phrase: ', where all filter with iptables',
    options: { hostScript: legacyRules },
    marks: 'iptables-legacy-save -t mangle | grep mf_wg0_mark_in && ! nft list table inet meshfold_wg0_bypass',
  },
] as const

const siteInWiderRange = ({ name, phrase, options, marks }: (typeof filters)[number]): Scenario => ({
  name: `site-in-wider-range${name}`,
  summary: `a branch in the headquarters' wider range, no NAT: its machines and its router answer into the mesh, in full tunnel too${phrase}`,
  rows: ['E5', 'E10', 'D5'],
  async play(stage) {
    const internet = await startInternetMesh(stage, options)
    const { mesh, user: branch, third: headquarters } = internet
    const north = await openOffice(stage, headquarters, 77, 'north')
    const south = await openOffice(stage, branch, 78, 'south')
    for (const office of [north, south]) await routeBack(office)
    await answerOn(branch.host, { ports: [port] })
    const from = await addEgress(mesh, branch, south, { nat: false })
    const { events } = await command(mesh, {
      type: 'AddEgress',
      networkId: mesh.networkId,
      name: 'headquarters',
      ranges: wider,
      routers: [{ nodeId: await nodeOf(mesh, headquarters) }],
      nat: false,
    })
    await command(mesh, {
      type: 'AddPolicy',
      name: 'sites',
      networkId: mesh.networkId,
      sources: [{ kind: 'egress', egressId: from }],
      destinations: [{ kind: 'egress', egressId: events[0]?.egressId }],
      traffic: [{ protocol: 'any' }],
      direction: 'both',
    })
    await areAnswered(stage, { north, south, branch }, 'by default')
    stage.check('flows out of the mesh are marked', (await branch.host.trySh(marks)).code === 0)
    await routeAll(mesh, branch, true)
    await areAnswered(stage, { north, south, branch }, 'while the branch sends all it has to an internet gateway')
    await routeAll(mesh, branch, false)
  },
})

/** Every one of them. */
export const siteInWiderRangeScenarios: readonly Scenario[] = filters.map(siteInWiderRange)

interface Sites {
  readonly north: Office
  readonly south: Office
  readonly branch: MeshMember
}

/** What begins in the headquarters' LAN, with a machine of the branch and with its router's own address there. */
async function areAnswered({ check }: Stage, { north, south, branch }: Sites, when: string): Promise<void> {
  for (const family of ['ipv4', 'ipv6'] as const) {
    const source = north.addresses[family]
    const machine = await awaitAnswer(north.machine, south.addresses[family])
    check(`the branch's machine is reached over ${family} ${when}`, machine === `south ${source}`, machine)
    const router = await awaitAnswer(north.machine, south.router[family])
    check(`so is its router's own address`, router === `${branch.name} ${source}`, router)
    const [udp] = await ask(north.machine, [
      { from: null, to: south.router[family], protocol: 'udp', port, limitMs: 2_000 },
    ])
    check('by datagrams too', udp === `${branch.name} ${source}`, udp ?? undefined)
    const echoes = await ping(north.machine, south.router[family], 2)
    check('and by echo requests', echoes !== undefined)
    const back = await answerFrom(south.machine, source)
    check('the branch begins as well', back === `north ${south.addresses[family]}`, back)
  }
}
