import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hostId } from '@meshfold/core'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { SharedPresence } from './shared-presence.js'

const now = 1_800_000_000_000
const [one, other] = [hostId('host-alpha'), hostId('host-beta')]

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meshfold-presence-'))
})
afterEach(() => rm(folder, { recursive: true }))

const files = () => readdir(join(folder, 'presence'))

it('tells who is connected to the others, as long as they write', async () => {
  const [mine, theirs] = [new SharedPresence(folder), new SharedPresence(folder)]
  expect(await mine.others(now)).toEqual(new Set())
  await mine.tell([one], now)
  await theirs.tell([other], now)
  expect(await mine.others(now + 20_000)).toEqual(new Set([other]))
  expect(await mine.others(now + 20_001)).toEqual(new Set())
  await theirs.close()
  expect(await mine.others(now)).toEqual(new Set())
  expect(await files()).toHaveLength(1)
})

it('takes away what a killed server left behind an hour ago, and nothing that is not such a file', async () => {
  const [mine, killed] = [new SharedPresence(folder), new SharedPresence(folder)]
  await killed.tell([other], now)
  await writeFile(join(folder, 'presence', 'spoilt.json'), '{"atEpochMs": 0')
  await writeFile(join(folder, 'presence', 'notes.txt'), '')
  await mine.tell([one], now)
  await mine.others(now + 3_600_000)
  expect(await files()).toHaveLength(4)
  await mine.tell([one], now + 3_600_001)
  expect(await mine.others(now + 3_600_001)).toEqual(new Set())
  expect(await files()).toHaveLength(3)
  expect(await files()).toEqual(expect.arrayContaining(['notes.txt', 'spoilt.json']))
})
