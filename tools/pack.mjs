import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { execute } from './execute.mjs'
import { root } from './toolchain.mjs'

/** @returns {readonly string[]} the folders under packages/ that are meant for the registry */
export function publishedPackages() {
  return readdirSync(join(root, 'packages'))
    .filter((name) => !manifestOf(name).private)
    .sort()
}

/**
 * @typedef {object} Manifest
 * @property {string} name
 * @property {string} version
 * @property {boolean} [private]
 * @property {{ readonly node: string }} engines
 * @property {Record<string, unknown>} exports
 * @property {Record<string, string>} [bin]
 * @property {Record<string, string>} [peerDependencies]
 */

/** @param {string} name a folder under packages/ @returns {Manifest} */
export const manifestOf = (name) => JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'))

/**
 * Packs a built package the way `pnpm publish` would.
 * @param {string} name a folder under packages/
 * @param {string} destination
 * @returns {Promise<string>} the tarball's path
 */
export async function pack(name, destination) {
  const folder = join(root, 'packages', name)
  const { code, output } = await execute(['pnpm', 'pack', '--pack-destination', destination], { cwd: folder })
  if (code !== 0) throw new Error(`pnpm pack failed for ${name}:\n${output}`)
  const manifest = manifestOf(name)
  return join(destination, `${manifest.name.replace('@', '').replace('/', '-')}-${manifest.version}.tgz`)
}
