/** Ranges outside the mesh on real packets: who reaches them, by which addresses, and as whom. */
import { egressAroundEndpoints } from './egress-around-endpoints.js'
import { awayLimitSeconds } from './failover-limits.js'
import { command, mayBeGateways, nodeOf } from './mesh-commands.js'
import { addEgress, answerFrom, awaitAnswer, openOffice, routeBack } from './office.js'
import { assignGateways, isHeard, isVia, killGateway } from './relayed-mesh.js'
import type { Scenario } from './scenario.js'
import { startCast } from './start-mesh.js'

const parts = ['router', 'user', 'third'] as const

const egressRouted: Scenario = {
  name: 'egress-routed',
  summary: 'a range without NAT: the machine there sees who asks, and answers by its own route',
  rows: ['E1', 'E2'],
  async play(stage) {
    const { mesh, router, user } = await startCast(stage, parts)
    const office = await openOffice(stage, router, 77, 'office')
    await routeBack(office)
    await addEgress(mesh, router, office, { nat: false })
    for (const family of ['ipv4', 'ipv6'] as const) {
      const answer = await awaitAnswer(user.host, office.addresses[family])
      const own = await mesh.address(user, family)
      stage.check(`the machine sees the asker's own ${family} address`, answer === `office ${own}`, answer)
    }
  },
}

const egressIpv6: Scenario = {
  name: 'egress-ipv6',
  summary: 'a range of IPv6 with NAT66: the machine there sees its router',
  rows: ['E2'],
  async play(stage) {
    const { mesh, router, user } = await startCast(stage, parts)
    const office = await openOffice(stage, router, 77, 'office')
    await addEgress(mesh, router, office, { ranges: [office.ranges.ipv6] })
    const answer = await awaitAnswer(user.host, office.addresses.ipv6)
    stage.check("the machine sees its router's address", answer === `office ${office.router.ipv6}`, answer)
    const other = await answerFrom(user.host, office.addresses.ipv4)
    stage.check('the range of the other family is not reached', other === undefined, other)
  },
}

const egressVirtualRange: Scenario = {
  name: 'egress-virtual-range',
  summary: 'two sites with the same range: each is reached by its virtual one',
  rows: ['E8'],
  async play(stage) {
    const { mesh, router, user, third } = await startCast(stage, parts)
    const sites = [
      { at: router, name: 'north', virtual: '100.64.1' },
      { at: third, name: 'south', virtual: '100.64.2' },
    ]
    for (const { at, name, virtual } of sites) {
      const office = await openOffice(stage, at, 77, name)
      await addEgress(mesh, at, office, { name, ranges: [office.ranges.ipv4], virtualRanges: [`${virtual}.0/24`] })
    }
    for (const { name, virtual } of sites) {
      // The second machine of each LAN: its router is the first.
      const answer = await awaitAnswer(user.host, `${virtual}.11`)
      stage.check(`${virtual}.11 is the machine of the ${name}`, answer?.startsWith(`${name} `) === true, answer)
    }
    const real = await answerFrom(user.host, '192.168.77.11')
    stage.check('the real address is nobody', real === undefined, real)
  },
}

const egressSegmented: Scenario = {
  name: 'egress-segmented',
  summary: 'a restricted range: nobody reaches it but whom a policy names',
  rows: ['E9', 'G5'],
  async play(stage) {
    const { mesh, router, user, third } = await startCast(stage, parts)
    const office = await openOffice(stage, router, 77, 'office')
    const egressId = await addEgress(mesh, router, office, { restricted: true })
    await command(mesh, {
      type: 'AddPolicy',
      name: 'accounting',
      networkId: mesh.networkId,
      sources: [{ kind: 'node', nodeId: await nodeOf(mesh, user) }],
      destinations: [{ kind: 'egress', egressId }],
      traffic: [{ protocol: 'tcp', ports: [{ first: 80, last: 80 }] }],
    })
    for (const family of ['ipv4', 'ipv6'] as const) {
      const to = office.addresses[family]
      const [named, other] = [await awaitAnswer(user.host, to), await answerFrom(third.host, to)]
      stage.check(`whom the policy names reaches it over ${family}`, named !== undefined)
      stage.check(`nobody else does over ${family}`, other === undefined, other)
    }
  },
}

const egressBehindRelay: Scenario = {
  name: 'egress-behind-relay',
  summary: 'a router that is relayed: its range is reached through its gateway, and through the standby when that dies',
  rows: ['C7', 'E10', 'F3'],
  async play(stage) {
    const { mesh, router, user, third, standby } = await startCast(stage, ['router', 'user', 'third', 'standby'])
    await mayBeGateways(mesh)
    for (const gateway of [third, standby])
      await command(mesh, { type: 'CreateGateway', nodeId: await nodeOf(mesh, gateway) })
    await assignGateways(mesh, router, [third, standby])
    await isVia(mesh, router, third)
    const office = await openOffice(stage, router, 77, 'office')
    await addEgress(mesh, router, office)
    const before = await stage.lab.inet.packets(user.host, router.host)
    for (const family of ['ipv4', 'ipv6'] as const) {
      const answer = await awaitAnswer(user.host, office.addresses[family])
      stage.check(`the machine answers over ${family}`, answer === `office ${office.router[family]}`, answer)
    }
    const direct = (await stage.lab.inet.packets(user.host, router.host)) - before
    stage.check('nothing goes to the router directly', direct === 0, `${direct} packets`)
    await isHeard(mesh, standby, [router])
    await mesh.server.stop()
    const diedAt = performance.now()
    await killGateway(third)
    const areBack = Object.values(office.addresses).map((address) => awaitAnswer(user.host, address))
    const answers = await Promise.all(areBack)
    const seconds = Math.round((performance.now() - diedAt) / 100) / 10
    stage.metric('outage-s', seconds)
    const isBack = answers.every((answer) => answer !== undefined) && seconds < awayLimitSeconds
    stage.check(`its gateway dies: it answers again within ${awayLimitSeconds} s`, isBack, `${seconds} s`)
  },
}

/** All about ranges outside the mesh. */
export const egressScenarios: readonly Scenario[] = [
  egressRouted,
  egressIpv6,
  egressVirtualRange,
  egressSegmented,
  egressBehindRelay,
  egressAroundEndpoints,
]
