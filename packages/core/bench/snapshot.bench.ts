/** All that one host is told when it comes for the first time, and how that grows with the mesh for a node behind gateways. */
import { encodeServerMessage, type HostId, type MeshState, projectSnapshot, replay } from '@meshfold/core'
import { fullMeshEvents, hostNumber, nodeNumber } from './full-mesh.js'
import { medianMilliseconds } from './measure.js'
import { becomesGateway, becomesRelayed } from './relayed-mesh.js'

export const run = async (): Promise<{ bench: string; metrics: Record<string, number> }> => {
  const metrics: Record<string, number> = {}
  for (const size of [1000, 10_000]) {
    const state = replay([
      ...fullMeshEvents(size),
      becomesGateway(0),
      becomesGateway(1),
      becomesRelayed(2, [nodeNumber(0), nodeNumber(1)]),
    ])
    const viewers = { plainNode: 500, gateway: 0, relayedNode: 2 }
    for (const [name, n] of Object.entries(viewers)) {
      // Another one each time, where there are others: what one of them was sent is partly kept for the next.
      const ms = medianMilliseconds(25, (round) =>
        snapshotText(state, hostNumber(name === 'plainNode' ? n + round : n)),
      )
      metrics[`${name}SnapshotAt${size}Ms`] = ms
      metrics[`${name}SnapshotAt${size}Bytes`] = snapshotText(state, hostNumber(n)).length
    }
    metrics[`relayedNodeAt${size}BytesWithoutNames`] = withoutNames(state, hostNumber(2))
  }
  return { bench: 'snapshot', metrics }
}

const snapshotText = (state: MeshState, viewer: HostId): string =>
  encodeServerMessage({ type: 'snapshot', snapshot: projectSnapshot(state, viewer) })

const withoutNames = (state: MeshState, viewer: HostId): number => {
  const { asOf, fragments } = projectSnapshot(state, viewer)
  const others = fragments.filter(({ kind }) => kind !== 'names' && kind !== 'set')
  return encodeServerMessage({ type: 'snapshot', snapshot: { asOf, fragments: others } }).length
}
