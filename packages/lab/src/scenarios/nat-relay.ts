/** Where no hole can be punched: hosts behind such NATs get a relay, know why, and nothing spins meanwhile. */
import { setTimeout as pause } from 'node:timers/promises'
import type { Mesh, MeshMember } from '../mesh/mesh.js'
import { ping } from '../net/ping.js'
import { waitUntil } from '../wait-until.js'
import { command, mayBeGateways, nodeOf } from './mesh-commands.js'
import { haveMet, homeOf, hubMesh, joinBehind, natMember, outsideOf, secondsSince, seenAt } from './nat-mesh.js'
import { hopTo } from './relayed-pair.js'
import type { Scenario, Stage } from './scenario.js'

const natSymmetric: Scenario = {
  name: 'nat-symmetric',
  summary: 'NATs that give each destination another port: nobody is told a useless one, and the pair is relayed',
  rows: ['A7', 'C4'],
  slowSeconds: 30,
  async play(stage) {
    const mesh = await gatewayMesh(stage)
    const homes = await Promise.all(
      ['one', 'other'].map(async (name) => [name, await homeOf(stage, name, 'symmetric')] as const),
    )
    const members = await joinBehind(stage, mesh, homes)
    const [one, other] = [natMember(members, 0), natMember(members, 1)]
    await relayed(stage, mesh, one, other)
    for (const member of [one, other]) {
      const state = await waitUntil(
        `${member.name} knows its NAT`,
        async () => ((await outsideOf(member)).state === 'differs' ? 'differs' : undefined),
        { limitMs: 30_000 },
      ).catch(() => outsideOf(member).then((outside) => outside.state))
      stage.check(`${member.name} knows that each sees it elsewhere`, state === 'differs', state)
    }
    stage.check('the two never met', !(await haveMet(mesh, one, other)))
  },
}

const cgnat: Scenario = {
  name: 'cgnat',
  summary: 'homes behind providers’ NATs: two providers’ customers meet directly, one provider’s by a relay',
  rows: ['A7', 'C4'],
  async play(stage) {
    const mesh = await gatewayMesh(stage)
    const [provider, otherProvider] = await Promise.all(
      [1, 2].map((number) => stage.lab.natBox(`provider-${number}`, { kind: 'plain', network: `100.64.${number}` })),
    )
    if (provider === undefined || otherProvider === undefined) throw new Error('No providers.')
    const homes = [
      ['one', await homeOf(stage, 'one', 'plain', provider)],
      ['neighbour', await homeOf(stage, 'neighbour', 'plain', provider)],
      ['far', await homeOf(stage, 'far', 'plain', otherProvider)],
    ] as const
    const members = await joinBehind(stage, mesh, homes)
    const [one, neighbour, far] = [natMember(members, 0), natMember(members, 1), natMember(members, 2)]
    await Promise.all([one, far].map((member) => seenAt(mesh, member)))
    const knownAt = performance.now()
    await waitUntil('two providers’ customers have met', () => haveMet(mesh, one, far), {
      limitMs: 30_000,
      everyMs: 50,
    })
    stage.metric('punch-s', secondsSince(knownAt))
    const address = await mesh.address(far)
    // Handshakes that cross cost WireGuard five seconds.
    const answers = async () => (await ping(one.host, address, 1)) !== undefined || undefined
    const reached = await waitUntil('they reach each other', answers, { limitMs: 7000 }).catch(() => false)
    stage.metric('reached-s', secondsSince(knownAt))
    stage.check('they reach each other', reached === true)
    await relayed(stage, mesh, one, neighbour)
  },
}

const udpBlocked: Scenario = {
  name: 'udp-blocked',
  summary: 'a network that lets no UDP out: its host says so and rests; with UDP to the gateway alone, it is relayed',
  rows: ['A7', 'C4'],
  async play(stage) {
    const mesh = await gatewayMesh(stage)
    const [hub, third] = [mesh.member(0), natMember(await mesh.join(['third']), 0)]
    const home = await homeOf(stage, 'cafe', 'plain')
    const blocked = (except: string) => [`ip saddr ${home.outsideIpv4} ${except} meta l4proto udp drop`]
    await stage.lab.inet.firewall(blocked(''))
    const cafe = natMember(await joinBehind(stage, mesh, [['cafe', home]]), 0)
    const isSaid = async () => (await outsideOf(cafe)).state === 'nobody-answers' || undefined
    const said = await waitUntil('nobody answers', isSaid, { limitMs: 30_000 }).catch(() => false)
    stage.check('it says that nobody answers', said === true, (await outsideOf(cafe)).state)
    const met = await Promise.all([hub, third].map((member) => haveMet(mesh, cafe, member)))
    stage.check('and is connected to the server all the same', (await outsideOf(cafe)).connected && !met.includes(true))
    await pause(10_000)
    await rests(stage, cafe, () => stage.lab.inet.packets(home.host, third.host))
    stage.tell('UDP to the gateway passes')
    const { address } = stage.lab.inet.uplink(hub.host)
    await stage.lab.inet.firewall(blocked(`ip daddr != ${address.ipv4}`))
    await relayed(stage, mesh, cafe, third)
  },
}

/** Looked at for ten seconds. */
async function rests(stage: Stage, { host }: MeshMember, packets: () => Promise<number>): Promise<void> {
  const ticks = async () =>
    Number(await host.sh("cat /proc/[0-9]*/stat 2>/dev/null | awk '{ sum += $14 + $15 } END { print sum }'"))
  const [ticksBefore, packetsBefore] = [await ticks(), await packets()]
  const seconds = 10
  await pause(seconds * 1000)
  const [cpuPercent, sent] = [((await ticks()) - ticksBefore) / seconds, (await packets()) - packetsBefore]
  stage.metric('blocked-cpu-percent', Math.round(cpuPercent * 10) / 10)
  stage.metric('blocked-packets-a-second', sent / seconds)
  stage.check('nothing spins', cpuPercent < 15 && sent < 30, `${cpuPercent} % of a core, ${sent} packets to one peer`)
}

/** Two public hosts, both gateways: one alone could not tell what kind of NAT somebody is behind. */
async function gatewayMesh(stage: Stage): Promise<Mesh> {
  const mesh = await hubMesh(stage, ['hub', 'hub2'])
  await mayBeGateways(mesh)
  for (const gateway of mesh.members)
    await command(mesh, { type: 'CreateGateway', nodeId: await nodeOf(mesh, gateway) })
  return mesh
}

async function relayed(stage: Stage, mesh: Mesh, one: MeshMember, other: MeshMember): Promise<void> {
  const startedAt = performance.now()
  const address = await mesh.address(other)
  const isThere = async () => (await ping(one.host, address, 1)) !== undefined || undefined
  const reached = await waitUntil(`${one.name} reaches ${other.name}`, isThere, { limitMs: 90_000 }).catch(() => false)
  stage.metric('relayed-after-s', secondsSince(startedAt))
  const hop = await hopTo(mesh, one, other)
  const isByGateway = hop === mesh.member(0) || hop === mesh.member(1)
  stage.check(`${one.name} reaches ${other.name} through a gateway`, reached === true && isByGateway, hop?.name)
  stage.check('and back', (await ping(other.host, await mesh.address(one))) !== undefined)
}

/** Every one of them that ends with a relay. */
export const natRelayScenarios: readonly Scenario[] = [natSymmetric, cgnat, udpBlocked]
