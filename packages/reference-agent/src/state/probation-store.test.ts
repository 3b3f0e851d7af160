import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ipAddress, ipPrefix, type ProbationState } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createFileProbationStore } from './probation-store.js'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meshfold-test-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const contents = {
  policyRouting: {
    isBypassed: true,
    routes: [{ table: 'tunnel', prefix: ipPrefix('0.0.0.0/0'), to: 'nowhere', preferredSource: null }],
    rules: [
      { family: 4, kind: 'mapped' },
      { family: 4, kind: 'bypass' },
      { family: 6, kind: 'outside-flow', protocol: 'tcp', address: ipAddress('2001:db8::1'), port: 7400 },
    ],
  },
  routes: [{ prefix: ipPrefix('10.1.0.0/24'), preferredSource: ipAddress('10.1.0.1'), metric: 50 }],
  addresses: [ipAddress('10.1.0.1')],
  mtuBytes: 1420,
} as const
const asOf = { epoch: 1, revision: 7 }
const state: ProbationState = {
  confirmed: contents,
  pending: { asOf, contents, isArmed: true },
  reverted: [{ section: 'full-tunnel', asOf, reason: 'server-silent', refused: '{}', proof: 'awaited' }],
  firstReverts: 0,
}

test('what is kept is read back, and nothing is left beside it', async () => {
  const store = createFileProbationStore(join(folder, 'probation.json'))
  expect(await store.load()).toEqual(E.right(undefined))
  expect(await store.save(state)).toEqual(E.right(undefined))
  expect(await createFileProbationStore(join(folder, 'probation.json')).load()).toEqual(E.right(state))
  expect(await readdir(folder)).toEqual(['probation.json'])
})

test.each([
  ['half a file', JSON.stringify({ version: 1, ...state }).slice(0, 200)],
  ['another version', JSON.stringify({ version: 2, ...state })],
  ['something else', '[]'],
])('%s is as none', async (_what, text) => {
  await writeFile(join(folder, 'probation.json'), text)
  expect(await createFileProbationStore(join(folder, 'probation.json')).load()).toEqual(E.right(undefined))
})

test('a folder that is gone is an error', async () => {
  const store = createFileProbationStore(join(folder, 'gone', 'probation.json'))
  expect(await store.save(state)).toMatchObject({ left: { code: 'store-unavailable' } })
})
