/**
 * What every host driver must do, as tests. A driver runs them under its own test runner, on hosts that may be broken:
 *
 * ```ts
 * import { describe, test } from 'vitest'
 *
 * hostDriverConformance({
 *   describe,
 *   test,
 *   createHost: async () => ({ open, keys, hold, snapshot, dispose }),
 * })
 * ```
 *
 * Each change is compared with a model of what it means (`applyHostChanges`), so a driver passes neither by doing nothing nor
 * by remembering what it was told: what counts is what a driver opened anew reads. A driver may decline only what a
 * capability that it declares missing covers, and the kit checks that it does so aloud.
 */
import { changeCases } from './host-driver-conformance/change-cases.js'
import {
  type HostDriverCase,
  type HostDriverConformanceOptions,
  runCase,
} from './host-driver-conformance/conformance-case.js'
import { convergenceCases } from './host-driver-conformance/convergence-cases.js'
import { observeCases } from './host-driver-conformance/observe-cases.js'
import { refusalCases } from './host-driver-conformance/refusal-cases.js'

export type { HostDriverConformanceOptions, HostUnderTest } from './host-driver-conformance/conformance-case.js'

const groups: readonly (readonly [string, readonly HostDriverCase[]])[] = [
  ['observe', observeCases],
  ['execute', changeCases],
  ['refuse', refusalCases],
  ['converge', convergenceCases],
]

/** Registers the cases with the test runner that was passed in. Each case gets a host of its own and disposes of it. */
export function hostDriverConformance(options: HostDriverConformanceOptions): void {
  for (const [name, cases] of groups) {
    options.describe(name, () => {
      for (const hostCase of cases) options.test(hostCase.name, () => runCase(hostCase, options))
    })
  }
}
