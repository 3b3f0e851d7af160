/**
 * Which Node and pnpm the repository runs on, and how they get into `.tools/`.
 *
 * No dependencies, and syntax that Node 18 parses: this runs before anything is installed. Downloads go through the
 * npm of the machine, so its registry, proxy and cache settings apply. npm itself checks the sha512 checksums pinned in
 * toolchain.json, because they are handed to it as a lockfile.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** @typedef {{ readonly name: string, readonly version: string, readonly integrity?: string }} PinnedPackage */
/** @typedef {{ readonly platform: string, readonly arch: string, readonly musl: boolean }} Machine */

export const root = dirname(dirname(fileURLToPath(import.meta.url)))
const toolsFolder = join(root, '.tools')
const draftPrefix = 'unfinished-'

/**
 * @type {{ node: Record<string, PinnedPackage>, oldestNode: Record<string, PinnedPackage>,
 *   pnpm: PinnedPackage, pnpmBinary: Record<string, PinnedPackage> }}
 */
const pins = JSON.parse(readFileSync(join(root, 'tools', 'toolchain.json'), 'utf8'))

/** A failure the reader can do something about: printed without a stack. */
export class ToolchainError extends Error {}

/** stdout belongs to the task (`npm run demo -- --json`): progress always goes to stderr. @param {string} text */
export const say = (text) => void process.stderr.write(`meshfold: ${text}\n`)

/**
 * The range that tsup, vitest and node:sqlite need: ^22.18 || ^24.11 || >=26.
 * @param {string} version
 */
export function nodeFits(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return (major === 22 && minor >= 18) || (major === 24 && minor >= 11) || major >= 26
}

/** @returns {Machine} */
function thisMachine() {
  const { platform, arch } = process
  return { platform, arch, musl: platform === 'linux' && !runsOnGlibc() }
}

function runsOnGlibc() {
  const report = /** @type {{ header?: { glibcVersionRuntime?: string } }} */ (process.report?.getReport() ?? {})
  return report.header?.glibcVersionRuntime !== undefined
}

/**
 * The npm package that carries a fitting Node for a machine.
 * @param {Machine} machine
 * @param {string} found the version of the Node that runs now
 * @returns {PinnedPackage}
 */
export function nodePackageFor(machine, found) {
  const need = `Meshfold needs Node ^22.18 || ^24.11 || >=26, this is ${found}.`
  if (machine.musl) {
    throw new ToolchainError(
      `${need}\nOn musl Linux (Alpine) no ready-made Node can be fetched: install Node 22.18 or newer, for example \`apk add nodejs npm\`.`,
    )
  }
  const pinned = pins.node[`${machine.platform}-${machine.arch}`]
  if (pinned) return pinned
  throw new ToolchainError(
    `${need}\nNo ready-made Node is pinned for ${machine.platform}-${machine.arch}: install Node 22.18 or newer yourself.`,
  )
}

/**
 * The folder that holds the `node` executable to use.
 * @returns {{ node: string, binFolder: string, headers?: string }}
 */
export function ensureNode() {
  if (nodeFits(process.versions.node)) return { node: process.execPath, binFolder: dirname(process.execPath) }
  const pinned = nodePackageFor(thisMachine(), process.versions.node)
  const installed = ensureInstalled([pinned], `Node ${process.versions.node} is too old to build with`)
  return { ...nodeIn(installed), headers: installed }
}

/**
 * The oldest Node that the published packages promise to run on, where the registry has it for this machine.
 * @returns {{ node: string, version: string } | undefined}
 */
export function ensureOldestNode() {
  const { platform, arch, musl } = thisMachine()
  const pinned = musl ? undefined : pins.oldestNode[`${platform}-${arch}`]
  if (!pinned) return undefined
  return {
    node: nodeIn(ensureInstalled([pinned], 'the oldest Node the packages promise')).node,
    version: pinned.version,
  }
}

/** @param {string} folder of an installed node-* package */
function nodeIn(folder) {
  const binFolder = join(folder, 'bin')
  return { node: join(binFolder, process.platform === 'win32' ? 'node.exe' : 'node'), binFolder }
}

/**
 * The folder that holds the `pnpm` executable to use.
 * @param {string} wanted the version in package.json's packageManager
 */
export function ensurePnpm(wanted) {
  if (wanted !== pins.pnpm.version) {
    throw new ToolchainError(
      `package.json asks for pnpm ${wanted}, tools/toolchain.json pins ${pins.pnpm.version}: change both together.`,
    )
  }
  const { platform, arch, musl } = thisMachine()
  const binary = pins.pnpmBinary[`${platform}-${arch}${musl ? '-musl' : ''}`]
  if (!binary) throw new ToolchainError(`pnpm ${wanted} has no binary for ${platform}-${arch}.`)
  return ensureInstalled([pins.pnpm, binary], `pnpm ${wanted}`, linkPnpmBinary)
}

/** pnpm's own lifecycle script, skipped at install time: puts the native binary in place of its placeholder. @param {string} folder */
function linkPnpmBinary(folder) {
  const done = spawnSync(process.execPath, ['install.js'], { cwd: folder, encoding: 'utf8' })
  if (done.status !== 0) throw new ToolchainError(`pnpm could not set itself up:\n${done.stderr}`)
}

/**
 * Installs pinned packages into `.tools/` once and returns the folder of the first. The work happens in a folder of its
 * own that is renamed into place at the end, so runs at the same time cannot see or spoil a half-written one.
 * @param {readonly PinnedPackage[]} packages
 * @param {string} reason
 * @param {(folder: string) => void} [finish]
 */
function ensureInstalled(packages, reason, finish) {
  const [main] = packages
  if (!main) throw new Error('nothing to install')
  const label = `${main.name}-${main.version}-${digest(packages)}`
  const target = join(toolsFolder, label)
  const inside = ['node_modules', ...main.name.split('/')]
  if (existsSync(target)) return join(target, ...inside)

  const started = Date.now()
  say(`${reason}: fetching ${packages.map((p) => `${p.name}@${p.version}`).join(', ')}`)
  mkdirSync(toolsFolder, { recursive: true })
  removeAbandonedDrafts()
  const draft = mkdtempSync(join(toolsFolder, draftPrefix))
  try {
    npmInstall(draft, packages)
    finish?.(join(draft, ...inside))
    // Drafts are their owner's alone; whoever may read the repository may run its tools.
    chmodSync(draft, 0o755)
    renameUnlessThere(draft, target)
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
  say(`${main.name}@${main.version} ready after ${((Date.now() - started) / 1000).toFixed(1)} s`)
  return join(target, ...inside)
}

/** A changed checksum or companion package gets a folder of its own. @param {readonly PinnedPackage[]} packages */
const digest = (packages) => createHash('sha256').update(JSON.stringify(packages)).digest('hex').slice(0, 8)

/** What killed runs left behind: nobody works on a draft for an hour. */
function removeAbandonedDrafts() {
  for (const name of readdirSync(toolsFolder).filter((entry) => entry.startsWith(draftPrefix))) {
    const draft = join(toolsFolder, name)
    const changedAt = statSync(draft, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()
    if (Date.now() - changedAt > 3_600_000) rmSync(draft, { recursive: true, force: true })
  }
}

/** @param {string} draft @param {string} target */
function renameUnlessThere(draft, target) {
  try {
    renameSync(draft, target)
  } catch (error) {
    if (!existsSync(target)) throw error
  }
}

/** @param {string} folder @param {readonly PinnedPackage[]} packages */
function npmInstall(folder, packages) {
  const dependencies = Object.fromEntries(packages.map(({ name, version }) => [name, version]))
  const manifest = { name: 'meshfold-toolchain', version: '0.0.0', private: true, dependencies }
  const locked = Object.fromEntries(
    packages.map(({ name, version, integrity }) => [`node_modules/${name}`, { version, integrity }]),
  )
  const lockfile = {
    name: manifest.name,
    version: manifest.version,
    lockfileVersion: 3,
    requires: true,
    packages: { '': manifest, ...locked },
  }
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest))
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(lockfile))
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--package-lock=true', '--prefer-offline']
  const done = npm(['ci', ...flags], folder)
  const missing = packages.filter(({ name }) => !existsSync(join(folder, 'node_modules', ...name.split('/'))))
  if (done.status !== 0 || missing.length > 0) throw explainNpmFailure(`${done.stderr}${done.error ?? ''}`, packages)
}

/** @param {string[]} args @param {string} cwd */
function npm(args, cwd) {
  const own = process.env.npm_execpath
  /** @type {import('node:child_process').SpawnSyncOptionsWithStringEncoding} */
  const options = { cwd, encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'] }
  if (own && basename(own) === 'npm-cli.js') return spawnSync(process.execPath, [own, ...args], options)
  return process.platform === 'win32'
    ? spawnSync(`npm.cmd ${args.join(' ')}`, { ...options, shell: true })
    : spawnSync('npm', args, options)
}

/**
 * @param {string} output what npm wrote to stderr
 * @param {readonly PinnedPackage[]} packages
 */
export function explainNpmFailure(output, packages) {
  const what = packages.map((p) => `${p.name}@${p.version}`).join(', ')
  const said = output.trim()
  if (/EINTEGRITY/.test(said)) {
    return new ToolchainError(
      `The checksum of ${what} is not the one pinned in tools/toolchain.json: nothing was installed.\nEither the registry or cache in use serves a different file, or the pin is wrong. Try \`npm cache verify\`; do not bypass this.\n${said}`,
    )
  }
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ENOTCACHED/.test(said)) {
    return new ToolchainError(
      `The npm registry cannot be reached, and ${what} is needed once.\nWays out: run again with a network (or set npm's \`registry\` or \`proxy\`); or copy the folders .tools/ and node_modules/ from a checkout where it ran. Later runs need no network.\n${said}`,
    )
  }
  if (/\bENOENT\b.*\bnpm\b|spawnSync npm ENOENT/.test(said)) {
    return new ToolchainError(`npm was not found on the PATH: it comes with Node, install both.\n${said}`)
  }
  return new ToolchainError(`npm could not install ${what}:\n${said}`)
}
