/** A relayed node whose disk is put back, as from a snapshot of its machine: others know a newer place of it than it does itself. */
import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isVia, relayedMesh } from './relayed-mesh.js'
import type { Scenario } from './scenario.js'

export const relayedNodeRestored: Scenario = {
  name: 'relayed-node-restored',
  rows: ['F3'],
  summary:
    'a relayed node is put back to a snapshot from before its gateway died, without the server: it finds that others know better, and is reached',
  async play(stage) {
    const { lab, check, metric, tell } = stage
    const { mesh, first, second, node } = await relayedMesh(stage, { relayed: 1 })
    const [state, snapshot] = [node.agent.stateFolder, join(lab.dataFolder, 'snapshot')]
    const isSocket = (file: string) => file.endsWith('.sock') || file.endsWith('.lock')
    await cp(state, snapshot, { recursive: true, filter: (file) => !isSocket(file) })
    await mesh.server.stop()
    await lab.inet.isolate(first.host)
    await isVia(mesh, node, second)
    await lab.inet.restore(first.host)
    await mesh.pingMatrix()
    tell(`${node.name} is put back to the time before it moved`)
    await node.agent.stop()
    await rm(state, { recursive: true })
    await cp(snapshot, state, { recursive: true })
    node.agent.start()
    const startedAt = performance.now()
    await isVia(mesh, node, first)
    check('it begins where it was then, at its first gateway', true)
    const { reachable, pairs } = await mesh.pingMatrix()
    metric('whole-after-ms', Math.round(performance.now() - startedAt))
    check('everybody reaches everybody again', reachable === pairs, `${reachable} of ${pairs}`)
  },
}
