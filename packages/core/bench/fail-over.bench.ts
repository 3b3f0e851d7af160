/**
 * How long a failure silences those who talk: agents with their probes, vectors and choices in virtual time, on random meshes with
 * latencies to 100 ms and up to three messages of ten about vectors lost. Counted in each run is the last pair of ends that talks again.
 */
import * as fc from 'fast-check'
import { type FailureKind, failureKinds, recoveryMs } from '../test/fail-over/recovery-time.js'
import { scenario } from '../test/fail-over/scenario.js'

const runsOfEach = 250
const meshes = fc.sample(scenario, { numRuns: 4000, seed: 1 })

export const run = async (): Promise<{ bench: string; metrics: Record<string, number> }> => {
  const metrics: Record<string, number> = {}
  for (const kind of Object.keys(failureKinds) as FailureKind[]) {
    const times = recoveries(kind)
    metrics[`${kind}Runs`] = times.length
    metrics[`${kind}MedianSeconds`] = seconds(times[times.length >> 1])
    metrics[`${kind}MaxSeconds`] = seconds(times.at(-1))
  }
  return { bench: 'fail-over', metrics }
}

const recoveries = (kind: FailureKind): readonly number[] => {
  const times: number[] = []
  for (const story of meshes) {
    if (times.length >= runsOfEach) break
    const ms = recoveryMs(kind, story)
    if (ms !== undefined) times.push(ms)
  }
  return times.sort((a, b) => a - b)
}

const seconds = (ms: number | undefined): number => Math.round((ms ?? Number.NaN) / 10) / 100
