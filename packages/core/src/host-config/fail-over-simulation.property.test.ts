import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
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
})
