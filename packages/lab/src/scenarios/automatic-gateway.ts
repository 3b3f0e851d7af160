/** Nodes whose gateway the mesh chooses: which one that is, what makes them leave it, and what does not. */
import { setTimeout as pause } from 'node:timers/promises'
import type { Mesh, MeshMember } from '../mesh/mesh.js'
import type { Host } from '../net/host.js'
import { ping } from '../net/ping.js'
import { waitUntil } from '../wait-until.js'
import { awayLimitSeconds } from './failover-limits.js'
import { isSeenAs, publicAddresses, routeAll, seenFrom } from './internet-mesh.js'
import { command, hasPeers, mayBeGateways, nodeOf } from './mesh-commands.js'
import { openWeb } from './outside.js'
import { goesThrough, isVia, killGateway } from './relayed-mesh.js'
import type { Scenario, Stage } from './scenario.js'
import { startCast } from './start-mesh.js'

export const automaticGateway: Scenario = {
  name: 'automatic-gateway',
  rows: ['F1'],
  summary:
    'a node with an automatic gateway takes the first that there is, keeps it when others come, and leaves it when it dies',
  async play(stage) {
    const { mesh, first, second, third, node } = await startCast(stage, ['first', 'second', 'third', 'node'])
    await mayBeGateways(mesh)
    await automatic(mesh, node)
    await pause(1_000)
    await hasPeers(mesh, node, 3)
    stage.check('without any gateway it is reached directly', (await reached(node.host, mesh, [third])) === 1)
    await newGateway(mesh, first)
    stage.check('it takes the first that there is', await comes(isVia(mesh, node, first)))
    await newGateway(mesh, second)
    await isMeasured(node, second)
    stage.check('it keeps it when another comes', await goesThrough(mesh, node, first))
    stage.check('through it, it reaches everybody', (await reached(node.host, mesh, [first, second, third])) === 3)
    await diesAndIsReplaced(stage, { mesh, node, dying: first, next: second })
    const before = await stage.lab.inet.packets(node.host, third.host)
    stage.check('through that it reaches the others', (await reached(node.host, mesh, [second, third])) === 2)
    stage.check('and not directly', (await stage.lab.inet.packets(node.host, third.host)) === before)
  },
}

export const automaticInternetGateway: Scenario = {
  name: 'automatic-internet-gateway',
  rows: ['D8'],
  summary:
    'all traffic of a node with an automatic gateway: through internet gateways as long as one lives, then the mesh through any, and nothing else',
  async play(stage) {
    const { mesh, plain, one, other, third, user } = await startCast(stage, ['plain', 'one', 'other', 'third', 'user'])
    const web = await openWeb(stage.lab)
    await mayBeGateways(mesh)
    await newGateway(mesh, plain)
    await automatic(mesh, user)
    await isVia(mesh, user, plain)
    for (const exit of [one, other]) {
      await newGateway(mesh, exit)
      await command(mesh, { type: 'EnableInternetGateway', nodeId: await nodeOf(mesh, exit), connectNodeIds: [] })
    }
    await routeAll(mesh, user, true)
    const isAt = (exit: MeshMember) => goesThrough(mesh, user, exit)
    const chosen = await waitUntil('it is at an internet gateway', async () =>
      (await isAt(one)) ? one : (await isAt(other)) && other,
    )
    const next = chosen === one ? other : one
    stage.check(
      'the internet sees an internet gateway',
      await isSeenAs(user.host, { web }, publicAddresses(stage, chosen)),
    )
    await isMeasured(user, next)
    await diesAndIsReplaced(stage, { mesh, node: user, dying: chosen, next })
    stage.check('then the internet sees the other', await isSeenAs(user.host, { web }, publicAddresses(stage, next)))
    await diesAndIsReplaced(stage, { mesh, node: user, dying: next, next: plain })
    stage.check('with both gone, the mesh is there', (await reached(user.host, mesh, [plain, third])) === 2)
    const seen = await seenFrom(user.host, { web })
    stage.check('and the internet is not', seen.join() === '-,-', seen.join())
  },
}

/** The node knows that it could go through that gateway: its agent has measured it. */
const isMeasured = ({ agent }: MeshMember, gateway: MeshMember): Promise<true> =>
  waitUntil(
    `${gateway.name} is measured`,
    async () => {
      const { paths } = (await agent.status()) as Measuring
      return paths?.measured.some(({ name, state }) => name === gateway.name && state === 'up')
    },
    // Standbys come to it with the next figures that it tells its server, every ten seconds.
    { limitMs: 30_000, everyMs: 200 },
  )

interface Measuring {
  readonly paths: { readonly measured: readonly { readonly name: string; readonly state: string }[] } | null
}

interface Replacement {
  readonly mesh: Mesh
  readonly node: MeshMember
  readonly dying: MeshMember
  readonly next: MeshMember
}

async function diesAndIsReplaced(stage: Stage, { mesh, node, dying, next }: Replacement): Promise<void> {
  const diedAt = performance.now()
  await killGateway(dying)
  stage.check(`${dying.name} dies, and ${next.name} takes its place`, await comes(isVia(mesh, node, next, 20_000)))
  const seconds = Math.round((performance.now() - diedAt) / 100) / 10
  stage.metric(`from-${dying.name}-to-${next.name}-s`, seconds)
  stage.check(`within ${awayLimitSeconds} s`, seconds < awayLimitSeconds, `${seconds} s`)
}

const comes = (awaited: Promise<true>): Promise<boolean> => awaited.catch(() => false)

/** How many of these answer; others may need a moment longer than the node to find out about its gateway. */
async function reached(from: Host, mesh: Mesh, members: readonly MeshMember[]): Promise<number> {
  const addresses = await Promise.all(members.map((member) => mesh.address(member)))
  const answers = addresses.map((address) => waitUntil(`${address} answers`, () => ping(from, address, 1)))
  return (await Promise.allSettled(answers)).filter(({ status }) => status === 'fulfilled').length
}

const automatic = async (mesh: Mesh, node: MeshMember): Promise<unknown> =>
  command(mesh, { type: 'SetAutoGateway', nodeId: await nodeOf(mesh, node) })

const newGateway = async (mesh: Mesh, member: MeshMember): Promise<unknown> =>
  command(mesh, { type: 'CreateGateway', nodeId: await nodeOf(mesh, member) })
