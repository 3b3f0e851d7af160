/** How fast a log becomes a state: 80 % endpoint changes, 10 % joins, 10 % leaves, over a mesh of 10,000 hosts. */
import { evolve, evolveAll, type MeshEvent, replay } from '@meshfold/core'
import { endpointChanges, fullMeshEvents, hostJoins, hostLeaves } from './full-mesh.js'
import { medianMilliseconds, millisecondsOf } from './measure.js'

const meshSize = 10_000
const eventCount = 1_000_000

export const run = async (): Promise<{ bench: string; metrics: Record<string, number> }> => {
  const events = mixedEvents()
  replay(events.slice(0, 100_000))
  const foldMs = millisecondsOf(() => replay(events))
  const live = replay(fullMeshEvents(100_000))
  const liveMs = medianMilliseconds(2000, (round) => evolve(live, endpointChanges(round * 37, round)))
  const joinMs = medianMilliseconds(500, (round) => evolveAll(live, hostJoins(100_000 + round)))
  return {
    bench: 'replay',
    metrics: {
      foldedEvents: events.length,
      foldedEventsPerSecond: events.length / (foldMs / 1000),
      liveEndpointChangeAt100000HostsMicroseconds: liveMs * 1000,
      liveJoinAt100000HostsMicroseconds: joinMs * 1000,
    },
  }
}

const mixedEvents = (): readonly MeshEvent[] => {
  const events = fullMeshEvents(meshSize)
  let newest = meshSize
  let oldest = 0
  for (let round = 0; events.length < eventCount; round += 1) {
    if (round % 20 === 0) events.push(...hostJoins(newest++))
    else if (round % 20 === 1) events.push(...hostLeaves(oldest++, round))
    else events.push(endpointChanges(oldest + 1 + (round % (meshSize - 2)), round))
  }
  return events
}
