/** The same driver where the host filters with iptables, of either kind: nothing else changes for its caller. */
import { type HostUnderTest, hostDriverConformance } from '@meshfold/core/testing'
import { describe, test } from 'vitest'
import { Lab, makeKeys } from '../../lab/src/index.js'
import { useIptables } from './support/iptables-hosts.js'
import { driverOptions, hostSnapshot, opened } from './support/lab-driver.js'

const createHost = (kind: 'legacy' | 'nft') => async (): Promise<HostUnderTest> => {
  const lab = await Lab.open()
  const [host] = await lab.hosts(['under-test'])
  await useIptables(host, kind)
  const [first, second] = [makeKeys(), makeKeys()]
  let held = first
  return {
    open: () => opened({ ...driverOptions(host, () => held.privateKey), firewall: 'iptables' }),
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

describe('Linux driver with iptables (legacy)', () => {
  hostDriverConformance({ describe, test: patient, createHost: createHost('legacy'), walkLength: 4 })
})

/** The same programs under other names: what they leave behind is what may differ. */
describe('Linux driver with iptables (nft)', () => {
  const isDifferent = (name: string) => name.includes('wanting nothing') || name.startsWith('a walk')
  const register = (name: string, body: () => Promise<void>) => void (isDifferent(name) && patient(name, body))
  const flat = (_name: string, body: () => void) => body()
  hostDriverConformance({ describe: flat, test: register, createHost: createHost('nft'), walkLength: 4 })
})
