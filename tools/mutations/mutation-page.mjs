/** docs/reference/mutation-check.md: what caught each break when it was last tried. */
import { folderOf } from './scratch-copy.mjs'

/** @typedef {import('./mutations.mjs').Mutation} Mutation */

export const pagePath = 'docs/reference/mutation-check.md'

const intro = `# Mutation check

The core, and what keeps its promises on a host, broken on purpose: each row is a fault that somebody could make, in one line of one file, and the test or law that was the first
to notice. \`npm run pnpm -- mutation-check --write\` tries them all in copies of the workspace and writes this page; with part of a
break's name behind it, it tries that one and writes its row. CI checks that every break still fits the text that it breaks, and that every
break has its row here. The breaks are in \`tools/mutations/\`.
`

/**
 * The page with these verdicts in it, and what it said of the others.
 * @param {string} before the page so far, or nothing
 * @param {readonly import('./try-mutations.mjs').Verdict[]} verdicts
 * @param {readonly Mutation[]} mutations all of them, in order
 */
export function mutationPage(before, verdicts, mutations) {
  const rows = rowsOf(before)
  for (const verdict of verdicts) rows.set(keyOf(verdict.mutation), rowOf(verdict))
  const areas = [...new Set(mutations.map(({ area }) => area))]
  const chapters = areas.map((area) => {
    const lines = mutations.filter((each) => each.area === area).flatMap((each) => rows.get(keyOf(each)) ?? [])
    return `\n## ${area[0]?.toUpperCase()}${area.slice(1)}\n\n| break | caught by |\n| --- | --- |\n${lines.join('\n')}\n`
  })
  return intro + chapters.join('')
}

/** Breaks that the page doesn't tell of. @param {string} page @param {readonly Mutation[]} mutations */
export const missingOnPage = (page, mutations) => {
  const rows = rowsOf(page)
  return mutations.filter((mutation) => !rows.has(keyOf(mutation))).map(({ area, name }) => `${area}: ${name}`)
}

/** @param {string} page @returns {Map<string, string>} */
const rowsOf = (page) =>
  new Map(
    page.split('\n').flatMap((line) => {
      const [, key] = /^\| (.*? \(`\S+?`\)) \| /.exec(line) ?? []
      return key === undefined ? [] : [[key, line]]
    }),
  )

/** @param {Mutation} mutation */
const keyOf = (mutation) => `${mutation.name} (\`${shortly(`${folderOf(mutation)}/${mutation.file}`)}\`)`

/** Files of core without its name. @param {string} file from the root on */
const shortly = (file) =>
  file
    .replace(/^packages\//, '')
    .replace('/src/', '/')
    .replace(/^core\//, '')

/** @param {import('./try-mutations.mjs').Verdict} verdict */
const rowOf = ({ mutation, caughtBy, trouble }) => {
  const by = caughtBy === undefined ? `**nothing**: ${trouble}` : `${caughtBy.test} (\`${shortly(caughtBy.file)}\`)`
  return `| ${keyOf(mutation)} | ${by.replaceAll('|', '\\|').replaceAll('\n', ' ')} |`
}
