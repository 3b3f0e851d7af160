import { vi } from 'vitest'

/** Laws are tried on many cases, on busy machines too: a time limit would only tell how busy. */
vi.setConfig({ testTimeout: 600_000 })

/**
 * How many random cases a law is tried on: 100, or as many as `MESHFOLD_LAW_RUNS` says. `share` is for laws whose cases cost more or
 * less than others'. fast-check prints the seed of a failure; put the counter-example into the test beside the law.
 */
export const lawRuns = (share = 1): { readonly numRuns: number } => {
  const wanted = Number(process.env.MESHFOLD_LAW_RUNS ?? 100)
  return { numRuns: Math.max(1, Math.round((Number.isFinite(wanted) ? wanted : 100) * share)) }
}
