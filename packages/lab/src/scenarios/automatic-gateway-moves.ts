/** A node with an automatic gateway goes to one that has become better, once that is proven, and to no other. */
import { setTimeout as pause } from 'node:timers/promises'
import type { Mesh, MeshMember } from '../mesh/mesh.js'
import { PingStream } from '../net/ping.js'
import { command, mayBeGateways, nodeOf } from './mesh-commands.js'
import { goesThrough, isVia } from './relayed-mesh.js'
import type { Scenario, Stage } from './scenario.js'
import { eventsOf, movesOf } from './server-view.js'
import { checkStreams, startMesh } from './start-mesh.js'

const holdSeconds = 60

/** All delays are of one way, on each host's own wire: a packet takes two of them to a gateway, and two back. */
export const automaticGatewayMoves: Scenario = {
  name: 'automatic-gateway-moves',
  rows: ['F1', 'F5'],
  summary:
    'another gateway becomes nearer than the one of two nodes: who gains a fifth and 10 ms moves after a minute, hardly losing a packet, who gains less stays',
  slowSeconds: 175,
  limitSeconds: 300,
  async play(stage) {
    const { mesh, first, second, near, far, third } = await startNodes(stage)
    const stay = async (nodes: readonly MeshMember[]) =>
      (await Promise.all(nodes.map((node) => goesThrough(mesh, node, first)))).every(Boolean)
    const streams = await Promise.all(
      [near, far].map(async ({ name, host }) => ({
        name,
        stream: new PingStream(host, await mesh.address(third), 100),
      })),
    )
    stage.tell('8 of 32 ms nearer')
    delay(stage, second, 12)
    await pause((holdSeconds + 10) * 1_000)
    stage.check('for less than 10 ms nobody moves', await stay([near, far]))

    stage.tell('28 ms nearer: of 32 for one of them, of 182 for the other')
    const since = (await eventsOf(mesh.server)).at(-1)?.revision ?? 0
    const startedAt = performance.now()
    delay(stage, second, 2)
    await pause((holdSeconds - 2) * 1_000)
    stage.check('nobody moves before a minute is over', await stay([near, far]))
    const hasMoved = await isVia(mesh, near, second, 30_000).catch(() => false)
    stage.metric('moved-after-s', Math.round((performance.now() - startedAt) / 100) / 10)
    stage.check('then the one with a fifth to gain does', hasMoved)
    await pause(10_000)
    stage.check('the other stays', await stay([far]))
    // From the far one two more are under way at the end: 214 ms there and back, one every 100.
    await checkStreams(stage, 'through it all', streams, 4)
    const moves = movesOf((await eventsOf(mesh.server)).filter(({ revision }) => revision > since))
    const isTold = moves.length === 1 && moves[0]?.nodeId === (await nodeOf(mesh, near)) && moves[0].measured === 2
    stage.check('the log says so, with what was measured', isTold, JSON.stringify(moves))
  },
}

interface Nodes {
  readonly mesh: Mesh
  readonly first: MeshMember
  readonly second: MeshMember
  readonly near: MeshMember
  /** Whatever it reaches is 150 ms away from it, and more. */
  readonly far: MeshMember
  readonly third: MeshMember
}

/** Both nodes are at the first gateway, which is the nearest by far, and have the second as a standby. */
async function startNodes(stage: Stage): Promise<Nodes> {
  const mesh = await startMesh(stage, 1)
  const admitted = await mesh.admit(await stage.lab.publicHosts(['first', 'second', 'near', 'far'], {}))
  const [first, second, near, far] = admitted as readonly [MeshMember, MeshMember, MeshMember, MeshMember]
  await mesh.waitForTunnels()
  await mesh.pingMatrix()
  delay(stage, first, 16)
  delay(stage, second, 60)
  delay(stage, far, 75)
  await mayBeGateways(mesh)
  for (const gateway of [first, second])
    await command(mesh, { type: 'CreateGateway', nodeId: await nodeOf(mesh, gateway) })
  for (const node of [near, far]) await command(mesh, { type: 'SetAutoGateway', nodeId: await nodeOf(mesh, node) })
  // The first complete figures choose at once; so they must be there before anything changes.
  await pause(10_000)
  for (const node of [near, far]) await isVia(mesh, node, first)
  return { mesh, first, second, near, far, third: mesh.member(0) }
}

const delay = ({ lab }: Stage, { host }: MeshMember, delayMs: number): void =>
  lab.inet.uplink(host).wire?.set({ delayMs })
