import { spawn } from 'node:child_process'
import { isAbsolute } from 'node:path'
import { root } from './toolchain.mjs'

/**
 * Runs a command of the workspace and collects what it prints, both streams in the order they came.
 * `node` is the Node that runs now, an absolute path and `pnpm` are themselves, any other name is a binary that the root's
 * devDependencies bring.
 * @param {readonly string[]} command
 * @param {{ readonly cwd?: string, readonly env?: Readonly<Record<string, string>> }} [options] `env`: on top of this process's
 * @returns {Promise<{ readonly code: number, readonly output: string }>} 128 when a signal ended it
 */
export function execute(command, { cwd = root, env = {} } = {}) {
  const [name = '', ...args] = command
  const child = spawn(...invocation(name, args), {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  /** @type {Buffer[]} */
  const chunks = []
  child.stdout.on('data', (chunk) => chunks.push(chunk))
  child.stderr.on('data', (chunk) => chunks.push(chunk))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code: code ?? 128, output: Buffer.concat(chunks).toString('utf8') }))
  })
}

/** @param {string} name @param {readonly string[]} args @returns {[file: string, args: readonly string[]]} */
function invocation(name, args) {
  if (name === 'node') return [process.execPath, args]
  return name === 'pnpm' || isAbsolute(name) ? [name, args] : ['pnpm', ['exec', name, ...args]]
}
