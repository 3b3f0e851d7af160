import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { agentScript, serverScript } from './shell-programs.js'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'meshfold-shell-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const run = (script: string, ...args: readonly string[]): string => {
  const file = join(folder, 'program')
  writeFileSync(file, script, { mode: 0o755 })
  return execFileSync(file, args, { encoding: 'utf8' }).trim()
}

test('an agent is asked in the folder of the host that the shell is on, unless another is named', () => {
  const state = join(folder, hostname(), 'state')
  const script = agentScript(folder, `sh -c 'echo "$*"' -`)
  expect(run(script, 'status')).toBe('status')
  mkdirSync(state, { recursive: true })
  expect(run(script, 'status', '--json')).toBe(`status --json --state ${state}`)
  for (const args of [[], ['--help'], ['status', '--state', '/elsewhere'], ['status', '--state=/elsewhere']])
    expect(run(script, ...args)).toBe(args.join(' '))
})

test('the server is asked with its own token', () => {
  mkdirSync(join(folder, 'mesh-a'))
  mkdirSync(join(folder, 'h1'))
  writeFileSync(join(folder, 'mesh-a', 'admin-token'), 'mft_1')
  const script = serverScript(folder, `sh -c 'echo "$MESHFOLD_URL $MESHFOLD_TOKEN $1"' -`)
  expect(run(script, 'status')).toBe(`unix:${folder}/mesh-a/server.sock mft_1 status`)
})
