import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../toolchain.mjs'
import { eventTable } from './event-table.mjs'
import { regionOf } from './refresh-markdown.mjs'

/** @type {Readonly<Record<string, string>>} */
const programs = {
  meshfold: 'packages/reference-server/dist/bin.js',
  'meshfold-agent': 'packages/reference-agent/dist/bin.js',
  demo: 'packages/lab/dist/demo.js',
}

/** @param {readonly string[]} args */
const run = (args) => execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8' })

/**
 * What the documentation may be made from.
 * @type {Readonly<Record<string, import('./refresh-markdown.mjs').Generator>>}
 */
export const generators = {
  /** `file=<path>#<region>`, or a whole file. */
  file: (source) => {
    const [path = '', region] = source.split('#')
    const text = readFileSync(join(root, path), 'utf8')
    return region === undefined ? text : regionOf(text, region)
  },
  /** `run=<path>`: what a program without randomness prints. */
  run: (path) => run([path]),
  events: () => eventTable(),
  /** `help meshfold network create`: what `--help` says. */
  help: (command) => {
    const [program = '', ...args] = command.split(' ')
    const text = run([programs[program] ?? program, ...args, '--help'])
    return `\`\`\`text\n${text.trimEnd()}\n\`\`\``
  },
}
