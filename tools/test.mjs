/**
 * `npm test`: every step of steps.mjs in turn, a line each, the output of those that fail, and the tally as last line.
 *
 * `--fast` leaves out the slow steps, `--only <name>` (repeatable) runs just the steps whose name contains the text.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { execute } from './execute.mjs'
import { steps } from './steps.mjs'
import { nodeFits } from './toolchain.mjs'
import { readVitestReport } from './vitest-report.mjs'

/** @typedef {{ readonly passed: number, readonly failed: number, readonly details: string }} Outcome */

const { values: options } = parseArgs({
  options: { fast: { type: 'boolean', default: false }, only: { type: 'string', multiple: true, default: [] } },
})

/** @param {import('./steps.mjs').Step} step */
const isSelected = ({ name, slow }) =>
  options.only.length > 0 ? options.only.some((text) => name.includes(text)) : !(options.fast && slow)

/** @param {import('./steps.mjs').Step} step @returns {Promise<Outcome>} */
async function runCommands({ commands }) {
  for (const command of commands) {
    const { code, output } = await execute(command)
    if (code !== 0) return { passed: 0, failed: 1, details: output }
  }
  return { passed: 1, failed: 0, details: '' }
}

/** @param {import('./steps.mjs').Step} step @returns {Promise<Outcome>} */
async function runVitest({ commands: [command = []] }) {
  const folder = mkdtempSync(join(tmpdir(), 'meshfold-vitest-'))
  try {
    const report = join(folder, 'report.json')
    const { code, output } = await execute([...command, '--reporter=json', `--outputFile=${report}`])
    return readVitestReport(report, code, output)
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
  if (outcome.failed > 0) console.log(`${outcome.details.trimEnd()}\n`)
  return outcome
}

/** @param {import('./steps.mjs').Step} step @param {ReadonlySet<string>} failedSteps */
function reasonToSkip({ when, needs }, failedSteps) {
  if (when && !when()) return 'nothing to run yet'
  return needs && failedSteps.has(needs) ? `not run, ${needs} failed` : undefined
}

async function main() {
  if (!nodeFits(process.versions.node)) {
    console.error('Start this through `npm test` or `npm run pnpm -- check`: they choose the Node version.')
    return 1
  }
  const chosen = steps.filter(isSelected)
  if (chosen.length === 0) {
    console.error(`No step matches. Steps: ${steps.map(({ name }) => name).join(', ')}.`)
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

process.exitCode = await main()
