/**
 * Lets `vitest run -t '^B3 '` find the tests of row B3 of the rule book. A test's name begins with its rows (`B3 …`, `A2 B4 …`), but
 * vitest looks at that name with the names of all suites in front of it, and loads every test file to do so.
 */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * @param {RegExp} pattern that names are matched with
 * @returns {RegExp} one that begins with a row (`^B3 …`): the same, for names inside of suites and for names of several rows
 */
export function rowPattern(pattern) {
  const [, row, rest] = /^\^([A-G]\d+)\b(.*)$/.exec(pattern.source) ?? []
  return row === undefined ? pattern : new RegExp(`(?:^| > )(?:[A-G]\\d+ )*${row}\\b${rest}`, pattern.flags)
}

/** Whether a test file may have tests of the row that a pattern begins with. @param {RegExp} pattern @param {string} text */
export function mayHaveRow(pattern, text) {
  const [, row] = /^\^([A-G]\d+)\b/.exec(pattern.source) ?? []
  return row === undefined || new RegExp(`['"\`](?:[A-G]\\d+ )*${row} `).test(text)
}

/** @type {import('vitest/config').Plugin} */
export const rowTests = {
  name: 'tests by row',
  configureVitest({ vitest, project }) {
    const { testNamePattern: pattern, root, include, exclude } = project.config
    if (pattern === undefined || rowPattern(pattern) === pattern) return
    const files = globSync(include, { cwd: root, exclude })
    project.config.include = files.filter((file) => mayHaveRow(pattern, readFileSync(join(root, file), 'utf8')))
    project.config.testNamePattern = rowPattern(pattern)
    if (vitest.config.testNamePattern !== undefined)
      vitest.config.testNamePattern = rowPattern(vitest.config.testNamePattern)
  },
}
