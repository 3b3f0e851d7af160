import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from './toolchain.mjs'

/** Made here, or somebody else's. */
const notOurs = new Set(['.git', '.tools', '.turbo', 'coverage', 'dist', 'node_modules'])

/** @param {string} folder @returns {string[]} */
const filesIn = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (notOurs.has(entry.name)) return []
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return filesIn(path)
    return entry.isFile() ? [path] : []
  })

const files = filesIn(root).map((path) => ({ path, name: relative(root, path), text: readFileSync(path, 'latin1') }))

describe('the files of this repository', () => {
  it('hold no unfinished merge', () => {
    expect(files.length).toBeGreaterThan(1000)
    const unfinished = files.filter(({ text }) => /^(<{7}|>{7}) /m.test(text))
    expect(unfinished.map(({ name }) => name)).toEqual([])
  })

  // The script that runs the tests can't say so itself.
  it('that are shell scripts can be read by the shell', () => {
    const scripts = files.filter(({ text }) => /^#!.*sh\b/.test(text))
    expect(scripts.map(({ name }) => name)).toContain('.ci/run')
    const faults = scripts.map(({ path }) => spawnSync('bash', ['-n', path], { encoding: 'utf8' }).stderr)
    expect(faults.join('')).toBe('')
  })
})
