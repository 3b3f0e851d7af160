import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { egressId, hostId, nodeId, type PathKey, type PathMemory } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createFilePathStore } from './path-store.js'

let folder = ''
let file = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'meshfold-agent-'))
  file = join(folder, 'paths.json')
})
afterEach(() => rmSync(folder, { recursive: true }))

const vector = {
  hostId: hostId('host-1'),
  sequence: 1_700_000_000_001,
  gatewayIds: [nodeId('gate-1')],
  servedEgressIds: [egressId('office')],
  signature: 'A'.repeat(86),
}
const memory: PathMemory = {
  remembered: {
    hops: new Map([['internet' as PathKey, hostId('gate')]]),
    vector: { gatewayIds: [nodeId('gate-1')], servedEgressIds: [] },
    memory: { followed: new Map([['internet' as PathKey, nodeId('gate-1')]]), heldBack: [nodeId('gate-2')] },
  },
  own: { newest: vector, released: undefined },
  vectors: new Map([[hostId('host-1'), vector]]),
}

test('what was kept is read back, by another process too', async () => {
  expect(await createFilePathStore(file).load()).toEqual(E.right(undefined))
  expect(await createFilePathStore(file).save(memory)).toEqual(E.right(undefined))
  expect(await createFilePathStore(file).load()).toEqual(E.right(memory))
  expect(statSync(file).mode & 0o077).toBe(0)
})

test('the same again is not written', async () => {
  const store = createFilePathStore(file)
  await store.save(memory)
  const { ino } = statSync(file)
  await store.save(memory)
  expect(statSync(file).ino).toBe(ino)
  await store.save({ ...memory, vectors: new Map() })
  expect(statSync(file).ino).not.toBe(ino)
})

test('what can not be read counts as nothing; a folder that is gone is said, each time in the same words', async () => {
  for (const text of ['', '{', '[]', '{"version":2}', '{"version":1,"hops":[["a"]]}']) {
    writeFileSync(file, text)
    expect(await createFilePathStore(file).load()).toEqual(E.right(undefined))
  }
  const lost = createFilePathStore(join(folder, 'none', 'paths.json'))
  const refused = await lost.save(memory)
  expect(E.isLeft(refused)).toBe(true)
  expect(await lost.save(memory)).toEqual(refused)
})
