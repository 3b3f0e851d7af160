/**
 * `npm test`: every step of steps.mjs in turn, a line each, the output of those that fail, and the tally as last line.
 *
 * Exit codes: 0 nothing failed, 1 something did, 2 wrong options.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { execute } from './execute.mjs'
import { steps } from './steps.mjs'
import { nodeFits } from './toolchain.mjs'
import { readVitestReport } from './vitest-report.mjs'

/** @typedef {{ readonly passed: number, readonly failed: number, readonly details: string, readonly leftOut: readonly string[] }} Outcome */

const stepNames = steps.map(({ name }) => name).join(', ')

const usage = `Runs everything that CI runs, a line a step, and counts.

  npm test -- [options]

  --only TEXT   only the steps whose name contains TEXT; may be given more than once
  --fast        without the slow steps, laws on fewer cases
  --help

Steps: ${stepNames}.
`

class WrongOptions extends Error {}

/** @typedef {{ readonly fast: boolean, readonly only: readonly string[], readonly help: boolean }} Options */

/** @returns {Options} */
function readOptions() {
  try {
    return parseArgs({
      options: {
        fast: { type: 'boolean', default: false },
        only: { type: 'string', multiple: true, default: [] },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values
  } catch (error) {
    throw new WrongOptions(error instanceof Error ? error.message : String(error))
  }
}

/** @param {Options} options @returns {readonly import('./steps.mjs').Step[]} */
function chooseSteps({ only, fast }) {
  const unknown = only.find((text) => !steps.some(({ name }) => name.includes(text)))
  if (unknown !== undefined) throw new WrongOptions(`No step's name contains "${unknown}".`)
  return steps
    .filter(({ name, slow }) => (only.length > 0 ? only.some((text) => name.includes(text)) : !(fast && slow)))
    .map((step) => (fast && step.fast ? { ...step, commands: [step.fast] } : step))
}

/** @param {import('./steps.mjs').Step} step @returns {Promise<Outcome>} */
async function runCommands({ commands, env = {} }) {
  /** @type {string[]} */
  const leftOut = []
  for (const command of commands) {
    const { code, output } = await execute(command, { env })
    leftOut.push(...leftOutIn(output))
    if (code !== 0) return { passed: 0, failed: 1, details: output, leftOut }
  }
  return { passed: 1, failed: 0, details: '', leftOut }
}

/** What a step did not try, in its own words. @param {string} output */
const leftOutIn = (output) =>
  [...output.matchAll(/^(?:\[ *[\d.]+ s\] )?(left out: .*)$/gm)].map(([, line = '']) => line)

/** @param {import('./steps.mjs').Step} step @returns {Promise<Outcome>} */
async function runVitest({ commands: [command = []], env = {} }) {
  const folder = mkdtempSync(join(tmpdir(), 'meshfold-vitest-'))
  try {
    const report = join(folder, 'report.json')
    const reporters = command.includes('vitest') ? ['--reporter=./tools/left-out-reporter.mjs'] : []
    const all = [...command, '--reporter=json', ...reporters, `--outputFile=${report}`]
    const { code, output } = await execute(all, { env })
    return { ...readVitestReport(report, code, output), leftOut: leftOutIn(output) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** @param {import('./steps.mjs').Step} step */
async function runStep(step) {
  const started = Date.now()
  const outcome = await (step.vitest ? runVitest(step) : runCommands(step))
  const seconds = ((Date.now() - started) / 1000).toFixed(1)
  const tests = step.vitest ? ` (${outcome.passed + outcome.failed})` : ''
  console.log(`${outcome.failed === 0 ? 'ok  ' : 'FAIL'}${seconds.padStart(6)} s  ${step.name}${tests}`)
  for (const line of outcome.leftOut) console.log(`      ${line}`)
  if (outcome.failed > 0) console.log(`${outcome.details.trimEnd()}\n`)
  return outcome
}

/** @param {import('./steps.mjs').Step} step @param {ReadonlySet<string>} failedSteps */
function reasonToSkip({ when, needs }, failedSteps) {
  if (when && !when()) return 'nothing to run yet'
  return needs && failedSteps.has(needs) ? `not run, ${needs} failed` : undefined
}

async function main() {
  const options = readOptions()
  if (options.help) {
    process.stdout.write(usage)
    return 0
  }
  const chosen = chooseSteps(options)
  if (!nodeFits(process.versions.node)) {
    console.error('Start this through `npm test` or `npm run pnpm -- check`: they choose the Node version.')
    return 1
  }
  let passed = 0
  let failed = 0
  /** @type {Set<string>} */
  const failedSteps = new Set()
  for (const step of chosen) {
    const reason = reasonToSkip(step, failedSteps)
    if (reason) {
      console.log(`--            ${step.name}: ${reason}`)
      continue
    }
    const outcome = await runStep(step)
    passed += outcome.passed
    failed += outcome.failed
    if (outcome.failed > 0) failedSteps.add(step.name)
  }
  console.log(`${passed} passed, ${failed} failed`)
  return failed === 0 ? 0 : 1
}

try {
  process.exitCode = await main()
} catch (error) {
  if (!(error instanceof WrongOptions)) throw error
  process.stderr.write(`${error.message}\n\n${usage}`)
  process.exitCode = 2
}
