import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { HeldKeys, SecretVault, WireguardPublicKey } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { nodeCrypto as crypto } from '../../../transport-ws/src/node-crypto.js'
import { createFileSecretVault } from '../state/file-secret-vault.js'
import { loadOrMakeHostKeys } from './host-keys.js'
import { createKeyRing, findPrivateKey, type KeyRing } from './key-ring.js'

let folder = ''
let vault: SecretVault
let recorded: WireguardPublicKey
let first: WireguardPublicKey

const right = <A>(either: E.Either<unknown, A>): A => {
  if (E.isRight(either)) return either.right
  throw new TypeError(JSON.stringify(either.left))
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'meshfold-agent-'))
  vault = createFileSecretVault(folder)
  first = right(await loadOrMakeHostKeys(vault, crypto)).wireguardKey
  recorded = first
})
afterEach(() => rmSync(folder, { recursive: true }))

/** Dies at its `at`th write or removal, before or after that has had its effect; from then on nothing answers. */
const ringThatDies = (
  at: number,
  effect: 'none' | 'done',
): { readonly ring: KeyRing; readonly died: Promise<void> } => {
  let calls = 0
  let die: () => void = () => {}
  const died = new Promise<void>((resolve) => {
    die = resolve
  })
  const mortal = async <A>(deed: () => Promise<A>): Promise<A> => {
    calls += 1
    if (calls < at) return deed()
    if (calls === at && effect === 'done') await deed()
    die()
    return new Promise(() => {})
  }
  const mortalVault: SecretVault = {
    read: (name) => vault.read(name),
    write: (name, secret) => mortal(() => vault.write(name, secret)),
    remove: (name) => mortal(() => vault.remove(name)),
  }
  const noteKey = (key: WireguardPublicKey) => mortal(() => note(key))
  return { ring: createKeyRing({ vault: mortalVault, crypto, noteKey }), died }
}

const note = async (key: WireguardPublicKey) => {
  recorded = key
  return E.right(undefined)
}
const ring = () => createKeyRing({ vault, crypto, noteKey: note })

test('A11 a second key is made once, beside the first one, for its owner alone', async () => {
  const made = right(await ring().makeNext())
  expect(made.current).toBe(first)
  expect(made.next).not.toBe(first)
  expect(right(await ring().makeNext())).toEqual(made)
  expect(readdirSync(folder).sort()).toEqual(['identity', 'wireguard', 'wireguard-next'])
  expect(statSync(join(folder, 'wireguard-next')).mode & 0o777).toBe(0o600)
})

test('A11 both are there for the interface until the second one is settled, then that one alone', async () => {
  const { next } = right(await ring().makeNext())
  if (next === null) throw new TypeError('no second key')
  for (const key of [first, next]) expect(right(await findPrivateKey(vault, crypto, key))).toHaveLength(32)
  expect(right(await ring().settle())).toEqual({ current: next, next: null })
  expect(right(await findPrivateKey(vault, crypto, first))).toBeUndefined()
  expect(readdirSync(folder).sort()).toEqual(['identity', 'wireguard'])
  expect(recorded).toBe(next)
  expect(right(await ring().settle())).toEqual({ current: next, next: null })
})

test('A11 a second key that nobody takes is forgotten', async () => {
  await ring().makeNext()
  expect(right(await ring().dropNext())).toEqual({ current: first, next: null })
  expect(readdirSync(folder).sort()).toEqual(['identity', 'wireguard'])
})

const deaths = [1, 2, 3].flatMap((at) => [
  { at, effect: 'none' as const },
  { at, effect: 'done' as const },
])
test.each(deaths)(
  'A11 killed at step $at of settling, its effect $effect: the key that counts is held',
  async (death) => {
    const { next }: HeldKeys = right(await ring().makeNext())
    if (next === null) throw new TypeError('no second key')
    const { ring: mortal, died } = ringThatDies(death.at, death.effect)
    void mortal.settle()
    await died
    expect(right(await findPrivateKey(vault, crypto, next))).toHaveLength(32)
    expect(right(await findPrivateKey(vault, crypto, recorded))).toHaveLength(32)
    const held = right(await ring().load())
    expect([held.current, held.next]).toContain(next)
    expect(right(await ring().settle())).toEqual({ current: next, next: null })
  },
)

test('a damaged second key is said, without its content', async () => {
  await vault.write('wireguard-next', Uint8Array.of(7, 7, 7))
  const loaded = await ring().load()
  expect(loaded).toEqual(E.left({ code: 'host-key-damaged', reason: "keys/wireguard-next can't be used" }))
})
