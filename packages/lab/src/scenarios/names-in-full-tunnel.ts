/** Names in a full tunnel: who is asked, and that nobody else hears of it. */

import type { Mesh, MeshMember } from '../mesh/mesh.js'
import { type DnsServer, startDnsServer } from '../net/dns-server.js'
import type { Host } from '../net/host.js'
import { waitUntil } from '../wait-until.js'
import {
  type InternetMesh,
  isSeenAs,
  publicAddresses,
  routeAll,
  startInternetMesh,
  watchUser,
} from './internet-mesh.js'
import { command, nodeOf } from './mesh-commands.js'
import { leaked } from './outside.js'
import { connectPhone } from './phone.js'
import { assignGateways, isHeard, killGateway } from './relayed-mesh.js'
import type { Scenario, Stage } from './scenario.js'

const [ownAnswer, meshAnswer] = ['203.0.113.1', '203.0.113.2']
const gatewayAnswers = ['203.0.113.3', '203.0.113.4'] as const
const answerOfItself = '203.0.113.5'
const resolvConf = 'od -An -c /etc/resolv.conf; stat -c "%a %u %g" /etc/resolv.conf'

export const namesInFullTunnel: Scenario = {
  name: 'names-in-full-tunnel',
  summary:
    "all traffic through a gateway: the network's DNS is asked, or else the gateway's, the host's own is not, until all is as before",
  rows: ['B10', 'D5', 'G8'],
  async play(stage) {
    const internet = await startInternetMesh(stage)
    const { mesh, user, third, gateway } = internet
    const [site] = await stage.lab.publicHosts(['site'])
    const own = stage.lab.inet.uplink(site).address.ipv4
    const theirs = await startDnsServer(site, own, ownAnswer)
    const dns = await mesh.address(third)
    await startDnsServer(third.host, dns, meshAnswer)
    await user.host.sh(`printf '# by hand\\nnameserver ${own}\\noptions timeout:1\\nsearch lan' > /etc/resolv.conf`)
    const before = await user.host.sh(resolvConf)
    await command(mesh, { type: 'UpdateNetwork', networkId: mesh.networkId, settings: { clientDns: [dns] } })
    stage.check('with mesh traffic alone in the tunnel, its own server is asked', (await ask(user.host)) === ownAnswer)

    await phonesAreTold(stage, internet, dns)
    await routeAll(mesh, user, true)
    stage.check('all goes through the gateway', await isSeenAs(user.host, internet, publicAddresses(stage, gateway)))
    stage.check("the network's DNS is asked", await isAnswered(user.host, meshAnswer))
    await asksNobodyElse(stage, internet, theirs)
    await staysSo(stage, user.host, own)
    const nodeId = await nodeOf(mesh, user)
    await command(mesh, { type: 'UpdateNodeTraits', nodeId, tunnel: { dns: 'keep' } })
    stage.check('a node that keeps its own asks it again', await isAnswered(user.host, ownAnswer))
    const out = await leaked(user.host)
    stage.check('through the tunnel', out.length === 0, out.join('; '))
    await command(mesh, { type: 'UpdateNodeTraits', nodeId, tunnel: { dns: 'tunnel' } })
    stage.check("and the network's when it says so", await isAnswered(user.host, meshAnswer))

    await routeAll(mesh, user, false)
    stage.check('switched off, its own server is asked', await isAnswered(user.host, ownAnswer))
    await isWhatItWas(stage, user.host, before)
    await asksItself(stage, internet)
    await byGateways(stage, internet, theirs)
    await user.agent.kill()
    await user.agent.down()
    await isWhatItWas(stage, user.host, before)
  },
}

/** B10: a client's file names the network's DNS, unless it has its own. */
async function phonesAreTold(stage: Stage, { mesh, gateway }: InternetMesh, dns: string): Promise<void> {
  const own = '192.0.2.53'
  const plain = await connectPhone(stage, mesh, gateway, { hostName: 'plain-phone' })
  stage.check("a phone's file names the network's DNS", plain.text.includes(`\nDNS = ${dns}\n`))
  const willed = await connectPhone(stage, mesh, gateway, { hostName: 'willed-phone', dns: [own] })
  stage.check('and one that has its own names that', willed.text.includes(`\nDNS = ${own}\n`))
}

/** A gateway with a resolver of its own names nobody, and says so. The way out is that resolver's address in the mesh. */
async function asksItself(stage: Stage, { mesh, user, gateway }: InternetMesh): Promise<void> {
  const setDns = (clientDns: readonly string[]) =>
    command(mesh, { type: 'UpdateNetwork', networkId: mesh.networkId, settings: { clientDns } })
  const isSaying = async (isSaid: boolean) =>
    waitUntil(`${gateway.name} says it: ${isSaid}`, async () => {
      const { config } = (await gateway.agent.status()) as { readonly config: { readonly lacking: readonly string[] } }
      return config.lacking.some((text) => text.includes('is told nobody to ask for names')) === isSaid || undefined
    }).catch(() => false)
  await gateway.host.sh("echo 'nameserver 127.0.0.1' > /etc/resolv.conf")
  await setDns([])
  stage.check('a gateway that asks itself says that others are told nobody', await isSaying(true))
  const dns = await mesh.address(gateway)
  await startDnsServer(gateway.host, dns, answerOfItself)
  await setDns([dns])
  stage.check("with its address in the mesh as the network's DNS no more", await isSaying(false))
  await routeAll(mesh, user, true)
  stage.check('and it is asked there', await isAnswered(user.host, answerOfItself))
  await routeAll(mesh, user, false)
}

/** Without a server of the network, those are asked whom the gateways ask, each on its own LAN. */
async function byGateways(stage: Stage, internet: InternetMesh, theirs: DnsServer): Promise<void> {
  const { mesh, user, gateway, third } = internet
  await command(mesh, { type: 'UpdateNetwork', networkId: mesh.networkId, settings: { clientDns: [] } })
  await command(mesh, { type: 'CreateGateway', nodeId: await nodeOf(mesh, third), internet: {} })
  await assignGateways(mesh, user, [gateway, third])
  const pi = await openResolver(stage, mesh, gateway, '192.168.77', gatewayAnswers[0])
  await openResolver(stage, mesh, third, '192.168.78', gatewayAnswers[1])
  const phone = await connectPhone(stage, mesh, gateway, { fullTunnel: true })
  stage.check("a phone's file names the gateway's", phone.text.includes(`\nDNS = ${pi}\n`))
  await phone.host.sh(`printf 'nameserver ${pi}\\noptions timeout:1\\n' > /etc/resolv.conf`)
  stage.check('and it is reached by it', await isAnswered(phone.host, gatewayAnswers[0]))

  await routeAll(mesh, user, true)
  const isAsked = await isAnswered(user.host, gatewayAnswers[0])
  stage.check("without the network's, the gateway's own is asked, on its LAN", isAsked)
  const asked = theirs.asked().length
  await isHeard(mesh, third, [user])
  await watchUser(internet)
  const diedAt = performance.now()
  await killGateway(gateway)
  stage.check("that dies, and the next gateway's is", await isAnswered(user.host, gatewayAnswers[1]))
  stage.metric('other-gateways-dns-ms', Math.round(performance.now() - diedAt))
  stage.check('its own hears of none of it', theirs.asked().length === asked, theirs.asked().slice(asked).join())
  const out = await leaked(user.host)
  stage.check('and nothing leaves outside the tunnel meanwhile', out.length === 0, out.join('; '))
}

interface SeenHost {
  readonly name: string
  readonly resolvers: readonly string[]
}

/** A name server on the member's own LAN, by which the member itself resolves names; its address. */
async function openResolver(
  stage: Stage,
  mesh: Mesh,
  { name, host, agent }: MeshMember,
  network: string,
  answer: string,
): Promise<string> {
  const lan = await stage.lab.lan(`${name}-lan`, { network })
  const [pi] = await stage.lab.hosts([`${name}-pi`])
  const [, place] = await lan.attach([host, pi], 'eth1')
  if (place === undefined) throw new Error(`${name} has no resolver.`)
  await startDnsServer(pi, place.ipv4, answer)
  await host.sh(`echo 'nameserver ${place.ipv4}' > /etc/resolv.conf`)
  // It looks by itself every ten seconds; asked for its status, at once.
  await agent.status()
  await waitUntil(`the server knows whom ${name} asks`, async () => {
    const { hosts } = await mesh.server.api.get<{ hosts: readonly SeenHost[] }>('/api/v1/hosts')
    return hosts.some((each) => each.name === name && each.resolvers.join() === place.ipv4) || undefined
  })
  return place.ipv4
}

/** Names are asked for once each. */
let count = 0
async function ask(host: Host): Promise<string> {
  count += 1
  const { stdout } = await host.trySh(`getent ahostsv4 n${count}.example`)
  return stdout.split(/\s/)[0] ?? ''
}

const isAnswered = (host: Host, answer: string): Promise<boolean> =>
  waitUntil(`${host.name} is answered ${answer}`, async () => (await ask(host)) === answer || undefined, {
    limitMs: 30_000,
  }).catch(() => false)

async function asksNobodyElse(stage: Stage, internet: InternetMesh, theirs: DnsServer): Promise<void> {
  const { user } = internet
  await watchUser(internet)
  const asked = theirs.asked().length
  const answers: string[] = []
  for (let times = 0; times < 20; times++) answers.push(await ask(user.host))
  stage.check(
    'every time',
    answers.every((answer) => answer === meshAnswer),
    answers.join(),
  )
  stage.check('its own hears of nothing', theirs.asked().length === asked, theirs.asked().slice(asked).join())
  const out = await leaked(user.host)
  stage.check('and nothing leaves outside the tunnel', out.length === 0, out.join('; '))
  const { names } = (await user.agent.status()) as { readonly names: { readonly resolver: string } }
  stage.check('its status says how', names.resolver === '/etc/resolv.conf', JSON.stringify(names))
}

/** As a DHCP client does that gets another lease. */
async function staysSo(stage: Stage, host: Host, own: string): Promise<void> {
  await host.sh(`printf 'nameserver ${own}\\n' > /etc/resolv.conf`)
  const startedAt = performance.now()
  stage.check('somebody writes the file anew, and it is put right', await isAnswered(host, meshAnswer))
  stage.metric('put-right-ms', Math.round(performance.now() - startedAt))
  await host.sh(`printf '# by hand\\nnameserver ${own}\\noptions timeout:1\\nsearch lan' > /etc/resolv.conf`)
  stage.check('and once more', await isAnswered(host, meshAnswer))
}

/** Once the agent is done with it. */
async function isWhatItWas(stage: Stage, host: Host, before: string): Promise<void> {
  const after = await waitUntil(
    'resolv.conf is what it was',
    async () => (await host.sh(resolvConf)) === before || undefined,
  )
    .then(() => '')
    .catch(() => host.sh(resolvConf))
  stage.check('resolv.conf is what it was, to the byte', after === '', after)
}
