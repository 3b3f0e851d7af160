import { chapters } from './rows.mjs'

/**
 * @typedef {import('./rows.mjs').Row} Row
 * @typedef {import('./row-tests.mjs').NamedTest} NamedTest
 * @typedef {Readonly<Record<Kind, readonly string[]>>} Known names that core knows, by kind
 * @typedef {'commands' | 'events' | 'errors'} Kind
 * @typedef {object} Book
 * @property {Readonly<Record<string, Row>>} rows
 * @property {Readonly<Record<string, string>>} ofNoRow
 * @property {readonly string[]} notYet
 */

const data = 'tools/docs/rules/rows.mjs'
const kinds = /** @type {const} */ (['commands', 'events', 'errors'])
const places = ['projection', 'driver', 'agent', 'server']

/** @param {string | undefined} text of names with blanks between */
export const namesIn = (text) => text?.split(' ').filter((name) => name !== '') ?? []

/** Every row there should be, in order. */
export const allRows = Object.entries(chapters).flatMap(([letter, { rows }]) =>
  Array.from({ length: rows }, (_, index) => `${letter}${index + 1}`),
)

/**
 * What is wrong with the rule book's table of rows, and how to mend it.
 * @param {Book} book @param {Known} known @param {readonly NamedTest[]} tests
 * @returns {readonly string[]}
 */
export function rowComplaints(book, known, tests) {
  return [
    ...wrongRows(book, tests),
    ...kinds.flatMap((kind) => unnamed(book, known, kind)),
    ...Object.keys(book.ofNoRow)
      .filter((name) => !kinds.some((kind) => known[kind].includes(name)))
      .map((name) => `${data}: ofNoRow names ${name}, which core doesn't know: take it out`),
    ...allRows.flatMap((id) => wrongInRow(id, book, known, tests)),
  ]
}

/** @param {Book} book @param {readonly NamedTest[]} tests */
function wrongRows({ rows, notYet }, tests) {
  const known = new Set(allRows)
  return [
    ...[...Object.keys(rows), ...notYet]
      .filter((id) => !known.has(id))
      .map((id) => `${data}: there is no row ${id}: raise the number of rows of its chapter, or take it out`),
    ...tests.flatMap(({ file, name, rows: named }) =>
      named
        .filter((id) => !known.has(id))
        .map((id) => `${file}: "${name}" is of ${id}, which is no row: name it by the row it stands for`),
    ),
  ]
}

/** @param {Book} book @param {Known} known @param {Kind} kind */
function unnamed({ rows, ofNoRow }, known, kind) {
  const named = new Set(Object.values(rows).flatMap((row) => namesIn(row[kind])))
  return known[kind]
    .filter((name) => !named.has(name) && !Object.hasOwn(ofNoRow, name))
    .map((name) => `${data}: no row names ${name}: add it to the ${kind} of its row, or to ofNoRow with the reason`)
}

/** @param {string} id @param {Book} book @param {Known} known @param {readonly NamedTest[]} tests */
function wrongInRow(id, { rows, notYet }, known, tests) {
  const row = rows[id]
  if (row === undefined) return [`${data}: row ${id} is missing: add it`]
  const wrong = namesIn(row.lives).filter((place) => !places.includes(place))
  const gaps = gapsOf(id, row, known, tests)
  const waits = notYet.includes(id)
  return [
    ...wrong.map((place) => `${data}: ${id} lives in "${place}": write ${places.join(', ')}`),
    ...lostProofs(row, tests).map((proof) => `${data}: ${id} is proved by "${proof}", which there is not: correct it`),
    ...(waits ? [] : gaps.map((gap) => `${data}: ${id} ${gap}. While it is being made, notYet may have ${id}`)),
    ...(waits && gaps.length === 0 ? [`${data}: ${id} has all that a row needs: take it off notYet`] : []),
  ]
}

/** What a row that is being made may still lack. @param {string} id @param {Row} row @param {Known} known @param {readonly NamedTest[]} tests */
function gapsOf(id, row, known, tests) {
  const tested = (row.proofs ?? []).length > 0 || tests.some(({ rows }) => rows.includes(id))
  return [
    ...kinds.flatMap((kind) =>
      namesIn(row[kind])
        .filter((name) => !known[kind].includes(name))
        .map((name) => `names ${name}, which is none of core's ${kind}: correct it or take it out`),
    ),
    ...(row.commands === undefined && row.lives === undefined
      ? ['has neither commands nor a word where it lives']
      : []),
    ...(tested ? [] : [`has no test: begin the name of one with "${id} "`]),
  ]
}

/** `<file> › <beginning of a name>` that nothing fits. @param {Row} row @param {readonly NamedTest[]} tests */
const lostProofs = ({ proofs = [] }, tests) =>
  proofs.filter((proof) => {
    const [file, beginning = ''] = proof.split(' › ')
    return !tests.some((test) => test.file === file && test.name.startsWith(beginning))
  })
