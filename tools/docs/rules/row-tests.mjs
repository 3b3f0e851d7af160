import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { root } from '../../toolchain.mjs'

/**
 * @typedef {object} NamedTest a test, or a suite
 * @property {string} file from the root
 * @property {string} name of a template its beginning
 * @property {readonly string[]} rows of the rule book that the name begins with
 */

/** @returns {readonly NamedTest[]} those of all packages, file by file */
export const allTests = () =>
  testFiles().flatMap((file) =>
    testNames(file, readFileSync(join(root, file), 'utf8')).map((name) => ({ file, name, rows: rowsOf(name) })),
  )

const testFiles = () =>
  readdirSync(join(root, 'packages'))
    .flatMap((name) => [`packages/${name}/src`, `packages/${name}/test`])
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) => `${folder}/${file}`),
    )
    .filter((file) => file.endsWith('.test.ts'))
    .sort()

/** `A2 B4 it keeps its address`: A2 and B4. @param {string} name */
export const rowsOf = (name) =>
  name
    .match(/^(?:[A-Z]\d{1,2} )+/)?.[0]
    .trimEnd()
    .split(' ') ?? []

/** Names of `test(…)`, `test.each(…)(…)`, `describe(…)` and the like, in order. @param {string} file @param {string} text */
export function testNames(file, text) {
  /** @type {string[]} */
  const names = []
  /** @param {ts.Node} node */
  const visit = (node) => {
    if (ts.isCallExpression(node) && isTest(node.expression)) names.push(...textOf(node.arguments[0]))
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest))
  return names
}

/** `test`, `test.each(…)`, `it.only`. @param {ts.Expression} callee @returns {boolean} */
function isTest(callee) {
  if (ts.isIdentifier(callee)) return ['test', 'it', 'describe'].includes(callee.text)
  if (ts.isPropertyAccessExpression(callee) || ts.isCallExpression(callee)) return isTest(callee.expression)
  return ts.isTaggedTemplateExpression(callee) && isTest(callee.tag)
}

/** @param {ts.Expression | undefined} name */
function textOf(name) {
  if (name === undefined) return []
  if (ts.isStringLiteralLike(name)) return [name.text]
  return ts.isTemplateExpression(name) ? [name.head.text] : []
}
