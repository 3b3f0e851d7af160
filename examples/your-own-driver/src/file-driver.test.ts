/** The kit makes hosts and drivers as it likes; all it needs is a bare host, two keys, and a look at what is left behind. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { type HostUnderTest, hostDriverConformance, samplePublicKey } from '@meshfold/core/testing'
import { createFileDriver } from './file-driver.ts'

// #region kit
const keys = [samplePublicKey(0xa1), samplePublicKey(0xa2)] as const

const createHost = async (): Promise<HostUnderTest> => {
  const folder = await mkdtemp(join(tmpdir(), 'meshfold-example-'))
  const file = join(folder, 'mesh0.conf')
  let ownKey = keys[0]
  return {
    keys,
    open: async () => createFileDriver({ file, ownKey: () => ownKey, nowEpochMs: Date.now }),
    hold: async (key) => {
      ownKey = key
    },
    snapshot: async () => Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), 'utf8'))),
    dispose: () => rm(folder, { recursive: true }),
  }
}

hostDriverConformance({
  describe: (name, body) => void describe(name, body),
  test: (name, body) => void test(name, body),
  createHost,
  walkLength: 50,
})
// #endregion
