/** Who is on a host's LAN and not in the mesh, and the host's address in the mesh: with each kind of packet filter. */
import { Mesh, type MeshMember } from '../mesh/mesh.js'
import type { Host } from '../net/host.js'
import { answerOn, knock } from '../net/knock.js'
import { waitUntil } from '../wait-until.js'
import { publishPort } from './docker-port.js'
import { legacyRules } from './iptables-backend.js'
import { command } from './mesh-commands.js'
import { addEgress, answerFrom, awaitAnswer, type Office, openOffice, routeBack } from './office.js'
import type { Scenario, Stage } from './scenario.js'

export const lanNeighbour: Scenario = {
  name: 'lan-neighbour',
  rows: ['E9', 'G5'],
  summary: "a machine on a host's LAN reaches the host's mesh address only where policies let its range in",
  async play(stage) {
    const { lab, tell } = stage
    const mesh = await Mesh.open(lab, { hostNames: [], progress: tell })
    const hosts = await lab.publicHosts(['nftables', 'iptables'])
    await hosts[1]?.sh(legacyRules)
    await hosts[1]?.sh(openToLans)
    await mesh.admit(hosts)
    await mesh.waitForTunnels()
    for (const [at, member] of mesh.members.entries()) await neighbourOf(stage, mesh, member, 77 + at)
  },
}

/** The host's own rules have nothing against its LAN and its containers. */
const openToLans = `for tables in iptables-legacy ip6tables-legacy; do
  $tables -A INPUT -i eth1 -j ACCEPT; $tables -A FORWARD -i eth1 -j ACCEPT; $tables -A FORWARD -i docker0 -j ACCEPT
done`

const families = ['ipv4', 'ipv6'] as const
type Addresses = Readonly<Record<(typeof families)[number], string>>

async function neighbourOf(stage: Stage, mesh: Mesh, member: MeshMember, number: number): Promise<void> {
  const { check } = stage
  const office = await openOffice(stage, member, number, `lan-of-${member.name}`)
  await routeBack(office)
  await publishForContainer(stage, member, number + 100)
  await answerOn(member.host, { ports: [80] })
  const inMesh: Addresses = { ipv4: await mesh.address(member), ipv6: await mesh.address(member, 'ipv6') }
  await strangerIsKeptOut(stage, member, office, inMesh)
  await strangerAnswersForNobody(stage, mesh, member, office)
  await addEgress(mesh, member, office, { nat: false })
  for (const family of families) {
    const seen = await awaitAnswer(office.machine, inMesh[family])
    check(`${member.name}: who is in a range of the mesh reaches it over ${family}`, seen !== undefined)
  }
  check(`${member.name}: and what a container has there`, await reachesContainer(office.machine, inMesh.ipv4))
  await switchDefault(mesh, false)
  const isShut = async () => (await answerFrom(office.machine, inMesh.ipv4)) === undefined || undefined
  const shut = await waitUntil('the policy holds', isShut, { limitMs: 15_000 }).catch(() => false)
  check(`${member.name}: no more where no policy lets it in`, shut === true)
  const past = await reachesContainer(office.machine, inMesh.ipv4)
  check(`${member.name}: nor to a container`, !past)
  await switchDefault(mesh, true)
}

/** Its range is not in the mesh. */
async function strangerIsKeptOut(
  { check }: Stage,
  { name, host }: MeshMember,
  { machine, router, addresses }: Office,
  inMesh: Addresses,
): Promise<void> {
  for (const family of families) {
    const own = await answerFrom(machine, router[family])
    check(`${name}: a neighbour reaches the host's ${family} address on their LAN`, own !== undefined)
    const past = await answerFrom(machine, inMesh[family])
    check(`${name}: and not the one in the mesh`, past === undefined, past)
    const tries = [{ from: inMesh[family], to: addresses[family], protocol: 'tcp', port: 80 } as const]
    check(`${name}: what the host begins from there is answered`, (await knock(host, tries)).every(Boolean))
  }
  check(
    `${name}: a container is reached at the host's address on the LAN`,
    await reachesContainer(machine, router.ipv4),
  )
  check(`${name}: and not at the one in the mesh`, !(await reachesContainer(machine, inMesh.ipv4)))
}

/** Whoever knows between which ports others talk could send answers in a peer's name. */
async function strangerAnswersForNobody(
  { check }: Stage,
  mesh: Mesh,
  member: MeshMember,
  { machine, router }: Office,
): Promise<void> {
  const { name, host } = member
  // Its own: an answer is only what goes against a flow's first packet.
  const port = 5300 + mesh.members.indexOf(member)
  const peer = mesh.members.find((each) => each !== member)
  if (peer === undefined) throw new Error(`${name} has no peer.`)
  await host.sh(
    `nft 'table inet heard { chain in { type filter hook input priority 100; iifname eth1 udp dport ${port} counter; }; }'`,
  )
  for (const family of families) {
    const [own, other] = [await mesh.address(member, family), await mesh.address(peer, family)]
    await say(host, port, { from: own, to: other })
    await machine.ip([`address add ${other} dev lo`, `route add ${own} via ${router[family]}`])
    await say(machine, port, { from: other, to: own })
    await machine.ip([`route delete ${own}`, `address delete ${other} dev lo`])
  }
  const heard = await host.sh('nft list table inet heard; nft delete table inet heard')
  check(`${name}: nor is a neighbour heard that answers in the name of a peer`, heard.includes('packets 0 '), heard)
}

/** One datagram over UDP, from a port to the same one. */
async function say(
  host: Host,
  port: number,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<void> {
  const program = `const [from, to] = process.argv.slice(1)
const socket = require('node:dgram').createSocket(to.includes(':') ? 'udp6' : 'udp4')
socket.bind(${port}, from, () => socket.send('.', ${port}, to, () => socket.close()))`
  const said = await host.run(process.execPath, ['-e', program, from, to], { isAlone: true })
  if (said.code !== 0) throw new Error(`${host.name} could not send to ${to}: ${said.stderr}`)
}

/** What comes for port 8080 of the host is passed on to a container. */
async function publishForContainer(stage: Stage, member: MeshMember, number: number): Promise<void> {
  const container = await openOffice(stage, member, number, `container-of-${member.name}`, 'docker0')
  await routeBack(container)
  await member.host.sh('sysctl -qw net.ipv4.ip_forward=1')
  await publishPort(member.host, 8080, container.addresses.ipv4)
}

async function reachesContainer(from: Host, to: string): Promise<boolean> {
  const [isReached = false] = await knock(from, [{ from: null, to, protocol: 'tcp', port: 8080 }])
  return isReached
}

const switchDefault = (mesh: Mesh, everyoneAllowed: boolean) =>
  command(mesh, { type: 'SwitchDefaultPolicy', networkId: mesh.networkId, everyoneAllowed })
