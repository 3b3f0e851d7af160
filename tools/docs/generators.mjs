import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { root } from '../toolchain.mjs'
import { eventTable } from './event-table.mjs'
import { regionOf } from './refresh-markdown.mjs'
import { outsideRules, ruleTables } from './rules/rule-table.mjs'

const execute = promisify(execFile)

/** @type {Readonly<Record<string, string>>} */
const programs = {
  meshfold: 'packages/reference-server/dist/bin.js',
  'meshfold-agent': 'packages/reference-agent/dist/bin.js',
  demo: 'packages/lab/dist/demo.js',
}

/**
 * What the documentation may be made from, by name.
 * @type {Readonly<Record<string, import('./refresh-markdown.mjs').Generator>>}
 */
export const generators = {
  /** `file=<path>#<region>`, or a whole file. */
  file: async (source) => {
    const [path = '', region] = source.split('#')
    const text = readFileSync(join(root, path), 'utf8')
    return region === undefined ? text : regionOf(text, region)
  },
  /** `run=<path>`: what a program without randomness prints. */
  run: (path) => run([path]),
  /** The table of all events. */
  events: async () => eventTable(),
  /** The rule book, chapter by chapter. */
  rules: async () => ruleTables(),
  /** What core has that is of no row. */
  outside: async () => outsideRules(),
  /** `help demo`: what `--help` says. */
  help: async (command) => textBlock(await helpOf(command.split(' '))),
  /** `commands meshfold`: the same of each of its commands that has no further ones, under a heading. */
  commands: async (program) => (await leavesOf([program])).join('\n\n'),
}

/** @param {readonly string[]} args */
const run = async (args) => (await execute(process.execPath, args, { cwd: root })).stdout

/** @param {string} text */
const textBlock = (text) => `\`\`\`text\n${text.trimEnd()}\n\`\`\``

/** The same under every command; the page says them once. @param {string} help */
const withoutGlobalOptions = (help) => help.replace(/\nGlobal Options:\n(?: .*\n)*/, '')

/** @param {readonly string[]} command */
const helpOf = ([program = '', ...args]) => run([programs[program] ?? program, ...args, '--help'])

/** @param {readonly string[]} command @returns {Promise<readonly string[]>} */
async function leavesOf(command) {
  const help = await helpOf(command)
  const [, list = ''] = /^Commands:\n((?: .*\n)*)/m.exec(help) ?? []
  const names = [...list.matchAll(/^ {2}([a-z][a-z-]*)/gm)]
    .map(([, name = '']) => name)
    .filter((name) => name !== 'help')
  if (names.length === 0) return [`### \`${command.join(' ')}\`\n\n${textBlock(withoutGlobalOptions(help))}`]
  return (await Promise.all(names.map((name) => leavesOf([...command, name])))).flat()
}
