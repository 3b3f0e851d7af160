/** Names in a full tunnel: who is asked, and that nobody else hears of it. */

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
import type { Scenario, Stage } from './scenario.js'

const [ownAnswer, meshAnswer] = ['203.0.113.1', '203.0.113.2']
const resolvConf = 'od -An -c /etc/resolv.conf; stat -c "%a %u %g" /etc/resolv.conf'

export const namesInFullTunnel: Scenario = {
  name: 'names-in-full-tunnel',
  summary: "all traffic through a gateway: the network's DNS is asked, the host's own is not, until all is as before",
  rows: ['D5', 'G8'],
  async play(stage) {
    const internet = await startInternetMesh(stage)
    const { mesh, user, third, gateway } = internet
    const [site] = await stage.lab.publicHosts(['site'])
    const own = stage.lab.inet.uplink(site).address.ipv4
    const theirs = await startDnsServer(site, own, ownAnswer)
    const dns = await mesh.address(third)
    await startDnsServer(third.host, dns, meshAnswer)
    await user.host.sh(`printf '# by hand\\nnameserver ${own}\\nsearch lan' > /etc/resolv.conf`)
    const before = await user.host.sh(resolvConf)
    await command(mesh, { type: 'UpdateNetwork', networkId: mesh.networkId, settings: { clientDns: [dns] } })
    stage.check('with mesh traffic alone in the tunnel, its own server is asked', (await ask(user.host)) === ownAnswer)

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
    await routeAll(mesh, user, true)
    await isAnswered(user.host, meshAnswer)
    await user.agent.kill()
    await user.agent.down()
    await isWhatItWas(stage, user.host, before)
  },
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
  await host.sh(`printf '# by hand\\nnameserver ${own}\\nsearch lan' > /etc/resolv.conf`)
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
