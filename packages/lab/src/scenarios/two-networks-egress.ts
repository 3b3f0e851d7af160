/** A host in two networks that both lead somewhere: it comes to each range as who it is in that network. */
import type { Mesh, MeshMember } from '../mesh/mesh.js'
import { waitUntil } from '../wait-until.js'
import { command, nodeOf } from './mesh-commands.js'
import { addEgress, answerFrom, awaitAnswer, type Office, openOffice, routeBack } from './office.js'
import type { Scenario, Stage } from './scenario.js'
import { startCast } from './start-mesh.js'
import { addressIn, openOther } from './two-networks.js'

export const twoNetworksEgress: Scenario = {
  name: 'two-networks-egress',
  summary:
    'a host in two networks reaches the ranges of both, with the address it has in each; of equal ranges one wins',
  rows: ['A4', 'E1'],
  async play(stage) {
    const { mesh, first, both, second } = await startCast(stage, ['first', 'both', 'second'])
    const other = { networkId: await openOther(mesh, both, second), router: second }
    const own = { networkId: mesh.networkId, router: first }
    const [north, south] = [await openOffice(stage, first, 77, 'north'), await openOffice(stage, second, 78, 'south')]
    for (const office of [north, south]) await routeBack(office)
    await openRange(mesh, own, north)
    await openRange(mesh, other, south)
    for (const family of ['ipv4', 'ipv6'] as const) {
      const [inOwn, inOther] = [await mesh.address(both, family), await addressIn(mesh, both, family)]
      await checkAnswer(stage, both, north.addresses[family], `north ${inOwn}`)
      await checkAnswer(stage, both, south.addresses[family], `south ${inOther}`)
    }
    for (const [member, office] of [
      [first, south],
      [second, north],
    ] as const) {
      const answer = await answerFrom(member.host, office.addresses.ipv4)
      stage.check(`${member.name} does not reach the other network's ${office.machine.name}`, answer === undefined)
    }
    await equalRanges(stage, mesh, both, [own, other])
  },
}

interface Place {
  readonly networkId: string
  readonly router: MeshMember
}

/** Without NAT, so that the machine tells who came. */
const openRange = async (mesh: Mesh, { networkId, router }: Place, office: Office, metric = 100, port = 'eth1') =>
  addEgress(mesh, router, office, {
    networkId,
    nat: false,
    routers: [{ nodeId: await nodeOf(mesh, router, networkId), interfaceName: port, metric }],
  })

async function checkAnswer({ check }: Stage, { name, host }: MeshMember, to: string, expected: string) {
  const answer = await awaitAnswer(host, to)
  check(`${name} reaches ${to} as who it is in that network`, answer === expected, answer ?? 'no answer')
}

/** Both networks lead to a 192.168.79.0/24 of their own. */
async function equalRanges(
  stage: Stage,
  mesh: Mesh,
  both: MeshMember,
  [own, other]: readonly [Place, Place],
): Promise<void> {
  const east = await openOffice(stage, own.router, 79, 'east', 'eth2')
  const west = await openOffice(stage, other.router, 79, 'west', 'eth2')
  for (const office of [east, west]) await routeBack(office)
  await openRange(mesh, own, east, 200, 'eth2')
  const egressId = await openRange(mesh, other, west, 50, 'eth2')
  const to = east.addresses.ipv4
  const [inOwn, inOther] = [await mesh.address(both), await addressIn(mesh, both)]
  await becomesAnswer(stage, both, to, `west ${inOther}`, 'of equal ranges the one of the lower metric is reached')
  await command(mesh, { type: 'RemoveEgress', egressId })
  await becomesAnswer(stage, both, to, `east ${inOwn}`, 'once it is gone, the other one')
}

async function becomesAnswer({ check }: Stage, { host }: MeshMember, to: string, wanted: string, what: string) {
  let seen: string | undefined
  const look = async () => {
    seen = await answerFrom(host, to)
    return seen === wanted
  }
  const came = await waitUntil(what, look, { limitMs: 15_000 }).catch(() => false)
  check(what, came, seen ?? 'no answer')
}
