import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  changedFragments,
  emptyMeshState,
  evolveAll,
  hostId,
  type Patch,
  patchOfStep,
  projectSnapshot,
} from '@meshfold/core'
import {
  eventsOf,
  sampleCreateMesh,
  sampleCreateNetwork,
  sampleJoinNetwork,
  sampleRegisterHost,
} from '@meshfold/core/testing'
import * as E from 'fp-ts/lib/Either.js'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ConfigEntry } from './config-store.js'
import { createFileConfigStore } from './file-config-store.js'

let folder = ''
let file = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'meshfold-agent-'))
  file = join(folder, 'config.journal')
})
afterEach(() => rmSync(folder, { recursive: true }))

const viewer = hostId('host-1')
const one = eventsOf(
  sampleCreateMesh(),
  sampleCreateNetwork(),
  sampleRegisterHost(1),
  sampleJoinNetwork(1, 1),
  sampleRegisterHost(2),
)
const before = evolveAll(emptyMeshState(), one)
const joined = eventsOf(
  sampleCreateMesh(),
  sampleCreateNetwork(),
  sampleRegisterHost(1),
  sampleJoinNetwork(1, 1),
  sampleRegisterHost(2),
  sampleJoinNetwork(1, 2),
).slice(one.length)
const after = evolveAll(before, joined)
const changes = changedFragments(before, after, joined)
const plain = ({ fragment, change }: Patch['changes'][number]) => ({ fragment, change })
const patch: Patch = { asOf: changes.asOf, changes: patchOfStep(changes, before, after, viewer).map(plain) }

const entries: readonly ConfigEntry[] = [
  { kind: 'snapshot', snapshot: projectSnapshot(before, viewer) },
  { kind: 'applied', asOf: { epoch: 1, revision: before.revision } },
  { kind: 'patch', patch },
  { kind: 'reached', asOf: { epoch: 1, revision: 99 } },
]

async function written(): Promise<string> {
  const store = createFileConfigStore(file, viewer)
  await store.rewrite(entries.slice(0, 1))
  for (const entry of entries.slice(1)) expect(await store.append([entry])).toEqual(E.right(undefined))
  await store.close()
  return readFileSync(file, 'utf8')
}

const load = (who: string = viewer) => createFileConfigStore(file, who).load()

test('what was written is read, by another process too', async () => {
  expect(await load()).toEqual(E.right({ entries: [], damage: null }))
  await written()
  expect(await load()).toEqual(E.right({ entries, damage: null }))
  expect(statSync(file).mode & 0o777).toBe(0o600)
})

test('a crash in the middle of a line costs that line, and what comes next is readable again', async () => {
  const text = await written()
  for (let cut = 1; cut < 200; cut += 7) {
    writeFileSync(file, text)
    truncateSync(file, text.length - cut)
    const store = createFileConfigStore(file, viewer)
    const loaded = await store.load()
    if (E.isLeft(loaded)) throw new Error(loaded.left.reason)
    const kept = loaded.right.entries
    expect(loaded.right.damage).toBe(null)
    expect(kept).toEqual(entries.slice(0, kept.length))
    await store.append([{ kind: 'applied', asOf: patch.asOf }])
    await store.close()
    expect(await load()).toEqual(E.right({ entries: [...kept, { kind: 'applied', asOf: patch.asOf }], damage: null }))
  }
})

test('a flipped bit anywhere is seen: what comes before it stands, and nothing after it', async () => {
  const text = await written()
  for (let at = 0; at < text.length; at += 61) {
    const bytes = Buffer.from(text)
    bytes[at] = (bytes[at] ?? 0) ^ 4
    writeFileSync(file, bytes)
    const loaded = await load()
    if (E.isLeft(loaded)) throw new Error(loaded.left.reason)
    const line = text.slice(0, at).split('\n').length
    expect(loaded.right.damage).toContain(`line ${line}`)
    expect(loaded.right.entries).toEqual(entries.slice(0, Math.max(0, line - 2)))
  }
})

test("another host's journal, or another program's file, is not believed", async () => {
  await written()
  expect(await load('host-2')).toMatchObject(
    E.right({ entries: [], damage: expect.stringContaining("another host's") }),
  )
  writeFileSync(file, 'hello\n')
  expect(await load()).toMatchObject(E.right({ entries: [] }))
})

test('after a write that failed, everything has to be written anew', async () => {
  await written()
  const store = createFileConfigStore(join(folder, 'gone', 'config.journal'), viewer)
  expect(await store.rewrite(entries)).toMatchObject(E.left({ code: 'config-store-unavailable' }))
  expect(await store.append(entries)).toMatchObject(E.left({ code: 'config-store-unavailable' }))
  expect(existsSync(join(folder, 'gone'))).toBe(false)
})
