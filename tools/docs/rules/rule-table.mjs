import { basename, join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { root } from '../../toolchain.mjs'
import { namesIn, rowComplaints } from './check-rows.mjs'
import { allTests } from './row-tests.mjs'
import { chapters, notYet, ofNoRow, rows } from './rows.mjs'

/** Where the page is that the links of the table start from. */
const folder = 'docs/reference'

const heading = [
  '| | rule | commands, *where it lives* | events | error codes | tests | scenarios |',
  '| --- | --- | --- | --- | --- | --- | --- |',
]

/** A heading and a table for each chapter of the rule book. */
export async function ruleTables() {
  const known = await knownNames()
  const tests = allTests()
  const scenarios = await allScenarios()
  return Object.entries(chapters)
    .map(([letter, { title, rows: count }]) => {
      const ids = Array.from({ length: count }, (_, index) => `${letter}${index + 1}`)
      return [
        `## ${letter}. ${title}\n`,
        ...heading,
        ...ids.map((id) => `| ${[...cellsOf(id, known, tests), scenariosOf(id, scenarios)].join(' | ')} |`),
      ].join('\n')
    })
    .join('\n\n')
}

/** What core has that is of no row, as a list. */
export const outsideRules = () =>
  Object.entries(ofNoRow)
    .map(([name, reason]) => `- \`${name}\`: ${reason}`)
    .join('\n')

/** Rows that are still being made. */
export const rowsToCome = notYet

/** What is wrong with the rows, against core as it was built. */
export async function ruleComplaints() {
  return rowComplaints({ rows, ofNoRow, notYet }, await knownNames(), [...allTests(), ...(await allScenarios())])
}

/** @returns {Promise<import('./check-rows.mjs').Known>} */
async function knownNames() {
  const core = await import(pathToFileURL(join(root, 'packages/core/dist/index.js')).href)
  return { commands: core.meshCommandTypes, events: core.meshEventTypes, errors: core.meshErrorCodes }
}

/** Those of the lab, as tests of their rows. @returns {Promise<readonly import('./row-tests.mjs').NamedTest[]>} */
async function allScenarios() {
  const file = 'packages/lab/src/scenarios'
  const { scenarioList } = await import(pathToFileURL(join(root, 'packages/lab/dist/scenario-list.js')).href)
  return scenarioList.map((/** @type {{ name: string, rows: readonly string[] }} */ { name, rows: of }) => ({
    file,
    name,
    rows: of,
  }))
}

/** @param {string} id @param {readonly import('./row-tests.mjs').NamedTest[]} scenarios */
const scenariosOf = (id, scenarios) =>
  scenarios
    .filter(({ rows: of }) => of.includes(id))
    .map(({ name }) => `\`${name}\``)
    .join(', ')

/** Names that are still to come are left out. @param {string} id @param {import('./check-rows.mjs').Known} known @param {readonly import('./row-tests.mjs').NamedTest[]} tests */
function cellsOf(id, known, tests) {
  const row = rows[id]
  if (row === undefined) return [id, '', '', '', '', '']
  const files = new Set([
    ...tests.filter((test) => test.rows.includes(id)).map(({ file }) => file),
    ...(row.proofs ?? []).map((proof) => proof.split(' › ')[0] ?? ''),
  ])
  const waits = notYet.includes(id) ? ['not yet'] : []
  /** @param {import('./check-rows.mjs').Kind} kind */
  const names = (kind) =>
    namesIn(row[kind])
      .filter((name) => known[kind].includes(name))
      .map((name) => `\`${name}\``)
  return [
    id,
    row.rule,
    [...names('commands'), ...namesIn(row.lives).map((place) => `*${place}*`)].join(', '),
    names('events').join(', '),
    names('errors').join(', '),
    [...[...files].sort().map(link), ...waits].join(', '),
  ]
}

/** @param {string} file */
const link = (file) => `[${basename(file, '.test.ts')}](${relative(folder, file)})`
