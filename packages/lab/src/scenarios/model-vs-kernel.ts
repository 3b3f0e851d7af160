/** Law 6 as a scenario: random topologies on real packets. */
import type { Scenario } from './scenario.js'

const usualRuns = 30

export const modelVsKernel: Scenario = {
  name: 'model-vs-kernel',
  summary: 'random meshes, brought up for real: everything tried ends as the tracer says (law 6)',
  rows: ['A4', 'B9', 'C1', 'C7', 'E1', 'E2', 'E8', 'G4', 'G5'],
  limitSeconds: 600,
  async play({ lab, draw: { seed, from, runs = usualRuns }, check, metric, tell }) {
    // Random meshes come of fast-check, which nothing else of the lab needs.
    const { describeCommands, describeDifferences, playTopologies } = await import('../law-6/model-vs-kernel.js')
    tell(`topologies ${from} to ${from + runs - 1} of seed ${seed}`)
    const startedAt = performance.now()
    let [tried, answered] = [0, 0]
    for await (const result of playTopologies(lab, { seed, from, runs })) {
      const { run, summary, differences, accepted, seconds } = result
      tried += result.tried
      answered += result.answered
      const counts = `${result.answered} of ${result.tried} tries answered, ${seconds.toFixed(1)} s`
      check(
        `${run}: ${summary}`,
        differences.length === 0,
        `${counts}${differences.length > 0 ? `, ${differences.length} differ` : ''}`,
      )
      if (differences.length === 0) continue
      tell(`again: npm run pnpm -- lab run model-vs-kernel --seed ${seed} --from ${run} --runs 1`)
      for (const line of [...describeCommands(accepted), ...describeDifferences(differences)]) tell(line)
    }
    metric('topologies', runs)
    metric('tries', tried)
    metric('answered', answered)
    metric('seconds-each', Math.round((performance.now() - startedAt) / runs) / 1_000)
    check('some tries are answered and some are not', answered > 0 && answered < tried, `${answered} of ${tried}`)
  },
}
