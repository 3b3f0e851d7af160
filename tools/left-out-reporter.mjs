/**
 * What vitest prints of tests that were left out, and of what a test says that it left out (its annotations of type "left out"): a line
 * each, with the reason. Beside a reporter that counts.
 */
export default class LeftOutReporter {
  /** @param {import('vitest/node').TestCase} test */
  onTestCaseResult(test) {
    for (const { type, message } of test.annotations())
      if (type === 'left out') console.log(`left out: ${test.fullName}: ${message}`)
    const result = test.result()
    if (result.state !== 'skipped') return
    console.log(`left out: ${test.fullName}: ${result.note ?? 'no reason given'}`)
  }
}
