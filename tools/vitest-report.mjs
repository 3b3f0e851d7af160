import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { root } from './toolchain.mjs'

/** @typedef {{ readonly status: string, readonly fullName: string, readonly failureMessages: readonly string[] | null }} Assertion */
/** @typedef {{ readonly name: string, readonly status: string, readonly message: string, readonly assertionResults: readonly Assertion[] }} File */

/**
 * Counts what vitest's json reporter wrote. A file that fails outside its tests counts as one failure; so does a run that
 * ends badly with no failed test in it (an unhandled error, no tests found, no report at all).
 * @param {string} reportFile
 * @param {number} exitCode of vitest
 * @param {string} output of vitest, for what the report does not tell
 */
export function readVitestReport(reportFile, exitCode, output) {
  const files = filesOf(reportFile)
  const tests = files.flatMap((file) => file.assertionResults.map((test) => ({ file, test })))
  const failedTests = tests.filter(({ test }) => test.status === 'failed')
  const brokenFiles = files.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed'),
  )
  const failed = failedTests.length + brokenFiles.length
  const unexplained = failed === 0 && (exitCode !== 0 || tests.length === 0)
  const details = [
    ...failedTests.map(({ file, test }) => describe(file, test.fullName, (test.failureMessages ?? []).join('\n'))),
    ...brokenFiles.map((file) => describe(file, 'the file could not be run', file.message)),
    ...(unexplained ? [`vitest ran ${tests.length} tests and ended with code ${exitCode}:\n${output}`] : []),
  ]
  return {
    passed: tests.filter(({ test }) => test.status === 'passed').length,
    failed: failed + (unexplained ? 1 : 0),
    details: details.join('\n\n'),
  }
}

/** @param {string} reportFile @returns {readonly File[]} */
function filesOf(reportFile) {
  try {
    return JSON.parse(readFileSync(reportFile, 'utf8')).testResults
  } catch {
    return []
  }
}

/** @param {File} file @param {string} title @param {string} message */
const describe = (file, title, message) => `✗ ${relative(root, file.name)} › ${title}\n${message}`
