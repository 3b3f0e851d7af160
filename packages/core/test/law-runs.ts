import fc from 'fast-check'
import { expect, TestRunner, vi } from 'vitest'

/** Laws are tried on many cases, on busy machines too: a time limit would only tell how busy. */
vi.setConfig({ testTimeout: 0 })

/** What a report says of a law. */
interface LawRuns {
  readonly numRuns: number
  readonly seed: number
}

/**
 * How many random cases a law is tried on, and from which seed on: 100 cases, or as many as `MESHFOLD_LAW_RUNS` says if that is more.
 * `share` is for laws whose cases cost more or less than others', when nobody asks for a number. The seed is made of the test's name
 * and of `MESHFOLD_LAW_SEED`, or of a random number: laws that draw alike are not tried on the same cases. A failure tells how to
 * draw the same again; put the counter-example into the test beside the law. `MESHFOLD_LAW_SHRINK=no` leaves out the search for a
 * smaller one, for those who only want to know whether there is one.
 */
export const lawRuns = (share = 1) => {
  const numRuns = Math.max(1, Math.round(numberIn('MESHFOLD_LAW_RUNS') ?? 0), Math.round(100 * share))
  const from = numberIn('MESHFOLD_LAW_SEED') ?? Math.floor(Math.random() * 2 ** 31)
  const seed = mixed(from, expect.getState().currentTestName ?? '')
  const test = TestRunner.getCurrentTest()
  if (test !== undefined) Object.assign(test.meta, { law: { numRuns, seed } satisfies LawRuns })
  const again = `The same cases again: npm run pnpm -- test:laws --runs ${numRuns} --seed ${from}`
  return { numRuns, seed, endOnFailure: process.env.MESHFOLD_LAW_SHRINK === 'no', reporter: failWith(again) }
}

const failWith =
  (hint: string) =>
  <Case>(details: fc.RunDetails<Case>): void => {
    if (!details.failed) return
    const cause = details.errorInstance
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`${fc.defaultReportMessage(details)}\n\n${reason}\n\n${hint}`, { cause })
  }

const numberIn = (name: string): number | undefined => {
  const text = process.env[name]
  const number = Number(text)
  return text === undefined || text === '' || !Number.isFinite(number) ? undefined : number
}

/** FNV-1a over the text, begun with the number: other numbers and other texts lead elsewhere. */
const mixed = (number: number, text: string): number => {
  let hash = 0x811c9dc5 ^ Math.trunc(number)
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return hash | 0
}
