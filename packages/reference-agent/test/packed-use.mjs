// Run by tools/packed-install.mjs against the packed package, on the oldest Node it promises.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import {
  createAgent,
  createFileConfigStore,
  createFileSecretVault,
  loadOrMakeHostKeys,
} from '@meshfold/reference-agent'
import { nodeCrypto } from '@meshfold/transport-ws'

const folder = mkdtempSync(join(tmpdir(), 'meshfold-'))
const keys = await loadOrMakeHostKeys(createFileSecretVault(join(folder, 'keys')), nodeCrypto)
assert(keys._tag === 'Right')
assert.deepEqual(await createFileConfigStore(join(folder, 'journal'), 'host-1').load(), {
  _tag: 'Right',
  right: { entries: [], damage: null },
})
assert.equal(typeof createAgent, 'function')

const packageFile = createRequire(import.meta.url).resolve('@meshfold/reference-agent/package.json')
const program = join(dirname(packageFile), 'dist', 'bin.js')
assert.match(execFileSync(process.execPath, [program, '--version'], { encoding: 'utf8' }), /^\d+\.\d+\.\d+\n$/)
const status = spawnSync(process.execPath, [program, 'status', '--state', folder, '--json'], { encoding: 'utf8' })
assert.equal(status.status, 1)
assert.equal(JSON.parse(status.stdout).error.code, 'not-enrolled')
rmSync(folder, { recursive: true })
