import { rm, writeFile } from 'node:fs/promises'
import { availableParallelism, loadavg, release } from 'node:os'
import { join, resolve } from 'node:path'
import { makeFolder } from '../make-folder.js'
import type { Scenario, ScenarioResult } from '../scenarios/scenario.js'
import { enterSandbox } from './enter-sandbox.js'
import { prepareAll } from './play-all.js'
import { type SeriesRun, seriesPage } from './series-log.js'

export interface PlayOftenChoice {
  readonly times: number
  /** The page is written there, anew after each run. `undefined`: it is printed at the end. */
  readonly log?: string | undefined
  /** Of runs that failed, everything is kept there. */
  readonly data?: string | undefined
}

/** Plays the scenarios in turn, so many times each, every time in a sandbox of its own; 0 if all of it passed. */
export async function playOften(scenarios: readonly Scenario[], choice: PlayOftenChoice): Promise<number> {
  const runs: SeriesRun[] = []
  const names = scenarios.map(({ name }) => name)
  const origin = { command: `lab run ${names.join(' ')} --times ${choice.times}`, machine: describeMachine() }
  await prepareAll(scenarios)
  for (let number = 1; number <= choice.times; number += 1) {
    for (const name of names) {
      const run = await playOnce(name, number, choice.data)
      if (typeof run === 'number') return run
      runs.push(run)
      const failed = runs.filter(({ result }) => !result.passed).length
      process.stderr.write(`\n${name} ${number} of ${choice.times}: ${run.result.passed ? 'passed' : 'FAILED'}`)
      process.stderr.write(`; ${runs.length} runs, ${failed} failed\n\n`)
      if (choice.log !== undefined) await writeFile(choice.log, seriesPage(runs, origin))
    }
  }
  if (choice.log === undefined) process.stdout.write(seriesPage(runs, origin))
  return runs.every(({ result }) => result.passed) ? 0 : 1
}

/** The run, or the code that it ended with when a signal ended it. */
async function playOnce(name: string, number: number, data: string | undefined): Promise<SeriesRun | number> {
  const folder = data === undefined ? undefined : join(resolve(data), `${name}-${number}`)
  if (folder !== undefined) makeFolder(folder)
  const startedAt = new Date()
  const begunMs = performance.now()
  let printed = ''
  const args = ['run', name, '--json', ...(folder === undefined ? [] : ['--data', folder])]
  const code = await enterSandbox(args, (text) => {
    printed += text
  })
  if (code > 128) return code
  const seconds = Math.round((performance.now() - begunMs) / 100) / 10
  const result = resultOf(name, code, printed)
  if (folder !== undefined && result.passed) await rm(folder, { recursive: true })
  return { number, startedAt, seconds, result }
}

function resultOf(scenario: string, code: number, printed: string): ScenarioResult {
  const last = printed.trimEnd().split('\n').pop() ?? ''
  if (last.startsWith('{')) return JSON.parse(last) as ScenarioResult
  const check = { name: 'it tells what came of it', passed: false, detail: `exit code ${code}` }
  return { scenario, passed: false, checks: [check], metrics: {}, skipped: [] }
}

const describeMachine = (): string =>
  `Linux ${release()}, ${availableParallelism()} processors, load at the start ${loadavg()[0]?.toFixed(1)}.`
