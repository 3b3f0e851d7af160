/** Nodes that an ephemeral key let in: they go some time after their agent went, and for no other reason. */
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Mesh, MeshMember } from '../mesh/mesh.js'
import { MeshAgent } from '../mesh/mesh-agent.js'
import { makeEnrollmentToken } from '../mesh/mesh-network.js'
import type { Host } from '../net/host.js'
import { pingMatrix } from '../net/ping.js'
import { waitUntil } from '../wait-until.js'
import { nodeOf } from './mesh-commands.js'
import { isLost } from './node-comes-and-goes.js'
import type { Scenario, Stage } from './scenario.js'
import { eventsOf, type SeenEvent } from './server-view.js'
import { startMesh } from './start-mesh.js'

/** As short as the server takes them; how long a node may be away after that is the mesh's own. */
const [awayAfterSeconds, patienceSeconds, graceSeconds] = [1, 10, 8]
const serveOptions = ['--away-after', `${awayAfterSeconds}`, '--patience', `${patienceSeconds}`]

export const ephemeralNodes: Scenario = {
  name: 'ephemeral-nodes',
  rows: ['A5'],
  summary:
    'an ephemeral node is removed some time after its agent went; one that returns or still joins is not, and nobody is while the server is down',
  slowSeconds: 50,
  async play(stage) {
    const mesh = await startMesh(stage, 1, { serveOptions })
    await mesh.server.api.patch('/api/v1/mesh', { ephemeralGraceSeconds: graceSeconds })
    const [leaves, returns, joins] = await stage.lab.publicHosts(['leaves', 'returns', 'joins'])
    const [leaving, returning] = await mesh.admit([leaves, returns], { ephemeral: true })
    if (leaving === undefined || returning === undefined) throw new Error('Nobody was admitted.')
    await mesh.waitForTunnels()
    await mesh.pingMatrix()
    const address = await mesh.address(leaving)
    const [leavingId, returningId] = [await nodeOf(mesh, leaving), await nodeOf(mesh, returning)]
    await Promise.all([leaving.agent.stop(), returning.agent.stop()])
    const [away] = await Promise.all([
      happens(mesh, 'NodeWentAway', leavingId),
      comesBack(mesh, returning, returningId),
    ])
    const [joining] = await Promise.all([joinsSlowly(stage, mesh, joins), isRemoved(stage, mesh, leavingId, away)])
    await isLost(stage, 'its time over', mesh, leaving, address)
    await serverIsDown(stage, mesh, { returning, returningId })
    const staying = [mesh.member(0), returning, joining]
    const targets = staying.map(async (member) => ({ host: member.host, address: await mesh.address(member) }))
    const { reachable, pairs } = await pingMatrix(await Promise.all(targets))
    stage.check('who is left reaches each other', reachable === pairs, `${reachable} of ${pairs}`)
    const left = (await eventsOf(mesh.server)).filter(({ type }) => type === 'NodeLeft')
    stage.check('nobody else was removed', left.length === 1, left.map(({ data }) => data.nodeId).join())
  },
}

/** The agent is started again as soon as its absence is in the log. */
async function comesBack(mesh: Mesh, { agent }: MeshMember, nodeId: string): Promise<void> {
  await happens(mesh, 'NodeWentAway', nodeId)
  agent.start()
  await happens(mesh, 'NodeReturned', nodeId)
}

async function isRemoved({ check, metric }: Stage, mesh: Mesh, nodeId: string, away: SeenEvent): Promise<void> {
  const { data } = await happens(mesh, 'NodeLeft', nodeId)
  const seconds = (Number(data.atEpochMs) - Number(away.data.lastContactAtEpochMs)) / 1_000
  metric('removed-after-s', Math.round(seconds * 10) / 10)
  check('it is removed once its time is over', seconds >= graceSeconds && seconds < graceSeconds + 3, `${seconds} s`)
}

/** Between its enrolment and the start of its agent it is taken for away: that counts from when it joined. */
async function joinsSlowly(stage: Stage, mesh: Mesh, host: Host): Promise<MeshMember> {
  const { toolFolder, lab, check } = stage
  const folder = join(lab.dataFolder, host.name)
  const agent = new MeshAgent(host, { folder, name: host.name, ...(toolFolder !== undefined && { toolFolder }) })
  const token = await makeEnrollmentToken(mesh.server.api, mesh.networkId, 1, { ephemeral: true })
  await agent.enroll(mesh.server.url, token)
  const nodeId = await nodeOf(mesh, { name: host.name, host, agent })
  const joined = await happens(mesh, 'NodeJoined', nodeId)
  const { data } = await happens(mesh, 'NodeWentAway', nodeId)
  check(
    'of one that joins absence counts from then',
    Number(data.lastContactAtEpochMs) >= Number(joined.data.atEpochMs),
  )
  const [member] = await mesh.admit([host])
  if (member === undefined) throw new Error('Nobody was admitted.')
  await happens(mesh, 'NodeReturned', nodeId)
  return member
}

/** For longer than anybody may be away, with one of them away before; who is not back at once has the server's patience. */
async function serverIsDown(
  { check, tell }: Stage,
  mesh: Mesh,
  { returning, returningId }: { readonly returning: MeshMember; readonly returningId: string },
): Promise<void> {
  const [last] = (await eventsOf(mesh.server)).slice(-1)
  const before = last?.revision ?? 0
  await returning.agent.stop()
  await happens(mesh, 'NodeWentAway', returningId, before)
  tell('the server is killed')
  await mesh.server.kill()
  await pause((graceSeconds + 1) * 1_000)
  await mesh.server.start()
  const startedAt = performance.now()
  returning.agent.start()
  await happens(mesh, 'NodeReturned', returningId, before)
  await pause(Math.max(0, startedAt + (patienceSeconds + 3) * 1_000 - performance.now()))
  const since = (await eventsOf(mesh.server)).filter(({ revision }) => revision > before)
  const types = since.map(({ type }) => type).filter((type) => /^Node/.test(type))
  check(
    'the server was down for longer, and nobody is missed',
    types.join() === 'NodeWentAway,NodeReturned',
    types.join(),
  )
}

const happens = (mesh: Mesh, type: string, nodeId: string, after = 0): Promise<SeenEvent> =>
  waitUntil(
    `${type} of ${nodeId}`,
    async () =>
      (await eventsOf(mesh.server)).find(
        (event) => event.revision > after && event.type === type && event.data.nodeId === nodeId,
      ),
    { limitMs: 30_000, everyMs: 100 },
  )
