/** Pairs that can't connect directly: they get a relay, another one when that dies, and their direct path back when it works again. */
import { setTimeout as pause } from 'node:timers/promises'
import type { Mesh, MeshMember } from '../mesh/mesh.js'
import { PingStream, ping } from '../net/ping.js'
import { TcpStream } from '../net/tcp-stream.js'
import { waitUntil } from '../wait-until.js'
import { awayLimitSeconds, checkSilence } from './failover-limits.js'
import { type Answer, removeGateway } from './mesh-commands.js'
import { addEgress, awaitAnswer, openOffice } from './office.js'
import { killGateway } from './relayed-mesh.js'
import { hopTo, pairMesh, reaches, relayed, seconds } from './relayed-pair.js'
import type { Scenario, Stage } from './scenario.js'
import { type ServerChoice, serverChoices } from './server-choice.js'

const pingEveryMs = 100

/** Two that talked before, and two that never could. */
const autoRelay: Scenario = {
  name: 'auto-relay',
  rows: ['B3', 'C3', 'C4', 'C5'],
  summary:
    'the direct link of two nodes breaks: they reach each other through the nearer gateway, through the other when that is removed, and directly once it is whole; so does one of them a range behind the other',
  async play(stage) {
    const { mesh, one, other, others, gateways } = await pairMesh(stage, { farMs: 60, others: 1 })
    const [third] = others as readonly [MeshMember]
    await stage.lab.inet.partition(one.host, third.host)
    const isBehind = await rangeBehind(stage, mesh, one, other)
    await isBehind('directly')
    const stream = new PingStream(one.host, await mesh.address(other), pingEveryMs)
    await pause(1000)
    const by = await relayed(stage, mesh, [one, other], gateways)
    stage.check('through the nearer of two gateways', by !== undefined && by === gateways[0], by?.name)
    await isBehind('through the gateway')
    stage.tell('the link is whole again')
    await pause(500)
    const before = stream.soFar
    const healedAt = performance.now()
    await stage.lab.inet.heal(one.host, other.host)
    await waitUntil('they are direct again', async () => (await hopTo(mesh, one, other)) === other, { limitMs: 90_000 })
    await waitUntil('both ways', async () => (await hopTo(mesh, other, one)) === one, { limitMs: 10_000 })
    stage.metric('direct-after-s', seconds(healedAt))
    await pause(1500)
    const lost = (await stream.stop()).lost - before.lost
    stage.metric('lost-going-back', lost)
    stage.check('hardly a packet was lost going back', lost <= 5, `${lost}`)
    await isBehind('directly again')
    await relaysAreRemoved(stage, mesh, [one, third], gateways)
    await stage.lab.inet.heal(one.host, third.host)
    await reaches(mesh, one, third)
    stage.check('whole again, they are direct', (await hopTo(mesh, one, third)) === third)
  },
}

/** C3: a range behind one end moves along with the pair; says whether the other end reaches it. Clients are behind gateways, which are no ends. */
async function rangeBehind(
  stage: Stage,
  mesh: Mesh,
  one: MeshMember,
  other: MeshMember,
): Promise<(how: string) => Promise<void>> {
  const office = await openOffice(stage, other, 77, 'office')
  await addEgress(mesh, other, office)
  return async (how) => {
    for (const family of ['ipv4', 'ipv6'] as const) {
      const answer = await awaitAnswer(one.host, office.addresses[family])
      const isRouters = answer === `office ${office.router[family]}`
      stage.check(`${how}: the range behind ${other.name} answers over ${family}`, isRouters, answer)
    }
  }
}

/** B3: of a pair whose link stays broken first the gateway that it uses, then the one that is left. */
async function relaysAreRemoved(
  stage: Stage,
  mesh: Mesh,
  [one, other]: readonly [MeshMember, MeshMember],
  gateways: readonly MeshMember[],
): Promise<void> {
  const [near, far] = gateways as readonly [MeshMember, MeshMember]
  const areVia = (hop: MeshMember, back = hop) =>
    waitUntil(
      `${one.name} and ${other.name} go through ${hop.name}`,
      async () => (await hopTo(mesh, one, other)) === hop && (await hopTo(mesh, other, one)) === back,
      { limitMs: 30_000 },
    )
  await areVia(near)
  await reaches(mesh, one, other)
  const stream = new PingStream(one.host, await mesh.address(other), pingEveryMs)
  await pause(1_000)
  const moved = await removeGateway(mesh, near)
  stage.check('its gateway removed, the pair is moved', told(moved) === 'AutoRelayMoved, GatewayRemoved', told(moved))
  await areVia(far)
  await reaches(mesh, one, other)
  await pause(1_000)
  const { longestGap, received } = await stream.stop()
  const seconds = (longestGap * pingEveryMs) / 1_000
  stage.metric('relay-removed-away-s', seconds)
  stage.check('and is away for less than 2 s', seconds < 2 && received > 15, `${seconds} s`)
  const ended = await removeGateway(mesh, far)
  stage.check('without another its relay ends', told(ended) === 'AutoRelayReleased, GatewayRemoved', told(ended))
  await areVia(other, one)
  stage.check('and no packet comes through', (await ping(one.host, await mesh.address(other), 2)) === undefined)
}

const told = ({ events }: Answer): string => events.map(({ type }) => type).join(', ')

const upgradePingMs = 20

/** C5: counted from the moment at which direct would work again, since trials may cost packets as well as the switch. */
const directUpgrade: Scenario = {
  name: 'direct-upgrade',
  rows: ['C5'],
  summary: 'the link of a relayed pair is whole again: it goes over to it, and hardly a packet of either is lost',
  slowSeconds: 50,
  async play(stage) {
    const { mesh, one, other, gateways } = await pairMesh(stage)
    const by = await relayed(stage, mesh, [one, other], gateways)
    stage.check('a gateway relays the pair', by !== undefined)
    const [there, back] = [await mesh.address(other), await mesh.address(one)]
    const tcp = await TcpStream.open(one.host, other.host, there)
    const streams = [
      { name: 'there', stream: new PingStream(one.host, there, upgradePingMs) },
      { name: 'back', stream: new PingStream(other.host, back, upgradePingMs) },
    ]
    await pause(2000)
    stage.tell('the link is whole again')
    await stage.lab.inet.heal(one.host, other.host)
    const healedAt = performance.now()
    const isDirect = async () => (await hopTo(mesh, one, other)) === other && (await hopTo(mesh, other, one)) === one
    await waitUntil('both send directly', isDirect, { limitMs: 90_000, everyMs: 100 })
    stage.metric('direct-after-s', seconds(healedAt))
    await pause(4000)
    for (const { name, stream } of streams) {
      const { lost, sent } = await stream.stop()
      stage.metric(`lost-${name}`, lost)
      stage.metric(`lost-${name}-of-400`, Math.round((lost / sent) * 4000) / 10)
      stage.check(`${name}: hardly a packet was lost`, lost <= 4 && sent > 200, `${lost} of ${sent}`)
    }
    stage.metric('tcp-silence-ms', Math.round(tcp.longestSilenceMs))
    checkSilence(stage, tcp)
    await tcp.stop()
  },
}

/** C6. */
const autoRelayFailover = ({ name, phrase, serverRuns }: ServerChoice): Scenario => ({
  name: `auto-relay-failover${name}`,
  rows: ['C6'],
  summary: `a relayed pair's gateway is killed, with the server ${phrase}: the pair moves to the next`,
  ...(serverRuns && { slowSeconds: 45 }),
  async play(stage) {
    const { mesh, one, other, gateways } = await pairMesh(stage)
    const stream = new PingStream(one.host, await mesh.address(other), pingEveryMs)
    await pause(1000)
    const by = await relayed(stage, mesh, [one, other], gateways)
    if (by === undefined) throw new Error('No gateway relays them.')
    const atFirst = stream.soFar.received
    await pause(6000)
    if (!serverRuns) await mesh.server.stop()
    const received = (await stream.stop()).received - atFirst
    stage.check('the pair talks', received > 30, `${received} answers in six seconds`)
    const again = new PingStream(one.host, await mesh.address(other), pingEveryMs)
    const tcp = await TcpStream.open(one.host, other.host, await mesh.address(other))
    await pause(1000)
    await killGateway(by)
    await waitUntil('it moves', async () => (await hopTo(mesh, one, other)) !== by, { limitMs: 30_000 })
    await reaches(mesh, one, other)
    await pause(2000)
    const outage = ((await again.stop()).longestGap * pingEveryMs) / 1000
    stage.metric('outage-s', outage)
    stage.check(`away for less than ${awayLimitSeconds} s`, outage < awayLimitSeconds, `${outage} s`)
    const seen = tcp.pieces
    await waitUntil('the stream flows again', () => tcp.pieces > seen + 5 || undefined, { limitMs: 30_000 })
    checkSilence(stage, tcp)
    await tcp.stop()
  },
})

/** Every one of them. */
export const autoRelayScenarios: readonly Scenario[] = [
  autoRelay,
  directUpgrade,
  ...serverChoices.map(autoRelayFailover),
]
