/** Law 6 as a scenario: random topologies on real packets. */
import type { TopologyResult } from '../law-6/model-vs-kernel.js'
import type { Scenario, Stage } from './scenario.js'

/** How many meshes are played where nobody says. */
export const usualRuns = 30

export const modelVsKernel: Scenario = {
  name: 'model-vs-kernel',
  summary: 'random meshes, brought up for real: everything tried ends as the tracer says (law 6)',
  rows: ['A4', 'B4', 'B9', 'C1', 'C7', 'D1', 'D4', 'D5', 'E1', 'E2', 'E4', 'E7', 'E8', 'E9', 'G4', 'G5', 'G7'],
  limitSeconds: 600,
  testSeed: 987,
  async play(stage) {
    const { lab, draw, check, metric, tell } = stage
    // Random meshes come of fast-check, which nothing else of the lab needs.
    const { playTopologies } = await import('../law-6/model-vs-kernel.js')
    const { TopologyLog } = await import('../law-6/topology-log.js')
    const log = draw.log === undefined ? undefined : new TopologyLog(draw.log, draw.seed)
    const from = (await log?.next()) ?? draw.from
    const runs = (draw.runs ?? usualRuns) - (from - draw.from)
    tell(`topologies ${from} to ${from + runs - 1} of seed ${draw.seed}`)
    const startedAt = performance.now()
    let [tried, answered] = [0, 0]
    for await (const result of playTopologies(lab, { seed: draw.seed, from, runs })) {
      tried += result.tried
      answered += result.answered
      await judge(stage, result)
      await log?.add(result)
    }
    await log?.end()
    metric('topologies', runs)
    metric('tries', tried)
    metric('answered', answered)
    metric('seconds-each', Math.round((performance.now() - startedAt) / runs) / 1_000)
    check('some tries are answered and some are not', answered > 0 && answered < tried, `${answered} of ${tried}`)
  },
}

async function judge({ draw, check, tell }: Stage, result: TopologyResult): Promise<void> {
  const { run, summary, differences, smallest, seconds } = result
  const counts = `${result.answered} of ${result.tried} tries answered, ${seconds.toFixed(1)} s`
  const differ = smallest === null ? '' : `, ${differences.length} differ`
  check(`${run}: ${summary}`, smallest === null, `${counts}${differ}`)
  if (smallest === null) return
  const { describeCommands, describeDifferences } = await import('../law-6/describe.js')
  tell(`again: npm run pnpm -- lab run model-vs-kernel --seed ${draw.seed} --from ${run} --runs 1`)
  tell('the smallest part of it that was found to differ:')
  for (const line of [...describeCommands(smallest.accepted), ...describeDifferences(smallest.differences)]) tell(line)
}
