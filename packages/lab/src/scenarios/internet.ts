/** Internet gateways on real packets (D4, D5, D7): what a web server outside sees, and what leaves the host's own uplink. */
import { setTimeout as pause } from 'node:timers/promises'
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
import { command, hasPeers, nodeOf } from './mesh-commands.js'
import { leaked } from './outside.js'
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
    const session = await follow(admin, publicAddresses(stage, user)[0], 7000)
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
    const heard = session.tcp
    await pause(1_000)
    stage.check('a TCP session from outside goes on', session.tcp > heard, `${session.tcp - heard} pieces in a second`)
    const [again] = await knock(admin, [
      { from: null, to: publicAddresses(stage, user)[0], protocol: 'tcp', port: 2222 },
    ])
    stage.check('and a new one is answered', again === true)
    const pinged = await Promise.all(publicAddresses(stage, user).map((address) => ping(admin, address)))
    stage.check(
      'so is a ping, over IPv4 and IPv6',
      pinged.every((answer) => answer !== undefined),
    )
    stage.check('it reaches a node of the mesh', (await ping(user.host, await mesh.address(third))) !== undefined)
    await rulesComeBack(stage, internet)
    await serverIsThere(stage, internet)

    await routeAll(mesh, user, false)
    stage.check('switched off, it is seen itself', await isSeenAs(user.host, internet, publicAddresses(stage, user)))
    const isAsBefore = async () => (await routingOf(internet)) === routingBefore || undefined
    const asBefore = await waitUntil('its routing is what it was', isAsBefore).catch(() => routingOf(internet))
    stage.check('and its routing is what it was', asBefore === true, asBefore === true ? '' : asBefore)
    await session.stop()
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

/** Its connection lives, and after the agent was ended and started in the tunnel, as after a reboot, there is a new one. */
async function serverIsThere(stage: Stage, { user }: InternetMesh): Promise<void> {
  const isConnected = async () => {
    const { server } = (await user.agent.status()) as { readonly server: { readonly connected: boolean } }
    return server.connected || undefined
  }
  stage.check('its server is reached', (await isConnected()) === true)
  await user.agent.stop()
  await user.host.sh(`ip link del ${user.agent.interfaceName}`)
  user.agent.start()
  const back = await waitUntil('it is connected again', () => isConnected().catch(() => undefined)).catch(() => false)
  stage.check('also by an agent that begins with the tunnel closed', back === true)
}

export const internetGatewayFailClosed: Scenario = {
  name: 'internet-gateway-fail-closed',
  summary:
    'the internet gateway is gone: nothing leaves the node outside the tunnel, and it can still be reached itself',
  rows: ['D5', 'D7'],
  async play(stage) {
    const internet = await startInternetMesh(stage)
    const { mesh, gateway, user } = internet
    const [admin] = await stage.lab.publicHosts(['admin'])
    await answerOn(user.host, { ports: [2222] })
    await routeAll(mesh, user, true)
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
    await command(mesh, { type: 'DisableInternetGateway', nodeId: await nodeOf(mesh, gateway) })
    stage.check('removed, it is lifted', await isSeenAs(user.host, internet, publicAddresses(stage, user)))
  },
}

export const internetGatewayFailOpen: Scenario = {
  name: 'internet-gateway-fail-open',
  summary:
    'the internet gateway is gone, and the node goes out by itself, because it said so; back through it when it returns',
  rows: ['D5'],
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
  },
}
