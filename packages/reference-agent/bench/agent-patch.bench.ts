/**
 * One patch at an agent with many peers: taken into its fragments, its config kept up, paths chosen, peers of the desired host made. And
 * against that, what expanding and choosing everything anew costs.
 */
import {
  applyPatch,
  changedFragments,
  choosePaths,
  desiredHostOf,
  evolveAll,
  expandHostConfig,
  type FragmentTable,
  hostId,
  type MeshEvent,
  type MeshState,
  type Patch,
  patchOfStep,
  projectSnapshot,
  replay,
  tableOfSnapshot,
} from '@meshfold/core'
import { endpointChanges, fullMeshEvents, hostJoins, hostLeaves } from '../../core/bench/full-mesh.js'
import { medianMilliseconds } from '../../core/bench/measure.js'
import { LiveConfig } from '../src/agent/live-config.js'

const viewer = hostId('host-000000')
const rounds = 201

export const run = async (): Promise<{ bench: string; metrics: Record<string, number> }> => {
  const metrics: Record<string, number> = {}
  for (const size of [1000, 10_000]) {
    const before = replay(fullMeshEvents(size))
    const table = tableOfSnapshot(viewer, projectSnapshot(before, viewer))
    metrics[`everythingAnewAt${size}PeersMs`] = medianMilliseconds(5, () => expandAnew(table))
    const changes: Record<string, (round: number) => readonly MeshEvent[]> = {
      endpointChange: (round) => [endpointChanges(1 + round, round)],
      leave: (round) => hostLeaves(1 + rounds + round, round),
      join: (round) => hostJoins(size + round),
    }
    for (const [name, eventsOf] of Object.entries(changes)) {
      const measured = follow(before, eventsOf)
      metrics[`${name}At${size}PeersMs`] = middle(measured)
      metrics[`${name}At${size}Peers9of10Ms`] = measured[Math.floor(measured.length * 0.9)] as number
    }
  }
  return { bench: 'agent-patch', metrics }
}

const expandAnew = (table: FragmentTable): void => {
  const config = expandHostConfig(table)
  if (config === undefined) throw new Error('no config')
  desiredHostOf(config, choosePaths(config, new Map(), new Map(), undefined))
}

/** Milliseconds of each patch in a row of them by the clock, sorted: each is too short for the thread's own share to tell. */
const follow = (start: MeshState, eventsOf: (round: number) => readonly MeshEvent[]): readonly number[] => {
  let state = start
  const table = tableOfSnapshot(viewer, projectSnapshot(state, viewer))
  const live = new LiveConfig()
  live.reset(table)
  const measured: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const events = eventsOf(round)
    const after = evolveAll(state, events)
    const changes = changedFragments(state, after, events)
    // As it comes from a socket: nothing is shared with what the agent holds.
    const patch = structuredClone({ asOf: changes.asOf, changes: patchOfStep(changes, state, after, viewer) }) as Patch
    const clock = performance.now()
    takePatch(live, table, patch)
    measured.push(performance.now() - clock)
    state = after
  }
  return measured.sort((a, b) => a - b)
}

const takePatch = (live: LiveConfig, table: FragmentTable, patch: Patch): void => {
  const touched = applyPatch(table, patch)
  if (touched._tag === 'Left') throw new Error(touched.left.code)
  live.update(table, touched.right)
}

const middle = (sorted: readonly number[]): number => sorted[sorted.length >> 1] as number
