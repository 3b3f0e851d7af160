import { describe, expect, test } from 'vitest'
import { scenarios } from '../../src/scenarios/index.js'
import { playScenario, type Scenario } from '../../src/scenarios/scenario.js'

/** What `npm test` prints of a test that passed. */
const leftOut = 'left out'

/**
 * Every `of`th scenario from number `first` on, a test each: in several files they are played beside each other, and mostly they wait.
 * Slow ones, and those that `npm test` has a step for, are left out with the reason.
 */
export function testScenarios(first: number, of: number): void {
  describe('scenarios', () => {
    for (const scenario of scenarios.filter((_, at) => at % of === first)) testScenario(scenario)
  })
}

function testScenario(scenario: Scenario): void {
  test(scenario.name, { timeout: (scenario.limitSeconds ?? 120) * 1_000 }, async ({ skip, annotate }) => {
    const reason = reasonToLeaveOut(scenario)
    skip(reason !== undefined, reason)
    const said: string[] = []
    const draw = scenario.testSeed === undefined ? {} : { seed: scenario.testSeed }
    const { checks, skipped } = await playScenario(scenario, {
      tell: (text) => said.push(text),
      environment: process.env,
      draw,
    })
    for (const each of skipped) await annotate(each, leftOut)
    skip(checks.length === 0 && skipped.length > 0, skipped.join())
    const failed = checks.filter(({ passed }) => !passed)
    // What failed comes first: of a long message many reports show the beginning only.
    const told = [...failed.map(({ name, detail }) => `${name}: ${detail}`), ...said]
    expect(failed, told.join('\n')).toEqual([])
    expect(checks.length).toBeGreaterThan(0)
  })
}

function reasonToLeaveOut({ name, slowSeconds, isApart = false }: Scenario): string | undefined {
  if (isApart) return 'it takes the whole machine: a step of its own plays it'
  if (slowSeconds === undefined) return undefined
  return `it takes ${slowSeconds} s: npm run pnpm -- lab run ${name}`
}
