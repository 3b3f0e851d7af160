/** A range in which all hosts and the server are: what goes there takes the tunnel, and what carries the tunnel does not. */
import type { Mesh, MeshMember } from '../mesh/mesh.js'
import type { Host } from '../net/host.js'
import { answerOn, knock } from '../net/knock.js'
import { ping } from '../net/ping.js'
import { waitUntil } from '../wait-until.js'
import { type InternetMesh, isSeenAs, publicAddresses } from './internet-mesh.js'
import { command, nodeOf } from './mesh-commands.js'
import { openWeb } from './outside.js'
import type { Scenario, Stage } from './scenario.js'
import { hostsOf } from './server-view.js'
import { startCast } from './start-mesh.js'

const ranges = ['198.51.100.0/24', '2001:db8:51::/64']
const families = ['ipv4', 'ipv6'] as const
/** What a host sends in a second of quiet at most: heartbeats and probes, far from packets that go round. */
const quietBytes = 100_000

export const egressAroundEndpoints: Scenario = {
  name: 'egress-around-endpoints',
  summary:
    'a range in which all hosts and the server are: it is reached through its router, and no tunnel leads into itself',
  rows: ['E5', 'E10'],
  async play(stage) {
    const { mesh, router, user, third } = await startCast(stage, ['router', 'user', 'third'])
    const web = await openWeb(stage.lab)
    await answerOn(user.host, { ports: [22] })
    const before = await routingOf(user.host)
    const { events } = await command(mesh, {
      type: 'AddEgress',
      networkId: mesh.networkId,
      name: 'provider',
      ranges,
      routers: [{ nodeId: await nodeOf(mesh, router) }],
    })
    const seen = publicAddresses(stage, router)
    for (const { name, host } of [user, third])
      stage.check(`${name} is seen as the router, over IPv4 and IPv6`, await isSeenAs(host, { web }, seen))
    await newcomerIsReached(stage, mesh)
    await isDirect(stage, mesh, user, third)
    await isAnsweredOutside(stage, user, web.host)
    await hasOwnRange(stage, mesh, { third, web })
    await isQuiet(stage, user)
    await nearerRoutesStay(stage, user.host)
    const offline = (await hostsOf(mesh.server)).filter(({ presence }) => !presence.online).map(({ name }) => name)
    stage.check('everybody has the server', offline.length === 0, offline.join(' '))
    await command(mesh, { type: 'RemoveEgress', egressId: events[0]?.egressId })
    stage.check('removed, it is seen itself', await isSeenAs(user.host, { web }, publicAddresses(stage, user)))
    const isAsBefore = async () => (await routingOf(user.host)) === before || undefined
    const back = await waitUntil('routes and rules are as before', isAsBefore, { limitMs: 10_000 }).catch(() => false)
    stage.check('routes, rules and marks are as before', back === true, await routingOf(user.host))
  },
}

/** A narrower range that another host routes: it reaches that by its own links, though a wider one is all around, and others through it. */
async function hasOwnRange(
  stage: Stage,
  mesh: Mesh,
  { third, web }: { readonly third: MeshMember } & Pick<InternetMesh, 'web'>,
): Promise<void> {
  const { ipv4, ipv6 } = stage.lab.inet.uplink(web.host).address
  const { events } = await command(mesh, {
    type: 'AddEgress',
    networkId: mesh.networkId,
    name: 'web',
    ranges: [`${ipv4}/32`, `${ipv6}/128`],
    routers: [{ nodeId: await nodeOf(mesh, third) }],
  })
  const seen = publicAddresses(stage, third)
  for (const { name, host } of [mesh.member(1), third])
    stage.check(`${name} is seen as ${third.name}, which routes the nearer range`, await isSeenAs(host, { web }, seen))
  await command(mesh, { type: 'RemoveEgress', egressId: events[0]?.egressId })
  const before = publicAddresses(stage, mesh.member(0))
  stage.check(`${third.name} is seen as the router again`, await isSeenAs(third.host, { web }, before))
}

/** One who joins now, reaches the server and everybody from within the range. */
async function newcomerIsReached(stage: Stage, mesh: Mesh): Promise<void> {
  await mesh.admit(await stage.lab.publicHosts(['newcomer']))
  await mesh.waitForTunnels()
  const pairs = mesh.members.length * (mesh.members.length - 1)
  for (const family of families) {
    const all = async () => (await mesh.pingMatrix(family)).reachable === pairs || undefined
    const isWhole = await waitUntil('everybody reaches everybody', all, { limitMs: 20_000 }).catch(() => false)
    stage.check(`everybody reaches everybody over ${family}, the newcomer too`, isWhole === true)
  }
}

async function isDirect({ lab, check }: Stage, mesh: Mesh, one: MeshMember, other: MeshMember): Promise<void> {
  const between = async () =>
    (await lab.inet.packets(one.host, other.host)) + (await lab.inet.packets(one.host, other.host, 'ipv6'))
  const before = await between()
  for (const family of families) await ping(one.host, await mesh.address(other, family))
  const sent = (await between()) - before
  check('two of them by the direct way', sent >= 2, `${sent} packets`)
}

/** Who comes from the range past the mesh is answered there. */
async function isAnsweredOutside(stage: Stage, user: MeshMember, from: Host): Promise<void> {
  const [ipv4, ipv6] = publicAddresses(stage, user)
  const at = (to: string) => ({ from: null, to, protocol: 'tcp' as const, port: 22 })
  const answers = await knock(from, [at(ipv4), at(ipv6)])
  stage.check('who knocks past the mesh is answered', answers.every(Boolean), answers.join())
}

/** As among the host's own routes: the longest one counts, whoever made it. */
async function nearerRoutesStay({ check }: Stage, host: Host): Promise<void> {
  const [nearer, inside, beside] = ['198.51.100.240/28', '198.51.100.250', '198.51.100.230']
  const leadsTo = async (to: string) => /dev (\S+)/.exec(await host.sh(`ip route get ${to}`))?.[1]
  const asDefault = `${nearer} $(ip route show default | sed 's/^default//;q')`
  await host.sh(`ip route add ${asDefault}`)
  const ways = [await leadsTo(inside), await leadsTo(beside)].join()
  check('where it has a nearer route of its own, that counts', ways === 'eth0,wg0', ways)
  await host.sh(`ip route del ${asDefault}`)
}

async function isQuiet({ check, metric }: Stage, { host, name }: MeshMember): Promise<void> {
  const sentBytes = async () =>
    Number(await host.sh(`ip -s -j link show eth0 | sed 's/.*"tx":{"bytes":\\([0-9]*\\).*/\\1/'`))
  const before = await sentBytes()
  await host.sh('sleep 2')
  const perSecond = Math.round(((await sentBytes()) - before) / 2)
  metric('sent-bytes-per-second', perSecond)
  check(`${name} sends no packet round and round`, perSecond < quietBytes, `${perSecond} bytes a second`)
}

/** All that the mesh has to do with where a host's packets go. */
const routingOf = (host: Host): Promise<string> =>
  host.sh(
    'ip -4 rule; ip -6 rule; ip -4 route show table all proto 213; ip -6 route show table all proto 213; nft list tables; wg show wg0 fwmark',
  )
