/** A10 on real packets: a host that a change cut off from its server takes the change back, and nobody else does. */
import type { Mesh, MeshMember } from '../mesh/mesh.js'
import { answerOn, knock } from '../net/knock.js'
import { waitUntil } from '../wait-until.js'
import {
  hasRoute,
  isConfirmed,
  isConnected,
  isReverted,
  isShownDiverged,
  judgedMs,
  patience,
  revertedOf,
  windowed,
} from './diverged-host.js'
import { addNetwork, command, nodeOf, putInto } from './mesh-commands.js'
import type { Scenario, Stage } from './scenario.js'
import { hostNamed } from './server-view.js'
import { startMesh } from './start-mesh.js'

export const commitConfirm: Scenario = {
  name: 'commit-confirm',
  summary:
    'a network over the server’s own address cuts a host off: it takes that back, and neither a revocation nor a policy',
  rows: ['A10'],
  slowSeconds: 65,
  async play(stage) {
    const mesh = await startMesh(stage, 3, windowed)
    const [cutOff, bystander, revoked] = [mesh.member(0), mesh.member(1), mesh.member(2)]
    await Promise.all([cutOff, bystander].map(isConfirmed))
    const trap = await addNetwork(mesh, { name: 'trap', range4: aroundServer(mesh) })
    await mesh.pingMatrix()
    await answerOn(cutOff.host, { ports: [80, 443] })
    stage.check('two of its ports are open at first', (await openPorts(mesh, bystander, cutOff)) === '80,443')
    stage.tell(`${cutOff.name} is put into a network that covers the server`)
    await putInto(mesh, trap, cutOff)
    await waitUntil('the trap is there', () => hasRoute(cutOff, aroundServer(mesh)))
    await tighten(mesh, { cutOff, bystander, revoked })
    const isUnjudged = (await revertedOf(cutOff.agent)).length === 0
    stage.check('another is removed and ports are closed before that is judged', isUnjudged)
    await isReverted(stage, cutOff, { section: 'routes', metric: 'revert-ms' })
    await isShownDiverged(stage, mesh, cutOff)
    await staysTight(stage, mesh, { cutOff, bystander }, 'taken back')
    await tryOnceMore(stage, cutOff)
    await staysTight(stage, mesh, { cutOff, bystander }, 'taken back once more')
    await killedInside(stage, mesh, { trap, cutOff, bystander })
  },
}

interface Parts {
  readonly cutOff: MeshMember
  readonly bystander: MeshMember
  readonly revoked: MeshMember
}

/** One host is removed, and of the ports of the one on probation a policy leaves one: it hears of both when it is back. */
async function tighten(mesh: Mesh, { cutOff, bystander, revoked }: Parts): Promise<void> {
  const { hostId } = await hostNamed(mesh.server, revoked.name)
  await command(mesh, { type: 'RemoveHost', hostId })
  await command(mesh, {
    type: 'AddPolicy',
    networkId: mesh.networkId,
    name: 'web',
    sources: [{ kind: 'node', nodeId: await nodeOf(mesh, bystander) }],
    destinations: [{ kind: 'node', nodeId: await nodeOf(mesh, cutOff) }],
    traffic: [{ protocol: 'tcp', ports: [{ first: 443, last: 443 }] }],
  })
  await command(mesh, { type: 'SwitchDefaultPolicy', networkId: mesh.networkId, everyoneAllowed: false })
}

/** Who was removed is no peer, and the port that was closed is closed, also in a while. */
async function staysTight(
  { check }: Stage,
  mesh: Mesh,
  { cutOff, bystander }: Pick<Parts, 'cutOff' | 'bystander'>,
  when: string,
): Promise<void> {
  // A first handshake may be needed, and may cross another one.
  const reaches = async () => (await openPorts(mesh, bystander, cutOff)).includes('443')
  await waitUntil(`${bystander.name} reaches it`, reaches, patience).catch(() => false)
  const { peers } = await mesh.tunnel(cutOff)
  check(`${when}: the host that was removed meanwhile stays removed`, peers.length === 1, `${peers.length} peer`)
  const ports = await openPorts(mesh, bystander, cutOff)
  check(`${when}: the port that was closed meanwhile stays closed`, ports === '443', ports)
}

async function openPorts(mesh: Mesh, from: MeshMember, to: MeshMember): Promise<string> {
  const address = await mesh.address(to)
  const ports = [80, 443]
  const answers = await knock(
    from.host,
    ports.map((port) => ({ from: null, to: address, protocol: 'tcp', port })),
  )
  return ports.filter((_, at) => answers[at]).join()
}

/** What was taken back is tried again when somebody says so, and taken back once more. */
async function tryOnceMore(stage: Stage, { agent }: MeshMember): Promise<void> {
  const { retried } = (await agent.retry()) as { readonly retried: readonly { readonly section: string }[] }
  const tried = retried.map(({ section }) => section)
  stage.check('the operator has it tried again', tried.includes('routes'), tried.join())
  const isBack = () => revertedOf(agent).then((sections) => sections.includes('routes') || undefined)
  const again = await waitUntil('it is taken back again', isBack, patience).catch(() => false)
  stage.check('which is taken back once more', again === true)
  await waitUntil('it is connected', () => isConnected(agent), patience)
}

/** The agent is killed inside the window, and so is the server: the one reverts all the same, the other is no reason to. */
async function killedInside(
  stage: Stage,
  mesh: Mesh,
  { trap, cutOff, bystander }: { readonly trap: string } & Pick<Parts, 'cutOff' | 'bystander'>,
): Promise<void> {
  await command(mesh, { type: 'RemoveNode', nodeId: await nodeOf(mesh, cutOff, trap) })
  const isClean = () => revertedOf(cutOff.agent).then((sections) => sections.length === 0 || undefined)
  await waitUntil('nothing is reverted any more', isClean, patience)
  await isConfirmed(cutOff)
  stage.tell('once more; now the agent is killed inside the window, and so is the server')
  await putInto(mesh, trap, cutOff)
  await waitUntil('it is cut off', async () => !(await isConnected(cutOff.agent)) || undefined, patience)
  await cutOff.agent.kill()
  await putInto(mesh, await addNetwork(mesh, { name: 'plain', range4: '10.99.0.0/24' }), bystander)
  await waitUntil('the other change is there', () => hasRoute(bystander, '10.99.0.0/24'))
  await mesh.server.kill()
  const killedAt = performance.now()
  cutOff.agent.start()
  await isReverted(stage, cutOff, { section: 'routes', metric: 'revert-after-kill-9-ms' })
  const leftMs = killedAt + judgedMs - performance.now()
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, leftMs)))
  const kept = (await revertedOf(bystander.agent)).length === 0 && (await hasRoute(bystander, '10.99.0.0/24'))
  stage.check('a server that crashed inside the window is no reason to take anything back', kept === true)
}

/** Eight addresses, the server's among them. */
function aroundServer({ server }: Mesh): string {
  const parts = server.plan.address.split('.').map(Number)
  const last = parts[3] ?? 0
  return `${parts.slice(0, 3).join('.')}.${last - (last % 8)}/29`
}
