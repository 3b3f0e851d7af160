/** Internet gateways on real packets (D4, D5, D7): what a web server outside sees, and what leaves the host's own uplink. */
import { setTimeout as pause } from 'node:timers/promises'
import type { MeshMember } from '../mesh/mesh.js'
import { answerOn, follow, knock } from '../net/knock.js'
import { ping } from '../net/ping.js'
import { waitUntil } from '../wait-until.js'
import {
  type InternetMesh,
  isSeenAs,
  publicAddresses,
  routeAll,
  seenFrom,
  startInternetMesh,
  watchUser,
} from './internet-mesh.js'
import { command, hasPeers, nodeOf, removeGateway } from './mesh-commands.js'
import { leaked } from './outside.js'
import { assignGateways, goesThrough, isHeard } from './relayed-mesh.js'
import type { Scenario, Stage } from './scenario.js'

const nothing = '-,-'

export const internetGatewaySplit: Scenario = {
  name: 'internet-gateway-split',
  summary: 'a node is connected to an internet gateway: the mesh goes through that, the internet does not',
  rows: ['D4'],
  async play(stage) {
    const internet = await startInternetMesh(stage)
    const { mesh, user, third } = internet
    await hasPeers(mesh, user, 1)
    await hasPeers(mesh, third, 1)
    const before = await stage.lab.inet.packets(user.host, third.host)
    const { reachable } = await mesh.pingMatrix()
    stage.check('everybody reaches everybody', reachable === 6, `${reachable} of 6`)
    stage.check('through the gateway', (await stage.lab.inet.packets(user.host, third.host)) === before)
    const seen = await seenFrom(user.host, internet)
    stage.check('the internet sees it itself', seen.join() === publicAddresses(stage, user).join(), seen.join())
  },
}

export const internetGatewayFull: Scenario = {
  name: 'internet-gateway-full',
  summary:
    'all traffic of a node through an internet gateway: nothing leaks, who came from outside stays, and back again',
  rows: ['D1', 'D4', 'D5'],
  async play(stage) {
    const internet = await startInternetMesh(stage)
    const { mesh, gateway, user, third } = internet
    const [admin] = await stage.lab.publicHosts(['admin'])
    await answerOn(user.host, { ports: [2222], streams: [7000] })
    const sessions = await Promise.all(publicAddresses(stage, user).map((address) => follow(admin, address, 7000)))
    const routingBefore = await routingOf(internet)
    await watchUser(internet)
    await seenFrom(user.host, internet)
    stage.check('the watch at its uplink sees what leaves', (await leaked(user.host)).length >= 2)

    const startedAt = performance.now()
    await routeAll(mesh, user, true)
    const isThrough = await isSeenAs(user.host, internet, publicAddresses(stage, gateway))
    stage.metric('route-all-to-first-page-ms', Math.round(performance.now() - startedAt))
    stage.check('the internet sees the gateway, over IPv4 and IPv6', isThrough)
    await watchUser(internet)
    await browse(internet)
    const out = await leaked(user.host)
    stage.check('nothing else leaves its uplink', out.length === 0, out.join('; '))
    const heard = sessions.map(({ tcp }) => tcp)
    await pause(1_000)
    const more = sessions.map(({ tcp }, at) => tcp - (heard[at] ?? 0))
    const goOn = more.every((pieces) => pieces > 0)
    stage.check('TCP sessions from outside go on, over IPv4 and IPv6', goOn, `${more.join()} pieces in a second`)
    const again = await knock(
      admin,
      publicAddresses(stage, user).map((to) => ({ from: null, to, protocol: 'tcp', port: 2222 })),
    )
    stage.check('and new ones are answered', again.every(Boolean))
    const pinged = await Promise.all(publicAddresses(stage, user).map((address) => ping(admin, address)))
    stage.check(
      'so is a ping, over IPv4 and IPv6',
      pinged.every((answer) => answer !== undefined),
    )
    stage.check('it reaches a node of the mesh', (await ping(user.host, await mesh.address(third))) !== undefined)
    await tablesComeBack(stage, internet)
    await rulesComeBack(stage, internet)
    await serverIsThere(stage, internet)

    await routeAll(mesh, user, false)
    stage.check('switched off, it is seen itself', await isSeenAs(user.host, internet, publicAddresses(stage, user)))
    const isAsBefore = async () => (await routingOf(internet)) === routingBefore || undefined
    const asBefore = await waitUntil('its routing is what it was', isAsBefore).catch(() => routingOf(internet))
    stage.check('and its routing is what it was', asBefore === true, asBefore === true ? '' : asBefore)
    for (const session of sessions) await session.stop()
  },
}

/** Everything that a person might do: pages, pings, names, UDP. */
async function browse(internet: InternetMesh): Promise<void> {
  const { user, web } = internet
  await seenFrom(user.host, internet)
  for (const address of web.addresses) await ping(user.host, address, 1)
  const tries = web.addresses.flatMap((to) =>
    (['tcp', 'udp'] as const).map((protocol) => ({ from: null, to, protocol, port: 53 })),
  )
  await knock(user.host, tries)
}

/** Somebody empties the tables by which its traffic goes into the tunnel. */
async function tablesComeBack({ check }: Stage, { user }: InternetMesh): Promise<void> {
  const tables = "$(ip $family rule | grep -w 'proto 213' | grep -ow 'lookup [0-9]*' | cut -d' ' -f2 | sort -u)"
  const inEach = (deed: string) =>
    user.host.sh(`for family in -4 -6; do for table in ${tables}; do ip $family route ${deed} table $table; done; done`)
  const whole = await inEach('show')
  const are = whole.split('\n').filter((line) => line.includes('default')).length
  await inEach('flush')
  const left = await inEach('show')
  check('somebody empties its tables, over IPv4 and IPv6', are >= 2 && left === '', `${are} default routes; ${left}`)
  const isBack = async () => (await inEach('show')) === whole
  const back = await waitUntil('its tables are whole', isBack, { limitMs: 30_000 }).catch(() => false)
  check('what somebody emptied is filled again', back, back ? '' : await inEach('show'))
}

/** Somebody deletes all rules that send its traffic into the tunnel. */
async function rulesComeBack(stage: Stage, internet: InternetMesh): Promise<void> {
  const { user, gateway } = internet
  const rulesOf = async () => (await user.host.sh('ip -4 rule; ip -6 rule')).split('\n').sort().join('\n')
  const whole = await rulesOf()
  const removal = `while read -r at rest; do ip $family rule del priority "\${at%:}" && echo "$family"; done`
  const deleted = await user.host.sh(`for family in -4 -6; do ip $family rule | grep -w 'proto 213' | ${removal}; done`)
  stage.check(
    'somebody deletes its rules, over IPv4 and IPv6',
    ['-4', '-6'].every((family) => deleted.includes(family)),
    deleted.trim().replaceAll('\n', ' '),
  )
  const isBack = async () => (await rulesOf()) === whole || undefined
  const back = await waitUntil('its rules are back', isBack, { limitMs: 30_000 }).catch(rulesOf)
  stage.check('rules that somebody deleted come back', back === true, back === true ? '' : back)
  stage.check('and so does the way', await isSeenAs(user.host, internet, publicAddresses(stage, gateway)))
}

const routingOf = ({ user }: InternetMesh): Promise<string> =>
  user.host.sh(
    'ip rule; ip -6 rule; ip route; sysctl -n net.ipv4.conf.all.src_valid_mark net.ipv4.tcp_fwmark_accept; nft list tables | grep -c bypass || true',
  )

/** Its connection lives, and after the agent was killed and started in the tunnel, as after a reboot, there is a new one; nothing leaks meanwhile. */
async function serverIsThere(stage: Stage, internet: InternetMesh): Promise<void> {
  const { user } = internet
  const isConnected = async () => {
    const { server } = (await user.agent.status()) as { readonly server: { readonly connected: boolean } }
    return server.connected || undefined
  }
  stage.check('its server is reached', (await isConnected()) === true)
  await watchUser(internet)
  await user.agent.kill()
  await user.host.sh(`ip link del ${user.agent.interfaceName}`)
  await browse(internet)
  user.agent.start()
  const isBack = waitUntil('it is connected again', () => isConnected().catch(() => undefined)).catch(() => false)
  const [back] = await Promise.all([isBack, browse(internet)])
  stage.check('also by an agent that begins with the tunnel closed', back === true)
  const out = await leaked(user.host)
  stage.check('and nothing else left its uplink while that was killed and began', out.length === 0, out.join('; '))
}

export const internetGatewayFailClosed: Scenario = {
  name: 'internet-gateway-fail-closed',
  summary:
    'the internet gateway is gone: nothing leaves the node outside the tunnel, and it can still be reached itself; who is let go goes out by itself',
  rows: ['D5', 'D7'],
  async play(stage) {
    const internet = await startInternetMesh(stage)
    const { gateway, user } = internet
    const [admin] = await stage.lab.publicHosts(['admin'])
    await answerOn(user.host, { ports: [2222] })
    await routeAll(internet.mesh, user, true)
    stage.check('all goes through it', await isSeenAs(user.host, internet, publicAddresses(stage, gateway)))
    await watchUser(internet)
    await stage.lab.inet.isolate(gateway.host)
    const startedAt = performance.now()
    while (performance.now() - startedAt < 8_000) await seenFrom(user.host, internet)
    const seen = await seenFrom(user.host, internet)
    stage.check('without it the internet is not reached', seen.join() === nothing, seen.join())
    await user.host.sh(`ip link del ${user.agent.interfaceName}; true`)
    await browse(internet)
    const out = await leaked(user.host)
    stage.check('nothing leaves outside, also while the interface is gone', out.length === 0, out.join('; '))
    const to = publicAddresses(stage, user)[0]
    const [answered] = await knock(admin, [{ from: null, to, protocol: 'tcp', port: 2222 }])
    stage.check('from outside it is still reached', answered === true)
    await stage.lab.inet.restore(gateway.host)
    stage.check('it is there again', await isSeenAs(user.host, internet, publicAddresses(stage, gateway)))
    await isLetGo(stage, internet)
  },
}

/** D7: another node is connected and the first is not any more, then it leads nowhere any more, then it is no gateway. */
async function isLetGo(stage: Stage, internet: InternetMesh): Promise<void> {
  const { mesh, gateway, user, third } = internet
  const isSeen = ({ host }: MeshMember, as: MeshMember) => isSeenAs(host, internet, publicAddresses(stage, as))
  const nodeId = await nodeOf(mesh, gateway)
  const [connectNodeIds, disconnectNodeIds] = [[await nodeOf(mesh, third)], [await nodeOf(mesh, user)]]
  await command(mesh, { type: 'UpdateInternetGateway', nodeId, connectNodeIds, disconnectNodeIds })
  await routeAll(mesh, third, true)
  stage.check('another is connected, and seen as the gateway', await isSeen(third, gateway))
  stage.check('who is not any more goes out by itself', await isSeen(user, user))
  await command(mesh, { type: 'DisableInternetGateway', nodeId })
  stage.check('it leads nowhere any more, and that is lifted', await isSeen(third, third))
  stage.check('it still relays', await goesThrough(mesh, third, gateway))
  await removeGateway(mesh, gateway, { withoutTarget: 'let-go' })
  await hasPeers(mesh, third, 2)
  stage.check('it is no gateway any more: all go out by themselves', await isSeen(third, third))
  const { reachable } = await mesh.pingMatrix()
  stage.check('and reach each other', reachable === 6, `${reachable} of 6`)
}

export const internetGatewayFailOpen: Scenario = {
  name: 'internet-gateway-fail-open',
  summary:
    'the internet gateway is gone, and the node goes out by itself, because it said so; back through it when it returns; the same with two at once',
  rows: ['D5', 'D8', 'F2'],
  slowSeconds: 40,
  async play(stage) {
    const internet = await startInternetMesh(stage)
    const { mesh, gateway, user } = internet
    const nodeId = await nodeOf(mesh, user)
    await command(mesh, { type: 'UpdateNodeTraits', nodeId, tunnel: { whenGatewayGone: 'allow' } })
    await routeAll(mesh, user, true)
    stage.check('all goes through it', await isSeenAs(user.host, internet, publicAddresses(stage, gateway)))
    await stage.lab.inet.isolate(gateway.host)
    const startedAt = performance.now()
    const isOut = await isSeenAs(user.host, internet, publicAddresses(stage, user))
    stage.metric('gateway-gone-to-own-internet-ms', Math.round(performance.now() - startedAt))
    stage.check('without it, it goes out by itself', isOut)
    await stage.lab.inet.restore(gateway.host)
    stage.check('and through it again', await isSeenAs(user.host, internet, publicAddresses(stage, gateway)))
    await bothGo(stage, internet)
  },
}

/** Of two gateways nobody is left to ask: that the node is online itself only its server tells it. */
async function bothGo(stage: Stage, internet: InternetMesh): Promise<void> {
  const { mesh, gateway, user, third } = internet
  await command(mesh, { type: 'CreateGateway', nodeId: await nodeOf(mesh, third), internet: {} })
  await assignGateways(mesh, user, [gateway, third])
  await isHeard(mesh, third, [user])
  await pause(3000)
  const gateways = [gateway, third]
  await Promise.all(gateways.map(({ host }) => stage.lab.inet.isolate(host)))
  const startedAt = performance.now()
  const isOut = await isSeenAs(user.host, internet, publicAddresses(stage, user))
  stage.metric('both-gateways-gone-to-own-internet-ms', Math.round(performance.now() - startedAt))
  stage.check('without both of two at once it goes out by itself too, while its server is there', isOut)
  for (const { host } of gateways) await stage.lab.inet.restore(host)
  const ofGateways = gateways.map((each) => publicAddresses(stage, each).join())
  const isBack = async () => ofGateways.includes((await seenFrom(user.host, internet)).join()) || undefined
  const back = await waitUntil('it goes through one of them', isBack, { limitMs: 20_000 }).catch(() => false)
  stage.check('and through one of them again', back === true)
}
