import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type FailureKind, failureKinds, recoveryMs } from '../../test/fail-over/recovery-time.js'
import { play, scenario } from '../../test/fail-over/scenario.js'
import { lawRuns } from '../../test/law-runs.js'

describe('F3 fail-over without a server', () => {
  test('everyone talks again within 5 s of a failure, and packets never go in circles', async () => {
    await fc.assert(
      fc.property(scenario, (story) => {
        const { failures, circles, loops } = play(story)
        expect(loops).toEqual([])
        expect(circles).toEqual([])
        expect(failures).toEqual([])
      }),
      lawRuns(),
    )
  })

  test('whoever talked before a single failure, and can, talks again in time', async () => {
    const kinds = fc.constantFrom(...(Object.keys(failureKinds) as FailureKind[]))
    await fc.assert(
      fc.property(kinds, scenario, (kind, story) => {
        expect(recoveryMs(kind, story) ?? 0).toBeLessThan(failureKinds[kind])
      }),
      lawRuns(),
    )
  })
})
