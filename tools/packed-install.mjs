/**
 * Proves the `engines` line of the packages that promise Node 20.19: packs them, installs the tarballs in an empty project
 * whose dependencies must all allow that Node, and uses each package there, on that very Node: imports every entry, runs
 * `test/packed-use.mjs` where a package has one, and asks every command for its `--version`.
 */
import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execute } from './execute.mjs'
import { manifestOf, pack, publishedPackages } from './pack.mjs'
import { ensureOldestNode, root } from './toolchain.mjs'

const oldestPromise = '>=20.19'

/** @param {readonly string[]} names @param {string} project @param {string} nodeVersion */
async function install(names, project, nodeVersion) {
  const tarballs = mkdtempSync(join(tmpdir(), 'meshfold-pack-'))
  try {
    const packed = await Promise.all(
      names.map(async (name) => [manifestOf(name).name, `file:${await pack(name, tarballs)}`]),
    )
    const dependencies = Object.fromEntries([...packed, ...names.flatMap(peersOf)])
    writeFileSync(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module', dependencies }))
    // Our packages depend on each other by version, and these versions are not in a registry yet. JSON is YAML.
    const overrides = Object.fromEntries(packed)
    const settings = { overrides, nodeVersion, engineStrict: true, minimumReleaseAge: 0, pmOnFail: 'ignore' }
    writeFileSync(join(project, 'pnpm-workspace.yaml'), JSON.stringify(settings))
    await succeed(['pnpm', 'install', '--prefer-offline', '--reporter=append-only'], project)
  } finally {
    rmSync(tarballs, { recursive: true, force: true })
  }
}

/** @param {string} name @returns {readonly (readonly [string, string])[]} */
const peersOf = (name) => Object.entries(manifestOf(name).peerDependencies ?? {})

/** @param {string} name a folder under packages/ @param {string} project @param {string} node */
async function useThem(name, project, node) {
  const { name: packageName, exports, bin = {} } = manifestOf(name)
  const entries = Object.keys(exports).filter((entry) => !entry.endsWith('.json'))
  const importAll = join(project, `import-${name}.mjs`)
  writeFileSync(importAll, entries.map((entry) => `await import('${packageName}${entry.slice(1)}')\n`).join(''))
  await succeed([node, importAll], project)
  const firstUse = join(root, 'packages', name, 'test', 'packed-use.mjs')
  if (existsSync(firstUse)) {
    copyFileSync(firstUse, join(project, `use-${name}.mjs`))
    await succeed([node, join(project, `use-${name}.mjs`)], project)
  }
  for (const path of Object.values(bin)) {
    await succeed([node, join(project, 'node_modules', packageName, path), '--version'], project)
  }
}

/** @param {readonly string[]} command @param {string} cwd */
async function succeed(command, cwd) {
  const { code, output } = await execute(command, { cwd })
  if (code !== 0) throw new Error(`\`${command.join(' ')}\` ended with code ${code}:\n${output}`)
}

async function main() {
  const oldest = ensureOldestNode()
  const { node, version } = oldest ?? { node: process.execPath, version: process.versions.node }
  if (!oldest) console.log(`No Node 20.19 is pinned for this machine: using ${version}, which proves less.`)
  const names = publishedPackages().filter((name) => manifestOf(name).engines.node === oldestPromise)
  const project = mkdtempSync(join(tmpdir(), 'meshfold-packed-'))
  try {
    await install(names, project, version)
    for (const name of names) await useThem(name, project, node)
    console.log(`${names.join(', ')} work on Node ${version}`)
  } finally {
    rmSync(project, { recursive: true, force: true })
  }
}

try {
  await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
