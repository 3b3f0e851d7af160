/** A link of the internet takes only 1,400 bytes: tunnels that lead over it get narrower, at both ends, and again when links change. */
import type { MeshMember } from '../mesh/mesh.js'
import type { Host } from '../net/host.js'
import { transfer } from '../net/transfer.js'
import { waitUntil } from '../wait-until.js'
import type { Scenario, Stage } from './scenario.js'
import { startCast } from './start-mesh.js'

const [ordinary, narrowLink, narrow] = [1_420, 1_400, 1_320]
/** What surrounds the content of a ping. */
const aroundPing = { ipv4: 28, ipv6: 48 } as const
const transferBytes = 20_000_000

export const narrowUnderlay: Scenario = {
  name: 'narrow-underlay',
  summary: 'a link with a smaller MTU: tunnels over it follow at both ends, and large packets pass',
  rows: ['A7'],
  async play(stage) {
    const { mesh, behind, far, aside } = await startCast(stage, ['behind', 'far', 'aside'])
    stage.check('on ordinary links tunnels take 1,420 bytes', (await mtuOf(behind)) === ordinary)
    const addresses = { ipv4: await mesh.address(behind), ipv6: await mesh.address(behind, 'ipv6') }
    await setLink(stage, behind, narrowLink)
    stage.check('its own host notices a narrow link', await hasMtu(behind, narrow), await describe(behind))
    await tellLarge(far, addresses.ipv4)
    stage.check('the far end notices what routers say', await hasMtu(far, narrow), await describe(far))
    await largePass(stage, far, addresses)
    await transfers(stage, far.host, behind.host, addresses.ipv4)
    stage.check(
      'who sends nothing large there stays as it was',
      (await mtuOf(aside)) === ordinary,
      await describe(aside),
    )
    await setLink(stage, behind, 1_500)
    stage.check('a link that is wide again is noticed', await hasMtu(behind, ordinary), await describe(behind))
  },
}

/** Both ends of a host's cable; what is in between counts as the internet. */
async function setLink({ lab, tell }: Stage, { name, host }: MeshMember, bytes: number): Promise<void> {
  tell(`${name}'s link takes ${bytes} bytes`)
  const { interfaceName, routerPort } = lab.inet.uplink(host)
  await lab.inet.host.ip([`link set ${routerPort} mtu ${bytes}`])
  await host.ip([`link set ${interfaceName} mtu ${bytes}`])
}

async function mtuOf({ host }: MeshMember): Promise<number> {
  const [link] = JSON.parse(await host.sh('ip -j link show dev wg0')) as readonly { readonly mtu: number }[]
  return link?.mtu ?? 0
}

const describe = async (member: MeshMember): Promise<string> => `${member.name} has ${await mtuOf(member)}`

const hasMtu = (member: MeshMember, bytes: number): Promise<boolean> =>
  waitUntil(`${member.name} has an MTU of ${bytes}`, async () => (await mtuOf(member)) === bytes || undefined, {
    limitMs: 25_000,
  }).catch(() => false)

/** Of itself, a packet that is too large is how anybody hears of a narrow place. */
const tellLarge = ({ host }: MeshMember, address: string): Promise<unknown> =>
  host.trySh(`ping -n -M do -c 3 -i 0.2 -W 1 -s ${ordinary - aroundPing.ipv4} ${address}`)

async function largePass(stage: Stage, { host }: MeshMember, addresses: Record<'ipv4' | 'ipv6', string>) {
  for (const family of ['ipv4', 'ipv6'] as const) {
    const size = narrow - aroundPing[family]
    const sent = (bytes: number) => host.trySh(`ping -n -M do -c 3 -i 0.2 -W 2 -s ${bytes} ${addresses[family]}`)
    stage.check(`what the tunnel takes passes over ${family}`, / 0% packet loss/.test((await sent(size)).stdout))
    stage.check(`one byte more is refused at once over ${family}`, (await sent(size + 1)).code !== 0)
  }
}

async function transfers(stage: Stage, from: Host, to: Host, address: string): Promise<void> {
  const seconds = await transfer(from, to, address, { bytes: transferBytes })
  const detail = `${seconds?.toFixed(1)} s`
  stage.check(`${transferBytes / 1e6} MB over TCP arrive`, seconds !== undefined, detail)
  stage.metric('transfer-mbit-per-second', Math.round((transferBytes * 8) / 1e6 / (seconds ?? Number.NaN)))
}
