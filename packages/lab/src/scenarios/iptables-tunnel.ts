/** Internet gateways, full tunnels and virtual ranges where hosts filter and mark with iptables; and what is said where there is nothing to do it with. */
import { Mesh, type MeshMember } from '../mesh/mesh.js'
import type { Host } from '../net/host.js'
import { answerOn, knock } from '../net/knock.js'
import { waitUntil } from '../wait-until.js'
import { isSeenAs, publicAddresses, routeAll, seenFrom, watchUser } from './internet-mesh.js'
import { legacyRules, ruleSets, withoutNft } from './iptables-backend.js'
import { command, mayBeGateways, nodeOf } from './mesh-commands.js'
import { addEgress, answerFrom, awaitAnswer, openOffice } from './office.js'
import { leaked, openWeb } from './outside.js'
import type { Scenario, Stage } from './scenario.js'

/** Who comes from outside is let in. */
const openPort = `
for tables in iptables ip6tables; do $tables-legacy -A INPUT -p tcp --dport 2222 -j ACCEPT; done`

/** There are such programs, and they do nothing. */
const withoutIpset = `${withoutNft}
mount --bind /bin/false "$(readlink -f "$(command -v ipset)")"`

interface World {
  readonly mesh: Mesh
  /** Filters with the old tables, as does the first user. */
  readonly gateway: MeshMember
  readonly user: MeshMember
  /** Has no nft. */
  readonly bare: MeshMember
  readonly web: Awaited<ReturnType<typeof openWeb>>
}

export const iptablesTunnel: Scenario = {
  name: 'iptables-tunnel',
  rows: ['D1', 'D5', 'E3', 'E8'],
  slowSeconds: 43,
  summary:
    'an internet gateway, full tunnels and a virtual range with iptables alone; without ipset a host says what it lacks; and nothing is left',
  async play(stage) {
    const { lab, check, tell } = stage
    const mesh = await Mesh.open(lab, { hostNames: [], progress: tell })
    const hosts = await lab.publicHosts(['gateway', 'user', 'bare', 'no-ipset'])
    const [first, second, third, fourth] = hosts
    await first?.sh(legacyRules)
    await second?.sh(legacyRules + openPort)
    await third?.sh(withoutNft)
    await fourth?.sh(withoutIpset)
    const before = await Promise.all(hosts.map(stateOf))
    await mesh.admit(hosts)
    await mesh.waitForTunnels()
    const [gateway, user, bare] = [mesh.member(0), mesh.member(1), mesh.member(2)]
    await saysWhatIsLacking(stage, mesh.member(3))
    const world: World = { mesh, gateway, user, bare, web: await openWeb(lab) }
    await mayBeGateways(mesh)
    const nodeId = await nodeOf(mesh, gateway)
    await command(mesh, { type: 'CreateGateway', nodeId })
    const connectNodeIds = await Promise.all([user, bare].map((member) => nodeOf(mesh, member)))
    await command(mesh, { type: 'EnableInternetGateway', nodeId, connectNodeIds })
    await virtualRange(stage, world)
    await fullTunnel(stage, world)
    await gatewayIsGone(stage, world)
    await switchedOff(stage, world)
    for (const { agent } of mesh.members) {
      await agent.stop()
      await agent.down()
    }
    for (const [index, host] of hosts.entries()) {
      const now = await stateOf(host)
      check(`${host.name}: nothing of ours is left`, now === before[index], now === before[index] ? '' : now)
    }
  },
}

const stateOf = async (host: Host): Promise<string> =>
  `${await ruleSets(host)}${await host.sh('ip rule; ip -6 rule; for f in 4 6; do ip -$f route show table all proto 213; done; sysctl net.ipv4.conf.all.src_valid_mark net.ipv4.tcp_fwmark_accept')}`

/** It takes part, and neither its administrator nor the mesh's is left to guess what it can't do. */
async function saysWhatIsLacking({ check }: Stage, { name, agent }: MeshMember): Promise<void> {
  const { config } = (await agent.status()) as { readonly config: { readonly lacking: readonly string[] } }
  const isSaid = config.lacking.some((text) => text.includes('Policies are not enforced') && text.includes('ipset'))
  check(`${name}: what it lacks is said, with the way out`, isSaid, config.lacking.join(' | '))
}

/** The gateway routes an office under other addresses, of both families. */
async function virtualRange(stage: Stage, { mesh, gateway, user, bare }: World): Promise<void> {
  const office = await openOffice(stage, gateway, 77, 'office')
  await addEgress(mesh, gateway, office, { virtualRanges: ['100.64.7.0/24', 'fd64:0:0:7::/64'] })
  const end = (address: string, sign: string) => address.split(sign).at(-1) ?? ''
  const seen = [`100.64.7.${end(office.addresses.ipv4, '.')}`, `fd64:0:0:7::${end(office.addresses.ipv6, ':')}`]
  for (const { name, host } of [user, bare])
    for (const address of seen) {
      const answer = await awaitAnswer(host, address)
      stage.check(`${name} reaches the office at ${address}`, answer?.startsWith('office ') === true, answer)
    }
  const real = await Promise.all(Object.values(office.addresses).map((address) => answerFrom(user.host, address)))
  stage.check('by its own addresses nobody does', real.join() === ',', real.join())
}

async function fullTunnel(stage: Stage, { mesh, gateway, user, bare, web }: World): Promise<void> {
  const [admin] = await stage.lab.publicHosts(['admin'])
  await answerOn(user.host, { ports: [2222] })
  await watchUser({ mesh, user })
  await seenFrom(user.host, { web })
  stage.check('the watch at its uplink sees what leaves', (await leaked(user.host)).length >= 2)
  for (const member of [user, bare]) await routeAll(mesh, member, true)
  const addresses = publicAddresses(stage, gateway)
  for (const { name, host } of [user, bare])
    stage.check(`${name} is seen as the gateway, over IPv4 and IPv6`, await isSeenAs(host, { web }, addresses))
  await watchUser({ mesh, user })
  await seenFrom(user.host, { web })
  const out = await leaked(user.host)
  stage.check('nothing else leaves its uplink', out.length === 0, out.join('; '))
  const knocks = publicAddresses(stage, user).map((to) => ({ from: null, to, protocol: 'tcp' as const, port: 2222 }))
  const answered = await knock(admin, knocks)
  stage.check('who comes from outside is answered, over IPv4 and IPv6', answered.every(Boolean), answered.join())
  const saved = await user.host.sh('iptables-legacy-save; nft list tables')
  stage.check('it marks with iptables', saved.includes('mf_wg0_mark_back') && !saved.includes('_bypass'))
}

async function gatewayIsGone(stage: Stage, { gateway, user, bare, web }: World): Promise<void> {
  await stage.lab.inet.isolate(gateway.host)
  for (const { name, host } of [user, bare])
    stage.check(`without the gateway ${name} reaches nothing`, await isSeenAs(host, { web }, ['-', '-']))
  const out = await leaked(user.host)
  stage.check('and nothing leaves outside', out.length === 0, out.join('; '))
  await stage.lab.inet.restore(gateway.host)
  const addresses = publicAddresses(stage, gateway)
  for (const { name, host } of [user, bare])
    stage.check(`${name} is seen as the gateway again`, await isSeenAs(host, { web }, addresses))
}

async function switchedOff(stage: Stage, { mesh, user, bare, web }: World): Promise<void> {
  for (const member of [user, bare]) {
    await routeAll(mesh, member, false)
    const isOut = await isSeenAs(member.host, { web }, publicAddresses(stage, member))
    stage.check(`switched off, ${member.name} is seen itself`, isOut)
    const isUnmarked = async () => !(await member.host.sh(allChains)).includes('mf_wg0_mark') || undefined
    const unmarked = await waitUntil('the marks are gone', isUnmarked).catch(() => false)
    stage.check('nothing is marked any more', unmarked === true)
  }
  await user.host.sh('nft delete table inet watch')
}

const allChains = 'for kind in iptables-legacy ip6tables-legacy iptables-nft ip6tables-nft; do $kind-save; done'
