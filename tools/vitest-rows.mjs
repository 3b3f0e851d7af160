/**
 * Lets `vitest run -t '^B3 '` find the tests of row B3 of the rule book. A test's name begins with its rows (`B3 …`, `A2 B4 …`), but
 * vitest looks at that name with the names of all suites in front of it.
 */

/**
 * @param {RegExp} pattern that names are matched with
 * @returns {RegExp} one that begins with a row (`^B3 …`): the same, for names inside of suites and for names of several rows
 */
export function rowPattern(pattern) {
  const [, row, rest] = /^\^([A-G]\d+)\b(.*)$/.exec(pattern.source) ?? []
  return row === undefined ? pattern : new RegExp(`(?:^| > )(?:[A-G]\\d+ )*${row}\\b${rest}`, pattern.flags)
}

/** @type {import('vitest/config').Plugin} */
export const rowTests = {
  name: 'tests by row',
  configureVitest({ vitest, project }) {
    for (const config of [vitest.config, project.config]) {
      if (config.testNamePattern !== undefined) config.testNamePattern = rowPattern(config.testNamePattern)
    }
  },
}
