/** One event as it happens, in a mesh of 100,000 hosts: a new state beside the old one. */
import { evolve, evolveAll, replay } from '@meshfold/core'
import { endpointChanges, fullMeshEvents, hostJoins, hostLeaves } from './full-mesh.js'
import { medianMilliseconds } from './measure.js'

const meshSize = 100_000

export const run = async (): Promise<{ bench: string; metrics: Record<string, number> }> => {
  const mesh = replay(fullMeshEvents(meshSize))
  globalThis.gc?.()
  const moveMs = medianMilliseconds(2000, (round) => evolve(mesh, endpointChanges((round * 37) % meshSize, round)))
  const joinMs = medianMilliseconds(1000, (round) => evolveAll(mesh, hostJoins(meshSize + round)))
  const leaveMs = medianMilliseconds(1000, (round) => evolveAll(mesh, hostLeaves((round * 37) % meshSize, round)))
  return {
    bench: 'live-event',
    metrics: {
      endpointChangeAt100000HostsMicroseconds: moveMs * 1000,
      joinOfTwoEventsAt100000HostsMicroseconds: joinMs * 1000,
      leaveOfTwoEventsAt100000HostsMicroseconds: leaveMs * 1000,
    },
  }
}
