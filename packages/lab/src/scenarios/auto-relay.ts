/** Pairs that can't connect directly: they get a relay, another one when that dies, and their direct path back when it works again. */
import { setTimeout as pause } from 'node:timers/promises'
import type { Mesh, MeshMember } from '../mesh/mesh.js'
import { PingStream, ping } from '../net/ping.js'
import { waitUntil } from '../wait-until.js'
import { command, mayBeGateways, nodeOf } from './mesh-commands.js'
import { killGateway } from './relayed-mesh.js'
import type { Scenario, Stage } from './scenario.js'
import { type ServerChoice, serverChoices } from './server-choice.js'
import { startMesh } from './start-mesh.js'

const pingEveryMs = 100

/** Two that talked before, and two that never could. */
const autoRelay: Scenario = {
  name: 'auto-relay',
  rows: ['C3', 'C4', 'C5'],
  summary:
    'the direct link of two nodes breaks: they reach each other through a gateway, and directly once it is whole',
  async play(stage) {
    const { mesh, one, other, gateways } = await pairMesh(stage)
    const stream = new PingStream(one.host, await mesh.address(other), pingEveryMs)
    await pause(1000)
    const by = await relayed(stage, mesh, [one, other], gateways)
    stage.check('through a gateway', by !== undefined, by?.name)
    stage.tell('the link is whole again')
    await pause(2000)
    const before = stream.soFar
    const healedAt = performance.now()
    await stage.lab.inet.heal(one.host, other.host)
    await waitUntil('they are direct again', async () => (await hopTo(mesh, one, other)) === other, { limitMs: 90_000 })
    await waitUntil('both ways', async () => (await hopTo(mesh, other, one)) === one, { limitMs: 10_000 })
    stage.metric('direct-after-s', seconds(healedAt))
    await pause(3000)
    const lost = (await stream.stop()).lost - before.lost
    stage.metric('lost-going-back', lost)
    stage.check('hardly a packet was lost going back', lost <= 5, `${lost}`)
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
    await pause(6000)
    if (!serverRuns) await mesh.server.stop()
    const before = await stream.stop()
    stage.check('the pair talks', before.received > 10)
    const again = new PingStream(one.host, await mesh.address(other), pingEveryMs)
    await pause(1000)
    await killGateway(by)
    await waitUntil('it moves', async () => (await hopTo(mesh, one, other)) !== by, { limitMs: 30_000 })
    await reaches(mesh, one, other)
    await pause(2000)
    const outage = ((await again.stop()).longestGap * pingEveryMs) / 1000
    stage.metric('outage-s', outage)
    stage.check('away for less than 10 s', outage < 10, `${outage} s`)
  },
})

interface PairMesh {
  readonly mesh: Mesh
  readonly one: MeshMember
  readonly other: MeshMember
  readonly gateways: readonly MeshMember[]
}

async function pairMesh(stage: Stage): Promise<PairMesh> {
  const mesh = await startMesh(stage, 4)
  await mayBeGateways(mesh)
  const gateways = [mesh.member(0), mesh.member(1)]
  for (const gateway of gateways) await command(mesh, { type: 'CreateGateway', nodeId: await nodeOf(mesh, gateway) })
  const { reachable, pairs } = await mesh.pingMatrix()
  stage.check('everybody reaches everybody', reachable === pairs, `${reachable} of ${pairs}`)
  return { mesh, one: mesh.member(2), other: mesh.member(3), gateways }
}

/** Cuts the two off from each other; the gateway that relays them in the end. */
async function relayed(
  stage: Stage,
  mesh: Mesh,
  [one, other]: readonly [MeshMember, MeshMember],
  gateways: readonly MeshMember[],
): Promise<MeshMember | undefined> {
  stage.tell('their link breaks')
  const brokenAt = performance.now()
  await stage.lab.inet.partition(one.host, other.host)
  await waitUntil('a gateway relays them', async () => (await hopTo(mesh, one, other)) !== other, { limitMs: 90_000 })
  await reaches(mesh, one, other)
  stage.metric('relayed-after-s', seconds(brokenAt))
  const hop = await hopTo(mesh, one, other)
  return gateways.find((gateway) => gateway === hop)
}

const reaches = async (mesh: Mesh, from: MeshMember, to: MeshMember): Promise<void> => {
  const address = await mesh.address(to)
  await waitUntil('they talk', async () => (await ping(from.host, address, 1)) !== undefined, { limitMs: 30_000 })
}

/** By which peer of `from` packets to `to` go; `undefined`: by none, or by one whose tunnel is gone. */
async function hopTo(mesh: Mesh, from: MeshMember, to: MeshMember): Promise<MeshMember | undefined> {
  const [{ peers }, address] = [await mesh.tunnel(from), await mesh.address(to)]
  const holder = peers.find(({ allowedIps }) => allowedIps.includes(`${address}/32`))?.publicKey
  for (const member of mesh.members)
    if (member !== from && (await member.agent.tunnel())?.publicKey === holder) return member
  return undefined
}

const seconds = (sinceMs: number): number => Math.round((performance.now() - sinceMs) / 100) / 10

/** Every one of them. */
export const autoRelayScenarios: readonly Scenario[] = [autoRelay, ...serverChoices.map(autoRelayFailover)]
