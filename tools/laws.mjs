/**
 * `pnpm test:laws`: tries the laws, which are all the `*.property.test.ts`, on as many random cases as one likes. A line a law, with
 * its number of cases and its seed; exit code 0 when all hold, 1 when one doesn't, 2 on wrong options.
 */
import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { root } from './toolchain.mjs'

const usage = `Tries the laws on random cases, a line a law.

  npm run pnpm -- test:laws [options] [part of a file's name …]

  --runs N         cases of each law, 1000 unless told; a law that usually takes more keeps to that
  --seed N         draws what the run that printed this seed drew
  --name TEXT      only laws whose name contains TEXT, a regular expression
  --reporter NAME  of vitest, instead of the lines; --outputFile FILE: where it writes
  --help

A law that fails shows its counter-example with seed and path: put it into the test beside the law. More cases of one
law: test:laws --runs 10000 --name 'law 4' patch-laws
`

/** Of a law that hangs; the slowest take a tenth of it, where nothing else wants the processor. */
const longestCaseMs = 600

class WrongOptions extends Error {}

function readOptions() {
  try {
    const { values, positionals } = parseArgs({
      options: {
        runs: { type: 'string', default: '1000' },
        seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
        name: { type: 'string' },
        reporter: { type: 'string', default: './tools/laws-reporter.mjs' },
        outputFile: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
      allowPositionals: true,
    })
    return {
      ...values,
      files: positionals,
      runs: wholeNumber('runs', values.runs),
      seed: wholeNumber('seed', values.seed),
    }
  } catch (error) {
    throw new WrongOptions(error instanceof Error ? error.message : String(error))
  }
}

/** @param {string} option @param {string} text */
function wholeNumber(option, text) {
  if (/^\d{1,10}$/.test(text) && (option === 'seed' || Number(text) > 0)) return Number(text)
  throw new WrongOptions(`--${option} wants a whole number, not ${JSON.stringify(text)}.`)
}

/** @param {readonly string[]} wanted parts of names; none of them: every file */
function lawFiles(wanted) {
  const files = globSync('packages/*/{src,test}/**/*.property.test.ts', { cwd: root }).sort()
  const chosen = files.filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
  if (chosen.length === 0) throw new WrongOptions(`No file of laws has ${wanted.join(' or ')} in its name.`)
  return chosen
}

function main() {
  const options = readOptions()
  if (options.help) {
    process.stdout.write(usage)
    return 0
  }
  const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs')
  const { outputFile } = options
  const args = [
    ...['run', '--project', 'unit', `--reporter=${options.reporter}`],
    `--testTimeout=${Math.max(60_000, options.runs * longestCaseMs)}`,
    ...(outputFile === undefined ? [] : [`--outputFile=${outputFile}`]),
    ...(options.name === undefined ? [] : ['--testNamePattern', options.name]),
    ...lawFiles(options.files),
  ]
  const env = { ...process.env, MESHFOLD_LAW_RUNS: String(options.runs), MESHFOLD_LAW_SEED: String(options.seed) }
  return spawnSync(process.execPath, [vitest, ...args], { cwd: root, stdio: 'inherit', env }).status === 0 ? 0 : 1
}

try {
  process.exitCode = main()
} catch (error) {
  if (!(error instanceof WrongOptions)) throw error
  process.stderr.write(`${error.message}\n\n${usage}`)
  process.exitCode = 2
}
