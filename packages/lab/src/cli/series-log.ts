/** What came of scenarios that were played again and again, as a page. */
import type { ScenarioResult } from '../scenarios/scenario.js'

/** One time that a scenario was played. */
export interface SeriesRun {
  /** Which time of this scenario it was, from 1. */
  readonly number: number
  readonly startedAt: Date
  readonly seconds: number
  readonly result: ScenarioResult
}

/** What the page says of where it comes from. */
export interface SeriesOrigin {
  /** With which it can be made again. */
  readonly command: string
  /** Of this machine: system, processors and how busy it was. */
  readonly machine: string
}

/** The page: how often each passed, each figure's least, middle and greatest value, and every run. */
export function seriesPage(runs: readonly SeriesRun[], { command, machine }: SeriesOrigin): string {
  const failures = runs.filter(({ result }) => !result.passed).length
  return [
    '# Runs in a row',
    '',
    `Made by \`${command}\`; nothing is tried again. ${machine}`,
    '',
    `${runs.length} runs, ${failures} failed.`,
    '',
    '## In short',
    '',
    '| scenario | passed | figure | least | middle | greatest |',
    '| --- | --- | --- | --- | --- | --- |',
    ...scenarioNames(runs).flatMap((name) => summaryRows(name, runs)),
    '',
    '## Every run',
    '',
    '| began (UTC) | scenario | run | took | came out | figures |',
    '| --- | --- | --- | --- | --- | --- |',
    ...runs.map(runRow),
    '',
  ].join('\n')
}

function summaryRows(name: string, runs: readonly SeriesRun[]): readonly string[] {
  const own = runs.filter(({ result }) => result.scenario === name)
  const passed = `${own.filter(({ result }) => result.passed).length} of ${own.length}`
  const metrics = [...new Set(own.flatMap(({ result }) => Object.keys(result.metrics)))]
  if (metrics.length === 0) return [`| ${name} | ${passed} | | | | |`]
  return metrics.map((metric, at) => {
    const values = own.flatMap(({ result }) => result.metrics[metric] ?? []).sort((one, other) => one - other)
    const [least, greatest] = [values[0], values[values.length - 1]]
    const title = at === 0 ? `${name} | ${passed}` : ' | '
    return `| ${title} | ${metric} | ${least} | ${middleOf(values)} | ${greatest} |`
  })
}

function runRow({ number, startedAt, seconds, result }: SeriesRun): string {
  const failed = result.checks.filter(({ passed }) => !passed)
  const why = failed.map(({ name, detail }) => `${name}${detail === '' ? '' : `: ${detail}`}`).join('; ')
  const outcome = result.passed ? 'passed' : `**failed**: ${cellText(why)}`
  const figures = Object.entries(result.metrics).map(([name, value]) => `${name} ${value}`)
  const began = startedAt.toISOString().slice(0, 19).replace('T', ' ')
  return `| ${began} | ${result.scenario} | ${number} | ${seconds} s | ${outcome} | ${figures.join(', ')} |`
}

/** Of values in order; of two in the middle the lower. */
const middleOf = (values: readonly number[]): number | undefined => values[Math.floor((values.length - 1) / 2)]

const scenarioNames = (runs: readonly SeriesRun[]): readonly string[] => [
  ...new Set(runs.map(({ result }) => result.scenario)),
]

const cellText = (text: string): string => text.replace(/\s+/g, ' ').replaceAll('|', '\\|')
