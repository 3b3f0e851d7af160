import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { nodeCrypto as crypto } from '../../test/real-crypto.js'
import type { Timers } from '../ports/timers.js'
import { brokenDelivery } from './agent-transport-conformance/broken-transports/broken-delivery.js'
import { brokenIdentity } from './agent-transport-conformance/broken-transports/broken-identity.js'
import { brokenLifecycles } from './agent-transport-conformance/broken-transports/broken-lifecycles.js'
import { brokenLiveness } from './agent-transport-conformance/broken-transports/broken-liveness.js'
import { brokenQueues } from './agent-transport-conformance/broken-transports/broken-queues.js'
import { brokenWires } from './agent-transport-conformance/broken-transports/broken-wires.js'
import { type Changes, spoil } from './agent-transport-conformance/broken-transports/spoil.js'
import { inMemoryUnderTest } from './agent-transport-conformance/in-memory-under-test.js'
import { type AgentTransportCapabilities, agentTransportConformance } from './agent-transport-conformance.js'

const timers: Timers = {
  after: (delayMs, task) => {
    const timer = setTimeout(task, delayMs)
    return () => clearTimeout(timer)
  },
  every: (intervalMs, task) => {
    const timer = setInterval(task, intervalMs)
    return () => clearInterval(timer)
  },
}

const capabilities: AgentTransportCapabilities = { remoteAddresses: false, wireFaults: true }

describe('a right transport passes: in memory', () => {
  const createTransport = async () => inMemoryUnderTest(crypto, timers)
  agentTransportConformance({
    describe,
    test,
    sleep,
    crypto,
    capabilities,
    createTransport,
    quietMs: 20,
    heartbeatIntervalMs: 40,
  })
})

describe('a broken transport fails: it', { timeout: 30_000 }, () => {
  const all = [
    ...brokenDelivery,
    ...brokenWires,
    ...brokenLiveness,
    ...brokenQueues,
    ...brokenIdentity,
    ...brokenLifecycles,
  ]
  test.each(all)('$fault', async ({ caughtBy, changes }) => {
    const body = casesOf(changes).get(caughtBy)
    if (body === undefined) throw new Error(`no such case: ${caughtBy}`)
    const failure: unknown = await body().catch((thrown: unknown) => thrown)
    // A plain Error is what the kit throws; a TypeError would be a slip in the broken transport itself.
    expect((failure as Error | undefined)?.constructor, String(failure)).toBe(Error)
  })

  test('there is one for each case', () => {
    const caught = new Set(all.map(({ caughtBy }) => caughtBy))
    const cases = [...casesOf({}).keys()].filter((name) => name !== DECLARATION)
    expect(cases.filter((name) => !caught.has(name))).toEqual([])
  })

  test('declares what it cannot do', async () => {
    const cases = casesOf({}, { ...capabilities, wireFaults: false })
    await expect(cases.get(DECLARATION)?.()).rejects.toThrow('wireFaults must be true exactly when')
  })
})

const DECLARATION = 'match what the transport offers'

/** Collects the cases instead of running them: the runner is the kit's parameter, so its tests can be one. */
function casesOf(changes: Changes, declared = capabilities) {
  const cases = new Map<string, () => Promise<void>>()
  const ofTransport = changes.crypto?.(crypto) ?? crypto
  agentTransportConformance({
    describe: (_name, body) => body(),
    test: (name, body) => void cases.set(name, body),
    createTransport: async () => spoil(inMemoryUnderTest(ofTransport, timers), changes),
    capabilities: declared,
    crypto,
    sleep,
    patienceMs: 150,
    quietMs: 20,
    heartbeatIntervalMs: 10,
  })
  return cases
}
