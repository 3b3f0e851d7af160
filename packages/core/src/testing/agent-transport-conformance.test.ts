import { setTimeout as sleep } from 'node:timers/promises'
import { describe, test } from 'vitest'
import { nodeCrypto as crypto } from '../../test/real-crypto.js'
import type { Timers } from '../ports/timers.js'
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
