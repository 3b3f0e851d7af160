import { describe, expect, test } from 'vitest'
import type { HostDriver } from '../ports/host-driver.js'
import { type DriverCapabilities, noCapabilities } from '../reconcile/driver-capabilities.js'
import { noNamesFound } from '../reconcile/host-names.js'
import { sampleObservedAt, samplePublicKey } from './arbitraries/hosts.js'
import { brokenExecutes } from './host-driver-conformance/broken-executes.js'
import { brokenObserves } from './host-driver-conformance/broken-observes.js'
import { type HostUnderTest, hostDriverConformance } from './host-driver-conformance.js'
import { createSimulatedHost, emptyHost, type SimulatedHost } from './simulated-host.js'

const keys = [samplePublicKey(0xa1), samplePublicKey(0xa2)] as const

const firewallChanges = [
  'set-firewall',
  'change-firewall-set',
  'remove-firewall',
  'set-forwarding',
  'open-foreign-filter',
  'close-foreign-filter',
] as const
const policyChanges = [
  'set-bypass',
  'add-policy-route',
  'remove-policy-route',
  'add-policy-rule',
  'remove-policy-rule',
] as const
const nameChanges = ['set-names', 'set-resolvers'] as const
const withResolver = {
  ...emptyHost(sampleObservedAt),
  names: { ...noNamesFound, means: { program: 'a file', can: 'everything' } },
} as const
const filtering: DriverCapabilities = {
  ...noCapabilities,
  filter: { supported: true },
  forward: { supported: true },
  'full-tunnel': { supported: true },
  names: { supported: true },
}

const simulated =
  (spoil: (driver: SimulatedHost) => HostDriver = (driver) => driver, capabilities = filtering) =>
  async (): Promise<HostUnderTest> => {
    const unsupported = [
      ...(capabilities.filter.supported ? [] : firewallChanges),
      ...(capabilities['full-tunnel'].supported ? [] : policyChanges),
      ...(capabilities.names.supported ? [] : nameChanges),
    ]
    const driver = createSimulatedHost({
      heldKeys: keys,
      nowEpochMs: () => sampleObservedAt,
      capabilities,
      unsupported,
      initial: withResolver,
    })
    return {
      open: async () => spoil(driver),
      keys,
      hold: async () => {},
      snapshot: async () => ({ ...driver.state, peers: [...driver.state.peers] }),
      dispose: async () => {},
    }
  }

/** Collects the cases instead of running them: the runner is the kit's parameter, so its tests can be one. */
function casesOf(createHost: () => Promise<HostUnderTest>) {
  const cases = new Map<string, () => Promise<void>>()
  hostDriverConformance({
    describe: (_name, body) => body(),
    test: (name, body) => void cases.set(name, body),
    createHost,
  })
  return cases
}

describe('a right driver passes: simulated', () => {
  hostDriverConformance({ describe, test, createHost: simulated(), walkLength: 50 })
})

describe('a right driver without a filter passes: simulated', () => {
  hostDriverConformance({ describe, test, createHost: simulated(undefined, noCapabilities), walkLength: 50 })
})

describe('a broken driver fails: it', () => {
  test.each([...brokenObserves, ...brokenExecutes])('$fault', async ({ caughtBy, spoil }) => {
    const body = casesOf(simulated(spoil)).get(caughtBy)
    if (body === undefined) throw new Error(`no such case: ${caughtBy}`)
    const failure: unknown = await body().catch((thrown: unknown) => thrown)
    // A plain Error is what the kit throws; a TypeError would be a slip in the broken driver itself.
    expect((failure as Error | undefined)?.constructor).toBe(Error)
  })
})
