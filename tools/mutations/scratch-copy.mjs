/** Copies of the packages in which something may be broken, and their tests run there. */
import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join, relative } from 'node:path'
import { root } from '../toolchain.mjs'
import { brokenText } from './broken-text.mjs'

/** @typedef {import('./mutations.mjs').Mutation} Mutation */
/** @typedef {{ readonly file: string, readonly test: string }} FailedTest the file from the root on */
/** `failed`: the first test that did. `trouble`: why the run says nothing. Neither: all passed. */
/** @typedef {{ readonly failed?: FailedTest, readonly trouble?: string }} Outcome */

/** @param {Pick<Mutation, 'package'>} mutation */
export const folderOf = ({ package: name = 'core' }) => `packages/${name}`

/** What is broken, and what its tests take from others. */
const packages = [
  'core',
  'transport-ws',
  'driver-linux',
  'event-log-sqlite',
  'reference-server',
  'reference-agent',
].map((name) => `packages/${name}`)
const longestMinutes = 10
/** Of a break that makes the code senseless instead of wrong. */
const crash = /Cannot (read|set) properties of (undefined|null)|is not (a function|defined|iterable)/

/** @param {string} folder @returns {string} the folder */
export function makeCopy(folder) {
  mkdirSync(folder, { recursive: true })
  const plain = readdirSync(root).filter((name) => /\.(json|ts)$/.test(name))
  for (const name of [...plain, 'tools', ...packages])
    cpSync(join(root, name), join(folder, name), { recursive: true, filter: isSource })
  for (const name of ['.', ...packages]) {
    const modules = join(root, name, 'node_modules')
    if (existsSync(modules)) symlinkSync(modules, join(folder, name, 'node_modules'), 'junction')
  }
  return folder
}

/** @param {string} path */
const isSource = (path) => !['node_modules', 'dist'].includes(basename(path))

/**
 * Runs tests in a copy, until the first that fails, with a break or without.
 * @param {string} copy
 * @param {readonly string[]} tests parts of file names
 * @param {{ readonly mutation?: Mutation, readonly seed: number, readonly signal: AbortSignal }} options
 * @returns {Promise<Outcome>}
 */
export async function testInCopy(copy, tests, { mutation, seed, signal }) {
  if (mutation === undefined) return outcomeOf(copy, await runTests(copy, tests, seed, signal))
  const file = join(copy, folderOf(mutation), mutation.file)
  const text = readFileSync(file, 'utf8')
  const broken = brokenText(text, mutation)
  if (typeof broken !== 'string') return broken
  writeFileSync(file, broken)
  try {
    return outcomeOf(copy, await runTests(copy, tests, seed, signal))
  } finally {
    // Whoever interrupts takes the copy away.
    if (!signal.aborted) writeFileSync(file, text)
  }
}

/** @param {string} copy */
const reportOf = (copy) => join(copy, 'report.json')

/** @param {string} copy @param {readonly string[]} tests @param {number} seed @param {AbortSignal} signal @returns {Promise<string>} what it printed */
function runTests(copy, tests, seed, signal) {
  rmSync(reportOf(copy), { force: true })
  const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs')
  const options = ['--project', 'unit', '--bail=1', '--maxWorkers=1', '--reporter=json']
  const args = [vitest, 'run', '--root', copy, ...options, `--outputFile=${reportOf(copy)}`, ...tests]
  const env = { ...process.env, MESHFOLD_LAW_RUNS: '', MESHFOLD_LAW_SEED: String(seed), MESHFOLD_LAW_SHRINK: 'no' }
  // A group of its own, so that its workers end with it.
  const child = spawn(process.execPath, args, { cwd: copy, env, detached: process.platform !== 'win32' })
  const end = () => endGroup(child)
  const timer = setTimeout(end, longestMinutes * 60_000)
  signal.addEventListener('abort', end)
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      output += chunk
    })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve(output)
    })
  })
}

/** @param {import('node:child_process').ChildProcess} child */
function endGroup(child) {
  if (child.pid === undefined || child.exitCode !== null) return
  if (process.platform === 'win32') child.kill()
  else process.kill(-child.pid, 'SIGKILL')
}

/** @param {string} copy @param {string} output @returns {Outcome} */
function outcomeOf(copy, output) {
  if (!existsSync(reportOf(copy)))
    return { trouble: `the tests did not end within ${longestMinutes} minutes:\n${output}` }
  /** @type {{ readonly testResults: readonly import('../vitest-report.mjs').File[] }} */
  const { testResults } = JSON.parse(readFileSync(reportOf(copy), 'utf8'))
  const tests = testResults.flatMap((file) => file.assertionResults.map((test) => ({ file, test })))
  const failed = tests.find(({ test }) => test.status === 'failed')
  if (failed !== undefined && (failed.test.failureMessages ?? []).some((message) => crash.test(message)))
    return { trouble: `it crashes, which is no test's merit: ${failed.test.failureMessages?.join('\n')}` }
  if (failed !== undefined) return { failed: { file: relative(copy, failed.file.name), test: failed.test.fullName } }
  const broken = testResults.find(({ status }) => status === 'failed')
  if (broken !== undefined) return { trouble: `${relative(copy, broken.name)} could not be loaded: ${broken.message}` }
  return tests.length > 0 ? {} : { trouble: `no tests ran:\n${output}` }
}
