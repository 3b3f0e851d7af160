import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../toolchain.mjs'

const page = 'docs/reference/configuration.md'
const name = /\bMESHFOLD_[A-Z0-9_]+\b/g

/** Environment variables that programs read and the reference doesn't name, and the other way round. */
export function environmentComplaints() {
  const sources = ['driver-linux', 'reference-agent', 'reference-server', 'lab'].flatMap((folder) =>
    sourcesIn(join(root, 'packages', folder, 'src')),
  )
  const read = new Set(sources.flatMap((file) => namesIn(file)))
  const described = new Set(namesIn(join(root, page)))
  return [
    ...[...read].filter((variable) => !described.has(variable)).map((variable) => `${page} doesn't name ${variable}`),
    ...[...described].filter((variable) => !read.has(variable)).map((variable) => `${page}: nothing reads ${variable}`),
  ]
}

/** @param {string} file */
const namesIn = (file) => (existsSync(file) ? (readFileSync(file, 'utf8').match(name) ?? []) : [])

/** @param {string} folder */
const sourcesIn = (folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.ts$/.test(file) && !/\.test\.ts$/.test(file))
    .map((file) => join(folder, file))
