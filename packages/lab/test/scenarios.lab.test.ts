import { describe, expect, test } from 'vitest'
import { scenarios } from '../src/scenarios/index.js'
import { playScenario } from '../src/scenarios/scenario.js'

describe('scenarios', () => {
  for (const scenario of scenarios) {
    test(scenario.name, { timeout: (scenario.limitSeconds ?? 120) * 1_000 }, async ({ skip }) => {
      const said: string[] = []
      const { checks, skipped } = await playScenario(scenario, { tell: (text) => said.push(text) })
      for (const reason of skipped) console.warn(`${scenario.name}: skipped ${reason}`)
      skip(scenario.obstacle?.() !== undefined, skipped.join())
      expect(checks.filter(({ passed }) => !passed)).toEqual([])
      expect(checks.length).toBeGreaterThan(0)
    })
  }
})
