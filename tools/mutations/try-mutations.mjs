/** Tries breaks out: each in a copy, on the tests that should notice, and then on all of the package's. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../toolchain.mjs'
import { brokenText } from './broken-text.mjs'
import { folderOf, makeCopy, testInCopy } from './scratch-copy.mjs'

/** @typedef {import('./mutations.mjs').Mutation} Mutation */
/** @typedef {{ readonly seed: number, readonly jobs: number, readonly signal: AbortSignal }} Options */
/**
 * `caughtBy`, or `trouble`: nothing did, or the run says nothing.
 * @typedef {object} Verdict
 * @property {Mutation} mutation
 * @property {import('./scratch-copy.mjs').FailedTest} [caughtBy]
 * @property {string} [trouble]
 * @property {number} seconds
 */

/**
 * A break whose text isn't there any more proves nothing.
 * @param {Mutation} mutation @returns {string | undefined} why not
 */
export function misfit(mutation) {
  const text = brokenText(readFileSync(join(root, folderOf(mutation), mutation.file), 'utf8'), mutation)
  return typeof text === 'string' ? undefined : text.trouble
}

/** @param {Mutation} mutation @returns {readonly string[]} from the root on */
const testsOf = (mutation) => mutation.tests.map((test) => `${folderOf(mutation)}/${test}`)

/**
 * Tests that fail on their own would seem to notice everything.
 * @param {readonly Mutation[]} chosen @param {Options} options @param {string} folder
 * @returns {Promise<string | undefined>} what fails
 */
export async function failsUnbroken(chosen, { seed, signal }, folder) {
  const tests = [...new Set(chosen.flatMap(testsOf))]
  const { trouble, failed } = await testInCopy(makeCopy(join(folder, 'unbroken')), tests, { seed, signal })
  return failed === undefined ? trouble : `${failed.file} › ${failed.test}`
}

/**
 * Several at a time, each worker in a copy of its own.
 * @param {readonly Mutation[]} chosen @param {Options} options @param {string} folder
 * @param {(verdict: Verdict) => void} say
 * @returns {Promise<readonly Verdict[]>} in the order in which they ended
 */
export async function tryAll(chosen, options, folder, say) {
  const waiting = [...chosen]
  /** @type {Verdict[]} */
  const verdicts = []
  const work = async (/** @type {number} */ worker) => {
    const copy = makeCopy(join(folder, `copy-${worker}`))
    for (let next = waiting.shift(); next !== undefined && !options.signal.aborted; next = waiting.shift()) {
      const verdict = await tryOut(copy, next, options)
      if (options.signal.aborted) return
      verdicts.push(verdict)
      say(verdict)
    }
  }
  await Promise.all(Array.from({ length: Math.min(options.jobs, chosen.length) }, (_, worker) => work(worker)))
  return verdicts
}

/** @param {string} copy @param {Mutation} mutation @param {Options} options @returns {Promise<Verdict>} */
async function tryOut(copy, mutation, { seed, signal }) {
  const started = Date.now()
  const seconds = () => Math.round((Date.now() - started) / 100) / 10
  for (const tests of [testsOf(mutation), [`${folderOf(mutation)}/`]]) {
    const { failed, trouble } = await testInCopy(copy, tests, { mutation, seed, signal })
    if (trouble !== undefined) return { mutation, trouble, seconds: seconds() }
    if (failed !== undefined) return { mutation, caughtBy: failed, seconds: seconds() }
  }
  return { mutation, trouble: `SURVIVED: no test of ${folderOf(mutation)} noticed`, seconds: seconds() }
}
