/** What the state of a mesh with all its indexes takes of the heap, after what it was made from is gone. */
import { type MeshState, replay } from '@meshfold/core'
import { fullMeshEvents } from './full-mesh.js'

export const run = async (): Promise<{ bench: string; metrics: Record<string, number> }> => {
  const metrics: Record<string, number> = {}
  for (const size of [1000, 10_000]) {
    const before = heapBytes()
    const state = detached(size)
    metrics[`stateOf${size}HostsMegabytes`] = (heapBytes() - before) / 1e6
    if (state.hosts.size !== size) throw new Error('the mesh is not what was asked for')
  }
  return { bench: 'state-memory', metrics }
}

/** Made from events as they come out of a log: no text of theirs is shared with another event's. */
const detached = (size: number): MeshState => replay(JSON.parse(JSON.stringify(fullMeshEvents(size))))

const heapBytes = (): number => {
  for (let round = 0; round < 3; round += 1) globalThis.gc?.()
  return process.memoryUsage().heapUsed
}
