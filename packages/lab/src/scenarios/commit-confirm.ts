/** A10 on real packets: a host that a change cut off from its server takes the change back, and nobody else does. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Mesh, MeshMember } from '../mesh/mesh.js'
import { waitUntil } from '../wait-until.js'
import { command, nodeOf } from './mesh-commands.js'
import type { Scenario, Stage } from './scenario.js'
import { hostNamed } from './server-view.js'
import { startMesh } from './start-mesh.js'

/** Shorter than the thirty seconds of everyday life: what is tried is the same. */
const WINDOW_SECONDS = 10
const PATIENCE_MS = (WINDOW_SECONDS + 20) * 1000

export const commitConfirm: Scenario = {
  name: 'commit-confirm',
  summary: 'a network over the server’s own address cuts a host off: it takes that back, and nothing else',
  rows: ['A10'],
  slowSeconds: 65,
  async play(stage) {
    const mesh = await startMesh(stage, 3, { runOptions: ['--confirm-window', String(WINDOW_SECONDS)] })
    const [cutOff, bystander, revoked] = [mesh.member(0), mesh.member(1), mesh.member(2)]
    await Promise.all([cutOff, bystander].map(isConfirmed))
    const trap = await makeNetwork(mesh, 'trap', aroundServer(mesh))
    stage.tell(`${cutOff.name} is put into a network that covers the server`)
    const { hostId } = await hostNamed(mesh.server, revoked.name)
    await command(mesh, { type: 'RemoveHost', hostId })
    await putInto(mesh, trap, cutOff)
    await isReverted(stage, cutOff, 'revert-ms')
    await isShownDiverged(stage, mesh, cutOff)
    const { peers } = await mesh.tunnel(cutOff)
    stage.check('the host that was removed meanwhile stays removed', peers.length === 1, `${peers.length} peer`)
    await tryOnceMore(stage, cutOff)
    await killedInside(stage, mesh, { trap, cutOff, bystander })
  },
}

/** What was taken back is tried again when somebody says so, and taken back once more. */
async function tryOnceMore(stage: Stage, { agent }: MeshMember): Promise<void> {
  const { retried } = (await agent.retry()) as { readonly retried: readonly Reverted[] }
  const tried = retried.map(({ section }) => section)
  stage.check('the operator has it tried again', tried.includes('routes'), tried.join())
  const isBack = () => revertedOf(agent).then((sections) => sections.includes('routes') || undefined)
  const again = await waitUntil('it is taken back again', isBack, { limitMs: PATIENCE_MS }).catch(() => false)
  stage.check('which is taken back once more', again === true)
  await waitUntil('it is connected', () => isConnected(agent), { limitMs: PATIENCE_MS })
}

/** The agent is killed inside the window, and so is the server: the one reverts all the same, the other is no reason to. */
async function killedInside(
  stage: Stage,
  mesh: Mesh,
  { trap, cutOff, bystander }: { readonly trap: string; readonly cutOff: MeshMember; readonly bystander: MeshMember },
): Promise<void> {
  await command(mesh, { type: 'RemoveNode', nodeId: await nodeOf(mesh, cutOff, trap) })
  const isClean = () => revertedOf(cutOff.agent).then((sections) => sections.length === 0 || undefined)
  await waitUntil('nothing is reverted any more', isClean, { limitMs: PATIENCE_MS })
  await isConfirmed(cutOff)
  stage.tell('once more; now the agent is killed inside the window, and so is the server')
  await putInto(mesh, trap, cutOff)
  await waitUntil('it is cut off', async () => !(await isConnected(cutOff.agent)) || undefined, {
    limitMs: PATIENCE_MS,
  })
  await cutOff.agent.kill()
  await putInto(mesh, await makeNetwork(mesh, 'plain', '10.99.0.0/24'), bystander)
  await waitUntil('the other change is there', () => hasRoute(bystander, '10.99.0.0/24'))
  await mesh.server.kill()
  const killedAt = performance.now()
  cutOff.agent.start()
  await isReverted(stage, cutOff, 'revert-after-kill-9-ms')
  const leftMs = killedAt + (WINDOW_SECONDS + 8) * 1000 - performance.now()
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, leftMs)))
  const kept = (await revertedOf(bystander.agent)).length === 0 && (await hasRoute(bystander, '10.99.0.0/24'))
  stage.check('a server that crashed inside the window is no reason to take anything back', kept === true)
}

interface Reverted {
  readonly section: string
}

interface Status {
  readonly server: { readonly connected: boolean }
  readonly config: { readonly reverted: readonly Reverted[] }
}

type Agent = MeshMember['agent']

const statusOf = async (agent: Agent): Promise<Status> => (await agent.status()) as Status
const isConnected = async (agent: Agent): Promise<boolean> => (await statusOf(agent)).server.connected
const revertedOf = async (agent: Agent): Promise<readonly string[]> =>
  (await statusOf(agent)).config.reverted.map(({ section }) => section)

async function isReverted(stage: Stage, { name, agent }: MeshMember, metric: string): Promise<void> {
  const startedAt = performance.now()
  const sections = await waitUntil(
    `${name} takes it back`,
    async () => {
      const reverted = await revertedOf(agent)
      return reverted.includes('routes') ? reverted : undefined
    },
    { limitMs: PATIENCE_MS },
  ).catch(() => [])
  const passedMs = Math.round(performance.now() - startedAt)
  stage.metric(metric, passedMs)
  stage.check(`${name} takes it back by itself`, sections.length > 0, `${sections.join()} after ${passedMs} ms`)
}

async function isShownDiverged(stage: Stage, mesh: Mesh, { name }: MeshMember): Promise<void> {
  const isShown = async () => {
    const { presence } = (await hostNamed(mesh.server, name)) as { presence: { online: boolean; outcome?: string } }
    return (presence.online && presence.outcome === 'reverted') || undefined
  }
  const shown = await waitUntil('the server hears of it', isShown, { limitMs: PATIENCE_MS }).catch(() => false)
  stage.check('it is connected again, and the server shows it as diverged', shown === true)
}

/** What is in effect has proved itself: otherwise there would be nothing to go back to. */
const isConfirmed = ({ name, agent }: MeshMember): Promise<true> =>
  waitUntil(
    `${name} has confirmed its config`,
    async () => {
      const text = await readFile(join(agent.stateFolder, 'probation.json'), 'utf8').catch(() => '{}')
      const { confirmed, pending } = JSON.parse(text) as { confirmed?: object | null; pending?: object | null }
      return (confirmed && pending === null) || undefined
    },
    { limitMs: PATIENCE_MS },
  )

async function makeNetwork({ server }: Mesh, name: string, range4: string): Promise<string> {
  const made = await server.api.post<{ network: { networkId: string } }>('/api/v1/networks', { name, range4 })
  return made.network.networkId
}

async function putInto(mesh: Mesh, networkId: string, { name }: MeshMember): Promise<void> {
  const { hostId } = await hostNamed(mesh.server, name)
  await mesh.server.api.post(`/api/v1/networks/${networkId}/nodes`, { hostId })
}

/** Eight addresses, the server's among them. */
function aroundServer({ server }: Mesh): string {
  const parts = server.plan.address.split('.').map(Number)
  const last = parts[3] ?? 0
  return `${parts.slice(0, 3).join('.')}.${last - (last % 8)}/29`
}

const hasRoute = async ({ host, agent }: MeshMember, prefix: string): Promise<true | undefined> =>
  (await host.sh(`ip route show dev ${agent.interfaceName}`)).includes(prefix) || undefined
