/**
 * TypeScript in Markdown that is no copy must compile all the same: against the sources of the packages, as if it stood in a file
 * beside its page. What a block takes for granted is declared in a comment before it: `<!-- ts: declare const log: EventLog -->`.
 */
import { dirname, join } from 'node:path'
import ts from 'typescript'
import { root } from '../toolchain.mjs'

/** @typedef {{ readonly file: string, readonly page: string, readonly line: number, readonly code: string }} Block */

const block = /^(?:<!-- ts: ([\s\S]*?) -->\n+)?```ts\n([\s\S]*?)^```$/gm

/** @param {string} page from the root @param {string} text of it @returns {readonly Block[]} */
const blocksIn = (page, text) =>
  [...text.matchAll(block)].map(({ 0: whole, 1: context = '', 2: code = '', index: at }, index) => ({
    file: join(root, dirname(page), `block-${index}-of-${page.replace(/\W/g, '-')}.ts`),
    page,
    // What is declared moves the block down by so many lines.
    line: text.slice(0, at + whole.indexOf('```ts\n')).split('\n').length - context.split('\n').length,
    code: `${context}\n${code}`,
  }))

/** @param {readonly { readonly page: string, readonly text: string }[]} pages @returns {readonly string[]} */
export function typeErrors(pages) {
  const blocks = new Map(pages.flatMap(({ page, text }) => blocksIn(page, text).map((found) => [found.file, found])))
  if (blocks.size === 0) return []
  const program = programOf(blocks)
  return [...blocks.values()].flatMap(({ file, page, line }) => {
    const source = program.getSourceFile(file)
    if (source === undefined) return []
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map((problem) => {
      const at = line + 1 + source.getLineAndCharacterOfPosition(problem.start ?? 0).line
      return `${page}:${at} ${ts.flattenDiagnosticMessageText(problem.messageText, ' ')}`
    })
  })
}

/** @param {ReadonlyMap<string, Block>} blocks by file, none of which is on the disk */
function programOf(blocks) {
  const config = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent({ ...config.config, include: [], files: [] }, ts.sys, root)
  const host = ts.createCompilerHost(options)
  const { fileExists, readFile } = host
  host.fileExists = (file) => blocks.has(file) || fileExists(file)
  host.readFile = (file) => blocks.get(file)?.code ?? readFile(file)
  return ts.createProgram([...blocks.keys()], options, host)
}
