/** Failures that only some see, and nodes that are at different gateways. */
import type { Mesh, MeshMember } from '../mesh/mesh.js'
import { ping } from '../net/ping.js'
import { waitUntil } from '../wait-until.js'
import { awayLimitSeconds } from './failover-limits.js'
import { isVia, killGateway, relayedMesh } from './relayed-mesh.js'
import type { Scenario, Stage } from './scenario.js'
import type { ServerChoice } from './server-choice.js'

/** Everybody but the node still reaches the gateway, and must learn that the node is not there any more. */
export const oneSidedFailure = ({ name, phrase, serverRuns }: ServerChoice): Scenario => ({
  name: `one-sided-failure${name}`,
  rows: ['F3'],
  summary: `the link between a node and its gateway breaks, and nothing else, with the server ${phrase}: all reach the node through the standby`,
  async play(stage) {
    const { mesh, first, second, third, node } = await relayedMesh(stage, { relayed: 1 })
    if (!serverRuns) await mesh.server.stop()
    const brokenAt = performance.now()
    await stage.lab.inet.partition(node.host, first.host)
    await isVia(mesh, node, second, 20_000)
    await allReach(stage, mesh, node, [first, second, third], brokenAt)
    stage.metric('outage-s', Math.round((performance.now() - brokenAt) / 100) / 10)
  },
})

/** What goes between them crosses both gateways; with one dead, both are at the other. */
export const nodesOnTwoGateways: Scenario = {
  name: 'nodes-on-two-gateways',
  rows: ['C1', 'F3'],
  summary: 'two relayed nodes at two gateways reach each other; one gateway dies, and they still do',
  async play(stage) {
    const { mesh, first, second, relayed } = await relayedMesh(stage, { relayed: 2, turned: [1] })
    const [one, other] = relayed as readonly [MeshMember, MeshMember]
    const direct = () => stage.lab.inet.packets(one.host, other.host)
    const before = await direct()
    stage.check(
      'over both gateways they reach each other',
      (await ping(one.host, await mesh.address(other), 7)) !== undefined,
    )
    stage.check('and not directly', (await direct()) === before)
    await mesh.server.stop()
    const diedAt = performance.now()
    await killGateway(first)
    await isVia(mesh, one, second, 20_000)
    await allReach(stage, mesh, one, [other, second], diedAt)
    await allReach(stage, mesh, other, [one, second], diedAt)
    stage.metric('outage-s', Math.round((performance.now() - diedAt) / 100) / 10)
  },
}

/** Waits until the node and these members reach each other, both ways; it must come in time since then. */
export async function allReach(
  stage: Stage,
  mesh: Mesh,
  node: MeshMember,
  members: readonly MeshMember[],
  sinceMs: number,
): Promise<void> {
  const address = await mesh.address(node)
  const own = await Promise.all(members.map((member) => mesh.address(member)))
  const reaches = async (from: MeshMember, to: string) =>
    waitUntil(`${from.name} reaches ${to}`, async () => (await ping(from.host, to, 1)) !== undefined, {
      limitMs: 20_000,
    })
  await Promise.all([...members.map((member) => reaches(member, address)), ...own.map((to) => reaches(node, to))])
  const seconds = Math.round((performance.now() - sinceMs) / 100) / 10
  stage.check(
    `${node.name} and ${members.map(({ name }) => name).join(', ')} reach each other within ${awayLimitSeconds} s`,
    seconds < awayLimitSeconds,
    `${seconds} s`,
  )
}
