/** A10: a network that is away for longer than a change is on probation is no reason to stay without that change. */
import type { Mesh, MeshMember } from '../mesh/mesh.js'
import { waitUntil } from '../wait-until.js'
import {
  hasRoute,
  isConfirmed,
  isReverted,
  isShownAs,
  patience,
  proofsOf,
  revertedOf,
  windowed,
} from './diverged-host.js'
import { addNetwork, putInto } from './mesh-commands.js'
import type { Scenario, Stage } from './scenario.js'
import { startMesh } from './start-mesh.js'

const range4 = '10.99.0.0/24'
/** So long a host that took something back waits for its server, before it knows that this was not what cut it off. */
const backWithinMs = 30_000

export const commitConfirmBlameless: Scenario = {
  name: 'commit-confirm-blameless',
  summary:
    'the network of a host is away for a minute after a change: the host takes the change back, which brings nothing, and has it again when its network is there',
  rows: ['A10'],
  slowSeconds: 70,
  async play(stage) {
    const mesh = await startMesh(stage, 2, windowed)
    const changed = mesh.member(0)
    await isConfirmed(changed)
    const more = await addNetwork(mesh, { name: 'more', range4 })
    await putInto(mesh, more, changed)
    await waitUntil('the change is there', () => hasRoute(changed, range4))
    await isTakenBackForNothing(stage, changed)
    stage.tell('its agent is killed, and started with the network')
    await changed.agent.kill()
    changed.agent.start()
    await stage.lab.inet.restore(changed.host)
    await isTriedAgain(stage, mesh, changed)
  },
}

async function isTakenBackForNothing(stage: Stage, changed: MeshMember): Promise<void> {
  stage.tell(`the network of ${changed.name} is away, just after a change`)
  await stage.lab.inet.isolate(changed.host)
  await isReverted(stage, changed, { section: 'addresses', metric: 'revert-ms' })
  stage.check('the route of the change is gone, too', (await hasRoute(changed, range4)) === undefined)
  const isProven = async () => (await proofsOf(changed.agent)).includes('made-no-difference') || undefined
  const limitMs = backWithinMs + patience.limitMs
  const proven = await waitUntil('that made no difference', isProven, { limitMs }).catch(() => false)
  stage.check('it finds out that this made no difference', proven === true)
}

async function isTriedAgain(stage: Stage, mesh: Mesh, changed: MeshMember): Promise<void> {
  const startedAt = performance.now()
  const isBack = async () =>
    ((await revertedOf(changed.agent)).length === 0 && (await hasRoute(changed, range4))) || undefined
  const back = await waitUntil('it is as received', isBack, patience).catch(() => false)
  stage.metric('back-ms', Math.round(performance.now() - startedAt))
  stage.check('with its network the change is there again', back === true)
  stage.check('the server shows the host as it should be', await isShownAs(mesh, changed, 'applied'))
  await isConfirmed(changed)
  stage.check('and it stays so', (await hasRoute(changed, range4)) === true)
  await mesh.pingMatrix()
}
