import { type HostUnderTest, hostDriverConformance } from '@meshfold/core/testing'
import { describe, test } from 'vitest'
import { Lab, makeKeys } from '../../lab/src/index.js'
import { driverOptions, hostSnapshot, opened } from './support/lab-driver.js'

/** A host in namespaces of its own, with nothing but a loopback. Outside a sandbox `Lab.open` refuses. */
async function createHost(): Promise<HostUnderTest> {
  const lab = await Lab.open()
  const [host] = await lab.hosts(['under-test'])
  const [first, second] = [makeKeys(), makeKeys()]
  let held = first
  return {
    open: () => opened(driverOptions(host, () => held.privateKey)),
    keys: [first.publicKey, second.publicKey],
    hold: async (key) => {
      held = key === first.publicKey ? first : second
    },
    snapshot: () => hostSnapshot(host),
    dispose: () => lab.close(),
  }
}

/** A crash after each of many steps is a minute's work for a busy machine. */
const patient = (name: string, body: () => Promise<void>) => test(name, body, 240_000)

describe('Linux driver on a real host', () => {
  hostDriverConformance({ describe, test: patient, createHost, walkLength: 12 })
})
