/**
 * `pnpm mutation-check`: breaks the project on purpose, one place at a time, and looks whether a test notices. In copies: nothing in the
 * workspace is touched, and whoever interrupts it finds nothing left of them. The breaks are in mutations/mutations.mjs. Exit code 0 when
 * each was caught, 1 when one survived, fits no more, or the tests fail without it, 2 on wrong options, 130 when it was interrupted.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { mutationPage, pagePath } from './mutations/mutation-page.mjs'
import { mutations } from './mutations/mutations.mjs'
import { failsUnbroken, misfit, tryAll } from './mutations/try-mutations.mjs'
import { root } from './toolchain.mjs'

/** @typedef {import('./mutations/mutations.mjs').Mutation} Mutation */
/** @typedef {import('./mutations/try-mutations.mjs').Verdict} Verdict */

const usage = `Breaks the project on purpose, one place at a time, and says which test noticed.

  npm run pnpm -- mutation-check [options] [part of an area or a name …]

  --jobs N      so many at a time; as many as there are processors unless told
  --seed N      of the random cases that laws are tried on; 1 unless told, so that every run is alike
  --fits        only whether each break still fits the text that it breaks: runs nothing
  --write       puts what came of it into ${pagePath}
  --json        a line of JSON for each break
  --list        areas and names
  --help

Each break is tried on the tests that it names, and when none of these fails, on all of its package. A break that no test
notices is a test that is missing. A run of tests that takes more than ten minutes is ended.
`

class WrongOptions extends Error {}

function readOptions() {
  try {
    const { values, positionals } = parseArgs({
      options: {
        jobs: { type: 'string', default: String(availableParallelism()) },
        seed: { type: 'string', default: '1' },
        fits: { type: 'boolean', default: false },
        write: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        list: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
      allowPositionals: true,
    })
    const numbers = { jobs: wholeNumber('jobs', values.jobs), seed: wholeNumber('seed', values.seed) }
    return { ...values, ...numbers, chosen: chosenMutations(positionals) }
  } catch (error) {
    throw new WrongOptions(error instanceof Error ? error.message : String(error))
  }
}

/** @param {string} option @param {string} text */
function wholeNumber(option, text) {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new WrongOptions(`--${option} wants a number from 1, not ${JSON.stringify(text)}.`)
}

/** @param {Mutation} mutation */
const titleOf = ({ area, name }) => `${area}: ${name}`

/** @param {readonly string[]} wanted parts of titles; none of them: all */
function chosenMutations(wanted) {
  const unknown = wanted.find((text) => !mutations.some((mutation) => titleOf(mutation).includes(text)))
  if (unknown !== undefined) throw new WrongOptions(`No break has ${JSON.stringify(unknown)} in its name.`)
  return mutations.filter((mutation) => wanted.length === 0 || wanted.some((text) => titleOf(mutation).includes(text)))
}

/** @param {Verdict} verdict */
function sayInLines({ mutation, caughtBy, trouble, seconds }) {
  console.log(`${caughtBy ? 'ok  ' : 'FAIL'}${seconds.toFixed(1).padStart(7)} s  ${titleOf(mutation)}`)
  console.log(`               ${caughtBy ? `caught by ${caughtBy.file} › ${caughtBy.test}` : trouble}`)
}

/** @param {Verdict} verdict */
function sayInJson({ mutation: { area, name, file }, caughtBy, trouble, seconds }) {
  console.log(JSON.stringify({ area, name, file, caughtBy: caughtBy ?? null, trouble: trouble ?? null, seconds }))
}

/** @param {readonly Verdict[]} verdicts */
function writePage(verdicts) {
  const page = join(root, pagePath)
  const before = existsSync(page) ? readFileSync(page, 'utf8') : ''
  writeFileSync(page, mutationPage(before, verdicts, mutations))
}

/** @param {ReturnType<typeof readOptions>} options @param {AbortSignal} signal @param {string} folder */
async function check({ chosen, json, write, jobs, seed }, signal, folder) {
  const options = { jobs, seed, signal }
  const reason = await failsUnbroken(chosen, options, folder)
  if (signal.aborted) return 130
  if (reason !== undefined) {
    console.error(`Nothing is broken yet, and yet a test fails: ${reason}`)
    return 1
  }
  const verdicts = await tryAll(chosen, options, folder, json ? sayInJson : sayInLines)
  if (signal.aborted) return 130
  if (write) writePage(verdicts)
  const caught = verdicts.filter(({ caughtBy }) => caughtBy !== undefined).length
  if (!json) console.log(`${caught} of ${chosen.length} breaks caught`)
  return caught === chosen.length ? 0 : 1
}

async function main() {
  const options = readOptions()
  const { chosen, help, list, fits } = options
  if (help) {
    process.stdout.write(usage)
    return 0
  }
  if (list) {
    for (const mutation of chosen) console.log(titleOf(mutation))
    return 0
  }
  const misfits = chosen.filter((mutation) => misfit(mutation) !== undefined)
  for (const mutation of misfits) console.error(`${titleOf(mutation)}: ${misfit(mutation)}`)
  if (misfits.length > 0) return 1
  if (fits) {
    console.log(`${chosen.length} breaks fit`)
    return 0
  }
  const interrupted = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => interrupted.abort())
  const folder = mkdtempSync(join(tmpdir(), 'meshfold-mutations-'))
  try {
    return await check(options, interrupted.signal, folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

try {
  process.exitCode = await main()
} catch (error) {
  if (!(error instanceof WrongOptions)) throw error
  process.stderr.write(`${error.message}\n\n${usage}`)
  process.exitCode = 2
}
