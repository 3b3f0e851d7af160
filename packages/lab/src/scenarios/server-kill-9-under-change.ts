import type { Mesh, MeshMember } from '../mesh/mesh.js'
import { waitUntil } from '../wait-until.js'
import { command, nodeOf } from './mesh-commands.js'
import type { Scenario } from './scenario.js'
import { eventsOf } from './server-view.js'
import { startMesh } from './start-mesh.js'

const answersBefore = 10
const mostChanges = 200

/** An answer is a promise, whatever happens to the server right after it. */
export const serverKill9UnderChange: Scenario = {
  name: 'server-kill-9-under-change',
  summary: 'the server dies in the middle of changes: what it answered is there afterwards, once, and on every host',
  rows: ['A8'],
  async play(stage) {
    const mesh = await startMesh(stage, 3)
    await mesh.pingMatrix()
    const answered: number[] = []
    const nodeId = await nodeOf(mesh, mesh.member(0))
    const changing = changeUntilItDies(mesh, nodeId, answered)
    await waitUntil('some changes are answered', () => answered.length >= answersBefore)
    await mesh.server.kill()
    await changing
    stage.metric('answered', answered.length)
    stage.check('it died in the middle', answered.length < mostChanges, `after ${answered.length} answers`)
    const startedAt = performance.now()
    await mesh.server.start()
    const recorded = (await eventsOf(mesh.server))
      .filter(({ type }) => type === 'EgressAdded')
      .map(({ data }) => data.name)
    const lost = answered.filter((number) => !recorded.includes(nameOf(number)))
    stage.check('every change that was answered is in the log', lost.length === 0, lost.join())
    const isOnce = new Set(recorded).size === recorded.length && recorded.length <= answered.length + 1
    stage.check('once, and at most the one under way besides', isOnce, `${recorded.length} recorded`)
    const wanted = recorded.map((name) => rangeOf(Number(String(name).slice(1)))).sort()
    for (const member of mesh.members.slice(1)) {
      const isThere = async () => (await officeRoutes(member)).join() === wanted.join()
      const there = await waitUntil('its routes are there', isThere, { limitMs: 30_000 }).catch(() => false)
      stage.check(`${member.name} has a route to each of them and to nothing else`, there)
    }
    stage.metric('settled-ms', Math.round(performance.now() - startedAt))
    const { reachable } = await mesh.pingMatrix()
    stage.check('everybody reaches everybody', reachable === 6, `${reachable} of 6`)
  },
}

const nameOf = (number: number): string => `e${number}`
const rangeOf = (number: number): string => `192.168.${number}.0/24`

/** One range after another, each when the one before was answered. */
async function changeUntilItDies(mesh: Mesh, nodeId: string, answered: number[]): Promise<void> {
  for (let number = 1; number <= mostChanges; number += 1) {
    const range = { name: nameOf(number), ranges: [rangeOf(number)], routers: [{ nodeId }] }
    const isDone = await command(mesh, { type: 'AddEgress', networkId: mesh.networkId, ...range }).then(
      () => true,
      () => false,
    )
    if (!isDone) return
    answered.push(number)
  }
}

async function officeRoutes({ host, agent }: MeshMember): Promise<readonly string[]> {
  const shown = await host.sh(`ip -4 route show dev ${agent.interfaceName}`)
  const prefixes = shown.split('\n').map((line) => line.split(' ')[0] ?? '')
  return prefixes.filter((prefix) => prefix.startsWith('192.168.')).sort()
}
