import { describe, expect, test } from 'vitest'
import { scenarios } from '../src/scenarios/index.js'
import { playScenario, type Scenario } from '../src/scenarios/scenario.js'

const isSlow = ({ slowSeconds }: Scenario): boolean => slowSeconds !== undefined
const quick = scenarios.filter((each) => !isSlow(each))

for (const { name, slowSeconds } of scenarios.filter(isSlow))
  console.warn(`left out: ${name}, which takes ${slowSeconds} s: npm run pnpm -- lab run ${name}`)

describe('scenarios', () => {
  for (const scenario of quick) {
    test(scenario.name, { timeout: (scenario.limitSeconds ?? 120) * 1_000 }, async ({ skip }) => {
      const said: string[] = []
      const { checks, skipped } = await playScenario(scenario, { tell: (text) => said.push(text) })
      for (const reason of skipped) console.warn(`${scenario.name}: skipped ${reason}`)
      skip(scenario.obstacle?.() !== undefined, skipped.join())
      const failed = checks.filter(({ passed }) => !passed)
      expect(failed, said.join('\n')).toEqual([])
      expect(checks.length).toBeGreaterThan(0)
    })
  }
})
