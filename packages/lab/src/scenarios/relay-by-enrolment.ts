/** Hosts that come in relayed: by a key with a gateway, and by one that leaves it to the mesh which. */
import type { Mesh, MeshMember } from '../mesh/mesh.js'
import { ping } from '../net/ping.js'
import { waitUntil } from '../wait-until.js'
import { command, hasPeers, mayBeGateways, nodeOf } from './mesh-commands.js'
import { assignGateways, goesThrough, isVia, killGateway } from './relayed-mesh.js'
import type { Scenario, Stage } from './scenario.js'
import { eventsOf } from './server-view.js'
import { startCast } from './start-mesh.js'

/** F4: gateways that are so close to the nearest are equally good. */
const equallyGoodMs = 10

export const relayByEnrolment: Scenario = {
  name: 'relay-by-enrolment',
  summary:
    'keys with a gateway, and with whichever is nearest: who joins by one is relayed from the start, of near ones by that with fewer nodes, and stays',
  rows: ['C2', 'F1', 'F4', 'G1'],
  async play(stage) {
    const { mesh, first, second, third } = await startCast(stage, ['first', 'second', 'third'])
    const [far] = await mesh.admit(await stage.lab.publicHosts(['far'], { delayMs: 30 }))
    if (far === undefined) throw new Error('Nobody was admitted.')
    await mayBeGateways(mesh)
    for (const gateway of [first, second, far])
      await command(mesh, { type: 'CreateGateway', nodeId: await nodeOf(mesh, gateway) })
    const gateways = [first, second, far]
    const branch = await joins(stage, mesh, 'branch', { mode: 'manual', nodeId: await nodeOf(mesh, first) })
    await isVia(mesh, branch, first)
    const office = await joins(stage, mesh, 'office', { mode: 'auto' })
    const home = await isAtTheEmptier(stage, mesh, office, { gateways, users: new Map([[first, 1]]) })
    await assignGateways(mesh, branch, [home])
    await isVia(mesh, branch, home)
    const annex = await joins(stage, mesh, 'annex', { mode: 'auto' })
    await isAtTheEmptier(stage, mesh, annex, { gateways, users: new Map([[home, 2]]) })
    stage.check('its gateway has more nodes now, and nobody moves for that', await goesThrough(mesh, office, home))
    const { reachable, pairs } = await mesh.pingMatrix()
    stage.check('everybody reaches everybody', reachable === pairs, `${reachable} of ${pairs}`)
    await killGateway(first)
    const late = await joins(stage, mesh, 'late', { mode: 'auto' })
    const isAtLiving = async () => (await goesThrough(mesh, late, second)) || (await goesThrough(mesh, late, far))
    stage.check('with one dead, it has one that is alive', await waitUntil('it has', isAtLiving).catch(() => false))
    const to = await mesh.address(third)
    const answer = await waitUntil('it is reached', () => ping(late.host, to)).catch(() => undefined)
    stage.check('and through that it reaches the others', answer !== undefined)
    for (const { host } of [branch, office, annex, late]) {
      const past = await stage.lab.inet.packets(host, third.host)
      stage.check(`nothing of ${host.name} ever went past its gateway`, past === 0, `${past} packets`)
    }
  },
}

async function joins(stage: Stage, mesh: Mesh, name: string, gateway: object): Promise<MeshMember> {
  const hosts = await stage.lab.publicHosts([name])
  const startedAt = performance.now()
  const [member] = await mesh.admit(hosts, { gateway })
  if (member === undefined) throw new Error('Nobody was admitted.')
  await waitUntil(`${name} has a tunnel`, () => member.agent.tunnel(), { limitMs: 30_000 })
  await hasPeers(mesh, member, 1)
  stage.metric(`${name}-joined-ms`, Math.round(performance.now() - startedAt))
  return member
}

interface Offer {
  readonly gateways: readonly MeshMember[]
  /** How many others each has. */
  readonly users: ReadonlyMap<MeshMember, number>
}

/**
 * F1, F4: what its packets take, once all are measured, is the nearest gateway, and of those that are equally good the one with the fewest
 * nodes. Which are equally good is what the server chose on: on a busy machine a round trip may take longer.
 */
async function isAtTheEmptier(
  stage: Stage,
  mesh: Mesh,
  member: MeshMember,
  { gateways, users }: Offer,
): Promise<MeshMember> {
  const nodeId = await nodeOf(mesh, member)
  const ids = await Promise.all(gateways.map((gateway) => nodeOf(mesh, gateway)))
  const measured = await waitUntil('all are measured', () => measuredOf(mesh, nodeId, gateways.length), {
    limitMs: 40_000,
  })
  const figures = gateways.map((gateway, at) => ({
    gateway,
    ms: measured.get(ids[at] ?? '') ?? Number.POSITIVE_INFINITY,
    users: users.get(gateway) ?? 0,
  }))
  const nearestMs = Math.min(...figures.map(({ ms }) => ms))
  const near = figures.filter(({ ms }) => ms <= nearestMs + equallyGoodMs)
  const fewest = Math.min(...near.map(({ users }) => users))
  const right = near.filter(({ users }) => users === fewest).map(({ gateway }) => gateway)
  const seen = async () => {
    for (const gateway of right) if (await goesThrough(mesh, member, gateway)) return gateway
    return undefined
  }
  const home = await waitUntil(`${member.name} has one of them`, seen, { limitMs: 15_000 }).catch(() => undefined)
  const detail = figures.map(({ gateway, ms, users }) => `${gateway.name} ${ms.toFixed(1)} ms, has ${users}`).join('; ')
  stage.metric(`near-${member.name}`, near.length)
  stage.check(
    `${member.name} has the nearest, of equally good ones that with the fewest nodes`,
    home !== undefined,
    `${home?.name ?? 'another one'} of ${detail}`,
  )
  return home ?? right[0] ?? member
}

/** How far each gateway is, as the server's choice for a node says that was made with all of them measured. */
async function measuredOf(mesh: Mesh, nodeId: string, count: number): Promise<ReadonlyMap<string, number> | undefined> {
  for (const { type, data } of await eventsOf(mesh.server)) {
    if (data.nodeId !== nodeId || (type !== 'GatewayRankingChanged' && type !== 'RelayMoved')) continue
    const { measured } = data.evidence as Evidence
    const figures = measured.flatMap(({ gatewayId, roundTripMs }) =>
      roundTripMs === null ? [] : [[gatewayId, roundTripMs] as const],
    )
    if (figures.length === count) return new Map(figures)
  }
  return undefined
}

interface Evidence {
  readonly measured: readonly { readonly gatewayId: string; readonly roundTripMs: number | null }[]
}
