#!/usr/bin/env node
/**
 * The one way into this repository: `npm start`, `npm test`, `npm run demo`, `npm run pnpm -- <args>`.
 *
 * Sees to it that a fitting Node, the pinned pnpm and the dependencies are there, then hands over to the task. Needs
 * nothing but Node 18+ and npm. Writes only to stderr: stdout belongs to the task.
 */
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, join } from 'node:path'
import { ensureNode, ensurePnpm, root, say, ToolchainError } from './toolchain.mjs'
import { withLock } from './with-lock.mjs'

/** pnpm commands that change the dependencies: a frozen install before them would refuse the very change they make. */
const dependencyCommands = new Set(['install', 'i', 'add', 'remove', 'rm', 'update', 'up', 'dedupe', 'import', 'store'])

/** @typedef {{ readonly pnpm: string, readonly node: string, readonly env: NodeJS.ProcessEnv }} Toolchain */

/** @type {Record<string, (toolchain: Toolchain, args: string[]) => Promise<number>>} */
const tasks = {
  test: ({ node, env }, args) => run(node, [join(root, 'tools', 'test.mjs'), ...args], env),
  start: async (toolchain, args) => {
    build(toolchain)
    const bin = join(root, 'packages', 'reference-server', 'dist', 'bin.js')
    // The reader's own Node where it fits: that is the shorter line.
    const node = toolchain.node === process.execPath ? 'node' : toolchain.node
    say(`to speak to it, in every other terminal first: alias meshfold='${node} ${bin}'`)
    return run(toolchain.node, [bin, 'serve', ...args], toolchain.env)
  },
  demo: async (toolchain, args) => {
    build(toolchain)
    return run(toolchain.node, [join(root, 'packages', 'lab', 'dist', 'demo.js'), ...args], toolchain.env)
  },
  pnpm: ({ pnpm, env }, args) => run(pnpm, args, env),
}

/** @returns {Toolchain} */
function prepareToolchain() {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const { node, binFolder, headers } = ensureNode()
  const pnpmFolder = ensurePnpm(packageManager.replace(/^pnpm@/, '').replace(/\+.*$/, ''))
  /** @type {NodeJS.ProcessEnv} */
  const env = { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' }
  // On Windows the variable is called Path; the copy above is case-sensitive.
  const pathName = Object.keys(env).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH'
  env[pathName] = [pnpmFolder, binFolder, process.env[pathName]].join(delimiter)
  // Native add-ons must be compiled against the headers of the Node that loads them.
  if (headers) env.npm_config_nodedir = headers
  return { node, pnpm: join(pnpmFolder, process.platform === 'win32' ? 'pnpm.exe' : 'pnpm'), env }
}

/** @param {Toolchain} toolchain */
async function installDependencies(toolchain) {
  const stamp = join(root, 'node_modules', '.meshfold-installed')
  const isUpToDate = () => readOr(stamp, '') === dependencyHash()
  if (isUpToDate()) return
  const lock = join(root, '.tools', 'install.lock')
  const installOnce = () => {
    if (isUpToDate()) return
    const wanted = dependencyHash()
    pnpmInstall(toolchain)
    writeFileSync(stamp, wanted)
  }
  await withLock(lock, installOnce, (pid) => say(`waiting for the install of process ${pid} (its lock: ${lock})`))
}

/** @param {Toolchain} toolchain */
function pnpmInstall({ pnpm, env }) {
  say('installing dependencies')
  const args = ['install', '--frozen-lockfile', '--prefer-offline', '--reporter=append-only', '--loglevel=warn']
  const done = spawnSync(pnpm, args, { cwd: root, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  if (done.status !== 0) throw explainInstallFailure(`${done.stdout}${done.stderr}${done.error ?? ''}`)
}

/** Changes with the lockfile and with every manifest, so that a manifest that left its lockfile behind is noticed. */
function dependencyHash() {
  const hash = createHash('sha256')
  const folders = ['packages', 'examples'].flatMap((parent) => namesIn(join(root, parent)).map((n) => join(parent, n)))
  for (const folder of ['', ...folders]) hash.update(readOr(join(root, folder, 'package.json'), ''))
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml']) hash.update(readOr(join(root, file), ''))
  return `${hash.digest('hex')} ${process.platform}-${process.arch}\n`
}

/** @param {string} folder */
function namesIn(folder) {
  try {
    return readdirSync(folder).sort()
  } catch {
    return []
  }
}

/** @param {string} file @param {string} otherwise */
function readOr(file, otherwise) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return otherwise
  }
}

/** @param {string} output of pnpm */
function explainInstallFailure(output) {
  const end = output.trim().split('\n').slice(-20).join('\n')
  if (/OUTDATED_LOCKFILE/.test(output)) {
    return new ToolchainError(
      `pnpm-lock.yaml does not fit the package.json files. Bring it up to date: npm run pnpm -- install\n${end}`,
    )
  }
  if (/Failed to fetch|dns error|ECONNREFUSED|ENOTFOUND|ETIMEDOUT/.test(output)) {
    return new ToolchainError(
      `Some dependencies are not on this machine yet and the npm registry cannot be reached. Run again with a network; later runs need none.\n${end}`,
    )
  }
  return new ToolchainError(`Dependencies could not be installed:\n${end}`)
}

/** @param {Toolchain} toolchain */
function build({ pnpm, env }) {
  const started = Date.now()
  const args = ['exec', 'turbo', 'run', 'build', '--output-logs=errors-only', '--log-order=grouped']
  const done = spawnSync(pnpm, args, { cwd: root, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  if (done.status !== 0) throw new ToolchainError(`The build failed:\n${done.stdout}${done.stderr}${done.error ?? ''}`)
  say(`built in ${((Date.now() - started) / 1000).toFixed(1)} s`)
}

/**
 * Runs the task itself. A terminal's Ctrl-C reaches the child by itself; a signal sent to this process alone is passed on.
 * @param {string} command
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<number>} the exit code, 128 + n after signal n
 */
function run(command, args, env) {
  const child = spawn(command, args, { cwd: root, env, stdio: 'inherit' })
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => {
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
    })
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)))
  })
}

async function main() {
  const [name = 'start', ...args] = process.argv.slice(2)
  const task = tasks[name]
  if (!task) throw new ToolchainError(`There is no task "${name}". Tasks: ${Object.keys(tasks).join(', ')}.`)
  const toolchain = prepareToolchain()
  if (name !== 'pnpm' || !dependencyCommands.has(args[0] ?? '')) await installDependencies(toolchain)
  return task(toolchain, args)
}

try {
  process.exitCode = await main()
} catch (error) {
  say(error instanceof ToolchainError ? error.message : String(error instanceof Error ? error.stack : error))
  process.exitCode = 1
}
