/**
 * What vitest prints of laws: a line when one is done, with its cases and seed, and what is wrong with those that failed. Examples
 * that stand among laws are counted, and get a line when they fail.
 */
import { relative } from 'node:path'
import { root } from './toolchain.mjs'

/** @typedef {import('vitest/node').TestCase} TestCase */

export default class LawsReporter {
  #started = Date.now()
  #done = 0
  /** @type {TestCase[]} */
  #failed = []

  onTestRunStart() {
    const { MESHFOLD_LAW_RUNS: runs, MESHFOLD_LAW_SEED: seed } = process.env
    console.log(`${Number(runs).toLocaleString('en-GB')} cases a law, --seed ${seed}`)
  }

  /** @param {TestCase} test */
  onTestCaseResult(test) {
    const { state } = test.result()
    if (state === 'skipped') return
    this.#done += 1
    if (state === 'failed') this.#failed.push(test)
    const cases = casesOf(test)
    if (cases === undefined && state !== 'failed') return
    const seconds = ((test.diagnostic()?.duration ?? 0) / 1000).toFixed(1).padStart(7)
    console.log(`${state === 'failed' ? 'FAIL' : 'ok  '}${seconds} s ${(cases ?? '').padStart(22)}  ${nameOf(test)}`)
  }

  /**
   * @param {readonly import('vitest/node').TestModule[]} modules
   * @param {readonly { readonly message: string }[]} unhandled
   */
  onTestRunEnd(modules, unhandled) {
    for (const test of this.#failed) {
      console.log(`\n✗ ${nameOf(test)}`)
      for (const { message } of test.result().errors ?? []) console.log(message)
    }
    const outside = [...modules.flatMap((module) => module.errors()), ...unhandled]
    for (const { message } of outside) console.log(`\n✗ ${message}`)
    const seconds = Math.round((Date.now() - this.#started) / 1000)
    const held = this.#done - this.#failed.length
    console.log(`${held} held, ${this.#failed.length + outside.length} failed, ${seconds} s`)
  }
}

/** @param {TestCase} test */
const nameOf = (test) => `${relative(root, test.module.moduleId)} › ${test.fullName}`

/** `undefined` of an example. @param {TestCase} test */
function casesOf(test) {
  const { law } = /** @type {{ law?: { numRuns: number, seed: number } }} */ (test.meta())
  return law === undefined ? undefined : `${law.numRuns.toLocaleString('en-GB')} from ${law.seed}`
}
