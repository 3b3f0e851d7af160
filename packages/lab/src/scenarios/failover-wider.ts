/** A range inside a wider one: its routers die, and the wider one's carries it (E6). */
import { setTimeout as pause } from 'node:timers/promises'
import type { Mesh, MeshMember } from '../mesh/mesh.js'
import { answerOn } from '../net/knock.js'
import { waitUntil } from '../wait-until.js'
import { awayLimitSeconds } from './failover-limits.js'
import { command, nodeOf } from './mesh-commands.js'
import { answerFrom } from './office.js'
import { killGateway } from './relayed-mesh.js'
import type { Scenario, Stage } from './scenario.js'
import { startCast } from './start-mesh.js'

/** With one router, then with two that die at the same moment: nobody of those that the range has is left to ask, but the wider one's. */
export const egressFallsBack: Scenario = {
  name: 'egress-falls-back',
  rows: ['E6', 'F3'],
  summary:
    'all routers of a range die, first one and then two at once, with the server stopped: the router of the wider range carries it, until they are back',
  slowSeconds: 45,
  async play(stage) {
    const { mesh, wide, first, second, user } = await startCast(stage, ['wide', 'first', 'second', 'user'])
    const carrier = await openSites(stage, user, wide, [first, second])
    await addEgress(mesh, 'wide', '192.168.0.0/16', [wide])
    const narrow = await addEgress(mesh, 'office', '192.168.77.0/24', [first])
    await isCarriedBy(carrier, 'first')
    await pause(provenMs)
    await mesh.server.stop()
    await dieAndReturn(stage, 'one', [first], carrier)

    await mesh.server.start()
    await command(mesh, { type: 'UpdateEgress', egressId: narrow, routers: await routersOf(mesh, [first, second]) })
    await pause(provenMs)
    await mesh.server.stop()
    await dieAndReturn(stage, 'two', [first, second], carrier)
  },
}

/**
 * An office beside the two, and another site beside the wider range's router, which reaches the office by a way of its own. Answers by whom
 * the user reached the office's machine; `undefined`: it doesn't answer.
 */
async function openSites(
  stage: Stage,
  user: MeshMember,
  wide: MeshMember,
  beside: readonly MeshMember[],
): Promise<() => Promise<string | undefined>> {
  const office = await stage.lab.lan('office', { network: '192.168.77' })
  const site = await stage.lab.lan('site', { network: '192.168.1' })
  const [machine, between] = await stage.lab.hosts(['machine', 'between'])
  const routers = await office.attach(
    beside.map(({ host }) => host),
    'eth1',
  )
  const [place, door] = await office.attach([machine, between])
  const [far, way] = await site.attach([wide.host, between], 'eth1')
  await between.sh('sysctl -q -w net.ipv4.ip_forward=1')
  await wide.host.ip([`route add 192.168.0.0/16 via ${way?.ipv4}`])
  await machine.ip([`route add 192.168.1.0/24 via ${door?.ipv4}`])
  await answerOn(machine, { ports: [80] })
  const names = new Map(['first', 'second'].map((name, at) => [routers[at]?.ipv4, name]))
  names.set(far?.ipv4, 'wide')
  return async () => {
    const seen = (await answerFrom(user.host, place?.ipv4 ?? ''))?.split(' ')[1]
    return names.get(seen) ?? seen
  }
}

/** A host that was measured for so long is known to be there. */
const provenMs = 2500

async function dieAndReturn(
  stage: Stage,
  name: string,
  routers: readonly MeshMember[],
  carrier: () => Promise<string | undefined>,
): Promise<void> {
  const diedAt = performance.now()
  stage.tell(`${name} of its routers, which is all: killed`)
  await Promise.all(routers.map(killGateway))
  await isCarriedBy(carrier, 'wide')
  const seconds = Math.round((performance.now() - diedAt) / 100) / 10
  stage.metric(`${name}-dead-to-wider-s`, seconds)
  stage.check(
    `${name} dead: new connections go through the wider range's router within ${awayLimitSeconds} s`,
    seconds < awayLimitSeconds,
    `${seconds} s`,
  )
  for (const { agent } of routers) agent.start()
  await isCarriedBy(carrier, 'first')
  const seen: (string | undefined)[] = []
  for (const until = performance.now() + 3000; performance.now() < until; await pause(100)) seen.push(await carrier())
  stage.check(
    `${name} back: all go through the first again, and stay`,
    seen.every((each) => each === 'first'),
    seen.join(' '),
  )
}

const isCarriedBy = (carrier: () => Promise<string | undefined>, name: string): Promise<true> =>
  waitUntil(`the machine is reached through ${name}`, async () => (await carrier()) === name, { limitMs: 20_000 })

const routersOf = (mesh: Mesh, members: readonly MeshMember[]) =>
  Promise.all(
    members.map(async (member, at) => ({
      nodeId: await nodeOf(mesh, member),
      interfaceName: 'eth1',
      metric: 10 + at,
    })),
  )

async function addEgress(mesh: Mesh, name: string, range: string, members: readonly MeshMember[]): Promise<string> {
  const routers = await routersOf(mesh, members)
  const added = await command(mesh, { type: 'AddEgress', networkId: mesh.networkId, name, ranges: [range], routers })
  return added.events[0]?.egressId ?? ''
}
