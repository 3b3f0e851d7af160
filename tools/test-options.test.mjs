import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from './toolchain.mjs'

/** @param {string[]} args */
const runTests = (...args) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'tools', 'test.mjs'), ...args], {
    encoding: 'utf8',
  })
  return { status, stdout, stderr }
}

describe('npm test', () => {
  it('tells its options and steps', () => {
    const { status, stdout, stderr } = runTests('--help')
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toMatch(/npm test -- \[options\][\s\S]*--only TEXT[\s\S]*Steps: format and lint, types,/)
  })

  it.each([
    [['--onyl', 'types'], /--onyl/],
    [['types'], /types/],
    [['--only'], /--only/],
    [['--only', 'types', '--only', 'nothing like it'], /No step's name contains "nothing like it"/],
  ])('%j is refused with words, usage and exit code 2', (args, words) => {
    const { status, stdout, stderr } = runTests(...args)
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toMatch(words)
    expect(stderr).toContain('npm test -- [options]')
    expect(stderr).not.toContain('    at ')
  })
})
