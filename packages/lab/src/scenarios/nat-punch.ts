/** Hosts behind NAT boxes that drop what nobody asked for: where they are seen, and which of their addresses leads to them. */
import type { Mesh, MeshMember } from '../mesh/mesh.js'
import { ping } from '../net/ping.js'
import { waitUntil } from '../wait-until.js'
import { endpointOf, haveMet, homeOf, hubMesh, joinBehind, natMember, secondsSince, seenAt } from './nat-mesh.js'
import type { Scenario, Stage } from './scenario.js'
import { hostsOf } from './server-view.js'

/** Of how many punches the figures are. */
const pairs = 3

const natPunch: Scenario = {
  name: 'nat-punch',
  summary: 'hosts behind plain NATs learn from a public one where they are seen, and reach each other directly',
  rows: ['A7'],
  async play(stage) {
    const mesh = await hubMesh(stage, ['hub'])
    const seconds: number[] = []
    for (let number = 1; number <= pairs; number += 1) seconds.push(await punch(stage, mesh, number))
    const sorted = seconds.sort((a, b) => a - b)
    stage.metric('median-s', sorted[Math.floor(sorted.length / 2)] ?? Number.NaN)
    stage.metric('max-s', sorted.at(-1) ?? Number.NaN)
    stage.check('each pair within 20 s', (sorted.at(-1) ?? 99) < 20, sorted.map((each) => `${each} s`).join(', '))
  },
}

/** In every house the same private range, as it is in life. Seconds from when the mesh knew where both are seen until they met. */
async function punch(stage: Stage, mesh: Mesh, number: number): Promise<number> {
  const names = [`one${number}`, `other${number}`]
  const homes = await Promise.all(names.map(async (name) => [name, await homeOf(stage, name, 'plain')] as const))
  const members = await joinBehind(stage, mesh, homes)
  const [one, other] = [natMember(members, 0), natMember(members, 1)]
  const places = await Promise.all([one, other].map((member) => seenAt(mesh, member)))
  const knownAt = performance.now()
  await waitUntil('they have met', () => haveMet(mesh, one, other), { limitMs: 30_000, everyMs: 50 })
  const took = secondsSince(knownAt)
  stage.check(`${one.name} reaches ${other.name}`, (await ping(one.host, await mesh.address(other))) !== undefined)
  const where = await endpointOf(mesh, one, other)
  stage.check('directly, where it is seen from outside', where === places[1], `${where ?? 'nowhere'}, after ${took} s`)
  return took
}

const lanPeers: Scenario = {
  name: 'lan-peers',
  summary: 'hosts behind one NAT talk over their LAN, and take nobody there for a host of the same address elsewhere',
  rows: ['A3', 'A7', 'C8'],
  async play(stage) {
    const mesh = await hubMesh(stage, ['hub'])
    const [house, farHouse] = [await homeOf(stage, 'house', 'plain'), await homeOf(stage, 'far-house', 'plain')]
    const places = [
      ['one', house],
      ['mate', house],
      ['far', farHouse],
      ['double', farHouse],
    ] as const
    const members = await joinBehind(stage, mesh, places)
    const [one, mate, far, double] = [0, 1, 2, 3].map((at) => natMember(members, at)) as [
      MeshMember,
      MeshMember,
      MeshMember,
      MeshMember,
    ]
    const [mateIp, doubleIp] = [house.lan.port(mate.host).ipv4, farHouse.lan.port(double.host).ipv4]
    stage.check('two of them have the same address in different houses', mateIp === doubleIp, mateIp)
    await Promise.all(members.map((member) => seenAt(mesh, member)))
    const knownAt = performance.now()
    for (const [from, to] of [
      [one, mate],
      [far, double],
      [one, double],
      [one, far],
      [mate, double],
    ] as const)
      await waitUntil(
        `${from.name} reaches ${to.name}`,
        async () => (await ping(from.host, await mesh.address(to), 1)) !== undefined,
        { limitMs: 30_000 },
      )
    stage.metric('everybody-met-s', secondsSince(knownAt))
    const hosts = await hostsOf(mesh.server)
    const portsOf = (names: readonly string[]) =>
      hosts.filter(({ name }) => names.includes(name)).map(({ listenPort }) => listenPort)
    for (const mates of [
      [one, mate],
      [far, double],
    ]) {
      const ports = portsOf(mates.map(({ name }) => name))
      stage.check('who shares a public address has a port of its own', new Set(ports).size === 2, ports.join())
    }
    const near = await endpointOf(mesh, one, mate)
    stage.check('housemates use their LAN', near?.startsWith(`${mateIp}:`) === true, near)
    const distant = await endpointOf(mesh, one, double)
    const outside = farHouse.outsideIpv4
    stage.check(
      'who has that address elsewhere is reached elsewhere',
      distant?.startsWith(`${outside}:`) === true,
      distant,
    )
    const { reachable, pairs: all } = await mesh.pingMatrix()
    stage.check('everybody reaches everybody', reachable === all, `${reachable} of ${all}`)
  },
}

/** Every one of them that ends with a direct path. */
export const natPunchScenarios: readonly Scenario[] = [natPunch, lanPeers]
