import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { wireguardPublicKey } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { afterAll, expect, test } from 'vitest'
import { loadFittingPrivateKey, loadPrivateKey, publicKeyOf } from './private-key.js'

/** Made with `wg genkey` and `wg pubkey` for this test. */
const recorded = {
  privateKey: 'UEpNZygp+phzA4UwTTuNLwH1XoHFSXY4qgmFisq+mFM=',
  publicKey: 'H4+Vzk19h/EYFPGQM/OmrF/VCUyX9Isrk1ivKESZL3A=',
}
const privateKey = Buffer.from(recorded.privateKey, 'base64')
const folder = mkdtempSync(join(tmpdir(), 'key-'))
afterAll(() => rmSync(folder, { recursive: true }))

const file = (name: string, content: string) => {
  writeFileSync(join(folder, name), content)
  return { file: join(folder, name) }
}

const wanted = wireguardPublicKey(recorded.publicKey)

test('the public half is what wg pubkey says', () => {
  expect(publicKeyOf(privateKey)).toBe(recorded.publicKey)
})

test('a file as wg genkey writes it', async () => {
  const loaded = await loadPrivateKey(file('good', `${recorded.privateKey}\n`), wanted, 'open')
  expect(E.isRight(loaded) && Buffer.from(loaded.right)).toEqual(privateKey)
})

test.each([
  ['missing', { file: join(folder, 'missing') }],
  ['no base64', file('prose', 'TOP-SECRET-but-not-a-key!')],
  ['too short', file('short', 'VE9QLVNFQ1JFVA==')],
  ['refused by its keeper', async () => E.left({ reason: 'locked' })],
])('a key that is %s is an error without its content', async (_name, source) => {
  const loaded = await loadPrivateKey(source, wanted, 'create-interface')
  expect(loaded).toMatchObject({ left: { code: 'host-refused', action: 'create-interface' } })
  expect(JSON.stringify(loaded)).not.toMatch(/TOP-SECRET|VE9QLVNFQ1JFVA/)
})

test('a key whose public half is another is refused', async () => {
  const other = publicKeyOf(new Uint8Array(32).fill(7))
  if (other === undefined) throw new Error('no key')
  const loaded = await loadFittingPrivateKey(async () => E.right(privateKey), other, 'set-private-key')
  expect(loaded).toMatchObject({ left: { reason: expect.stringContaining(other) } })
})
