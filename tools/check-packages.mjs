/** Is every published package, as packed, one that Node, TypeScript and bundlers can resolve? publint and attw decide. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execute } from './execute.mjs'
import { pack, publishedPackages } from './pack.mjs'

/** @param {string} name @param {string} folder @returns {Promise<readonly string[]>} complaints */
async function complaintsAbout(name, folder) {
  const tarball = await pack(name, folder)
  const checks = [
    ['publint', 'run', tarball, '--strict'],
    // The packages are ESM: that CommonJS can only import() them is intended.
    ['attw', tarball, '--profile', 'esm-only', '--no-emoji'],
  ]
  const results = await Promise.all(checks.map((check) => execute(check)))
  return results.filter(({ code }) => code !== 0).map(({ output }) => `${name}\n${output}`)
}

const folder = mkdtempSync(join(tmpdir(), 'meshfold-pack-'))
try {
  const complaints = (await Promise.all(publishedPackages().map((name) => complaintsAbout(name, folder)))).flat()
  for (const complaint of complaints) console.log(complaint)
  process.exitCode = complaints.length === 0 ? 0 : 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
