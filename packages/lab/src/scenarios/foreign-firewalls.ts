/** Beside Docker, ufw and firewalld: what the mesh lets through passes them, and they are given back as they were. */
import { Mesh, type MeshMember } from '../mesh/mesh.js'
import type { Host } from '../net/host.js'
import { answerOn, knock } from '../net/knock.js'
import { waitUntil } from '../wait-until.js'
import { publishPort } from './docker-port.js'
import { bans, docker, type ForeignProgram, firewalld, forbiddenPort, ufw } from './foreign-rule-sets.js'
import { command, nodeOf } from './mesh-commands.js'
import { isVia } from './relayed-mesh.js'
import type { Scenario, Stage } from './scenario.js'

const programs: readonly ForeignProgram[] = [docker, ufw, firewalld, bans]
const hostNames = ['docker', 'ufw', 'firewalld', 'bare']

/** Everything but counters. */
const ruleSet = (host: Host): Promise<string> => host.sh('nft -s list ruleset')

export const foreignFirewalls: Scenario = {
  name: 'foreign-firewalls',
  rows: ['E3'],
  summary:
    'hosts with Docker, firewalld, and ufw, which comes later: tunnels, an egress and a relay on each pass them, and after `down` they are as if the mesh had never been there',
  async play(stage) {
    const { lab, check, metric, tell } = stage
    const mesh = await Mesh.open(lab, { hostNames: [], progress: tell })
    const hosts = await lab.publicHosts(hostNames)
    const [withDocker, withUfw] = hosts
    for (const [index, program] of programs.entries()) if (program !== ufw) await hosts[index]?.sh(program.load)
    await mesh.admit(hosts)
    await mesh.waitForTunnels()
    await everybodyReached(stage, mesh, 'with the rules of others there first')
    await withUfw?.sh(ufw.load)
    await bansHold(stage, mesh.member(1), mesh.member(3), await mesh.address(mesh.member(3)))
    const office = await officeBehind(stage, mesh, mesh.member(0), mesh.member(3))
    await withDocker?.sh('sysctl -q -w net.ipv4.conf.all.send_redirects=1 net.ipv4.conf.wg0.send_redirects=1')
    await relayBy(mesh, mesh.member(0), mesh.member(1))
    await everybodyReached(stage, mesh, 'with a relay where Docker drops what is passed on, and ufw there later')
    check('nobody is told of a shorter way than over the relay', (await redirects(hosts)) === 0)
    check('what the mesh has nothing to do with stays closed', !(await reachesUnderlay(mesh)))
    await command(mesh, { type: 'UnassignRelay', nodeId: await nodeOf(mesh, mesh.member(1)) })
    for (const gateway of [mesh.member(1), mesh.member(2)]) {
      await relayBy(mesh, gateway, mesh.member(3))
      await isVia(mesh, mesh.member(3), gateway)
      await everybodyReached(stage, mesh, `with a relay where ${gateway.name} drops what is passed on`)
    }

    const told = (await mesh.member(0).agent.logLines()).length
    const startedAt = performance.now()
    for (const [index, { load, add }] of programs.entries())
      await hosts[index]?.sh(index === programs.indexOf(bans) ? add : `${load}\n${add}`)
    // Looked at from outside it may be open again already: the agent says what it found.
    await waitUntil('the agent finds that Docker, restarted, drops again what is for the office', async () => {
      const lines = (await mesh.member(0).agent.logLines()).slice(told)
      return lines.some(({ msg }) => msg === 'drift put right') || undefined
    })
    await waitUntil('the office is reached again', async () => (await office.isReached()) || undefined, {
      limitMs: 40_000,
      everyMs: 200,
    })
    metric('reload-to-packet-ms', Math.round(performance.now() - startedAt))
    await everybodyReached(stage, mesh, 'after all three were restarted')

    for (const { agent } of mesh.members) {
      await agent.stop()
      await agent.down()
    }
    const untouched = await rulesWithoutMesh(lab)
    for (const [index, host] of hosts.entries()) {
      const now = await ruleSet(host)
      const isSame = now === untouched[index]
      check(`${host.name}: the rules of others are as they would be without the mesh`, isSame, isSame ? '' : now)
    }
  },
}

/** What each program's host would have: the same done on one where nobody else ever was. */
async function rulesWithoutMesh(lab: Stage['lab']): Promise<readonly string[]> {
  const hosts = await lab.hosts(hostNames.map((name) => `${name}-alone`))
  return Promise.all(
    hosts.map(async (host, index) => {
      await host.sh(`${programs[index]?.load}\n${programs[index]?.add}`)
      return ruleSet(host)
    }),
  )
}

export async function everybodyReached({ check }: Stage, mesh: Mesh, when: string): Promise<void> {
  const wanted = mesh.members.length * (mesh.members.length - 1)
  for (const family of ['ipv4', 'ipv6'] as const) {
    const isWhole = async () => ((await mesh.pingMatrix(family)).reachable === wanted ? true : undefined)
    const whole = await waitUntil('everybody is reached', isWhole, { limitMs: 45_000 }).catch(() => false)
    check(`${when}, everybody reaches everybody over ${family === 'ipv4' ? 'IPv4' : 'IPv6'}`, whole === true)
  }
}

/** ICMP redirects that hosts were sent: a relay gets a packet by the interface that it sends it out of. */
async function redirects(hosts: readonly Host[]): Promise<number> {
  const ask = `awk '$1 == "Icmp:" { if (at) print $at; else for (i = 1; i <= NF; i++) if ($i == "InRedirects") at = i }'`
  const counts = await Promise.all(hosts.map((host) => host.sh(`${ask} /proc/net/snmp`)))
  return counts.reduce((sum, count) => sum + Number(count), 0)
}

export async function relayBy(mesh: Mesh, gateway: MeshMember, relayed: MeshMember): Promise<void> {
  const settings = { privateUnderlay: true }
  await command(mesh, { type: 'UpdateNetwork', networkId: mesh.networkId, settings })
  const gatewayId = await nodeOf(mesh, gateway)
  await command(mesh, { type: 'CreateGateway', nodeId: gatewayId })
  await command(mesh, { type: 'AssignRelay', nodeId: await nodeOf(mesh, relayed), gatewayIds: [gatewayId] })
}

export async function officeBehind(
  { lab, check }: Stage,
  mesh: Mesh,
  router: MeshMember,
  user: MeshMember,
): Promise<{ isReached(): Promise<boolean> }> {
  const lan = await lab.lan('office', { network: '192.168.77', network6: 'fd77:0:0:1' })
  const [machine] = await lab.hosts(['machine'])
  const [own] = await lan.attach([router.host], 'eth1')
  const [port] = await lan.attach([machine])
  await answerOn(machine, { ports: [80] })
  const tries = [port?.ipv4 ?? '', port?.ipv6 ?? ''].map((to) => ({
    from: null,
    to,
    protocol: 'tcp' as const,
    port: 80,
  }))
  const isReached = async () => (await knock(user.host, tries)).every(Boolean)
  await command(mesh, {
    type: 'AddEgress',
    networkId: mesh.networkId,
    name: 'office',
    ranges: ['192.168.77.0/24', 'fd77:0:0:1::/64'],
    routers: [{ nodeId: await nodeOf(mesh, router), interfaceName: 'eth1' }],
  })
  const reached = await waitUntil('the office is reached', async () => (await isReached()) || undefined, {
    limitMs: 15_000,
  }).catch(() => false)
  await machine.sh(`ip route add 10.66.0.0/24 via ${own?.ipv4}`)
  check(`an office behind ${router.name} is reached over IPv4 and IPv6`, reached === true)
  const port8080 = await publishedPort(mesh, router, user, port?.ipv4 ?? '')
  check(`a port that ${router.name} publishes for a container is reached through the mesh`, port8080)
  return { isReached }
}

/** Whether a port that the router publishes is reached. */
async function publishedPort(mesh: Mesh, router: MeshMember, user: MeshMember, container: string): Promise<boolean> {
  await publishPort(router.host, 8080, container)
  const to = await mesh.address(router)
  const [isReached = false] = await knock(user.host, [{ from: null, to, protocol: 'tcp', port: 8080 }])
  await router.host.sh('nft delete table inet published')
  return isReached
}

/** Rules against somebody are no filter that drops what it doesn't know. */
async function bansHold({ check }: Stage, from: MeshMember, at: MeshMember, address: string): Promise<void> {
  const ports = [forbiddenPort, forbiddenPort + 1]
  await answerOn(at.host, { ports })
  const tries = ports.map((port) => ({ from: null, to: address, protocol: 'tcp' as const, port }))
  const reached = await knock(from.host, tries)
  check("what a host's own rule forbids on the mesh's interface stays forbidden", reached.join() === 'false,true')
}

/** Whether the last host reaches a program of the others at their addresses outside the mesh. */
async function reachesUnderlay(mesh: Mesh): Promise<boolean> {
  const [, withUfw, withFirewalld, bare] = mesh.members
  if (withUfw === undefined || withFirewalld === undefined || bare === undefined) return true
  const answering = await Promise.all([withUfw, withFirewalld].map(({ host }) => answerOn(host, { ports: [8080] })))
  const tries = [withUfw, withFirewalld].flatMap(({ host }) =>
    (['tcp', 'udp'] as const).map((protocol) => ({
      from: null,
      to: mesh.lab.inet.uplink(host).address.ipv4,
      protocol,
      port: 8080,
    })),
  )
  const reached = await knock(bare.host, tries)
  await Promise.all(answering.map((each) => each.stop()))
  return reached.some(Boolean)
}
