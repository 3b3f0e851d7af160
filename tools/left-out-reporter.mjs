/** What vitest prints of tests that were left out: a line each, with the reason. Beside a reporter that counts. */
export default class LeftOutReporter {
  /** @param {import('vitest/node').TestCase} test */
  onTestCaseResult(test) {
    const result = test.result()
    if (result.state !== 'skipped') return
    console.log(`left out: ${test.fullName}: ${result.note ?? 'no reason given'}`)
  }
}
