import { describe, expect, test } from 'vitest'
import { scenarios } from '../src/scenarios/index.js'
import { playScenario } from '../src/scenarios/scenario.js'

describe('scenarios', () => {
  test.each(scenarios.map((scenario) => [scenario.name, scenario] as const))(
    '%s',
    async (_, scenario) => {
      const said: string[] = []
      const { checks, skipped } = await playScenario(scenario, { tell: (text) => said.push(text) })
      for (const reason of skipped) console.warn(`${scenario.name}: skipped ${reason}`)
      expect(checks.filter(({ passed }) => !passed)).toEqual([])
      expect(checks.length).toBeGreaterThan(0)
    },
    120_000,
  )
})
