import type { AgentLinkOptions } from '../../ports/agent-transport.js'
import type { Crypto } from '../../ports/crypto.js'
import type { Timers } from '../../ports/timers.js'
import { hostId, meshId } from '../../values/index.js'
import { createInMemoryTransport, type InMemoryTuning } from '../in-memory-transport.js'
import { keyText } from './case-context.js'
import type { AgentTransportUnderTest, ConformanceTuning } from './conformance-case.js'

/** The in-memory transport as the kit takes it. */
export function inMemoryUnderTest(crypto: Crypto, timers: Timers): AgentTransportUnderTest {
  const transport = createInMemoryTransport({ crypto, timers, random: () => 0.5 })
  const closers: (() => Promise<void>)[] = []
  return {
    serveAgents: async (options, tuning) => {
      const { maxLengthFromAgent: maxReceivedLength } = tuning
      const endpoint = transport.serveAgents(options, tuningOf(tuning, { maxReceivedLength }))
      closers.push(endpoint.close)
      return endpoint
    },
    connectAgent: (options, tuning) => {
      const { maxLengthFromAgent: maxSentLength } = tuning
      const link = transport.connectAgent(options, tuningOf(tuning, { maxSentLength }))
      closers.push(link.close)
      return { link, wire: transport.wireOf(options.hostId) }
    },
    flood: async (strangers) => {
      const links = Array.from({ length: strangers }, (_, n) => transport.connectAgent(strangerOptions(crypto, n)))
      // Half of them never finish what they say.
      for (let n = 0; n < strangers; n += 2) transport.wireOf(hostId(`stranger-${n}`)).toServer.stall()
      await transport.settled()
      for (const link of links) await link.close()
    },
    dispose: async () => {
      for (const close of closers.reverse()) await close()
      await transport.settled()
    },
  }
}

function tuningOf(
  { heartbeatIntervalMs, maxQueuedMessages, maxQueuedLength, reconnectMs }: ConformanceTuning,
  lengths: InMemoryTuning['limits'],
): InMemoryTuning {
  return {
    limits: { heartbeatIntervalMs, maxQueuedMessages, maxQueuedLength, ...lengths },
    reconnect: { baseMs: reconnectMs, maxMs: reconnectMs, stableAfterMs: 1000 },
  }
}

function strangerOptions(crypto: Crypto, n: number): AgentLinkOptions {
  const { privateKey, publicKey } = crypto.generateEd25519()
  return {
    meshId: meshId('nowhere'),
    hostId: hostId(`stranger-${n}`),
    identityPrivateKey: privateKey,
    serverIdentityKey: keyText(publicKey),
    knownEpoch: () => null,
    onConnection: () => {
      throw new Error('a stranger was let in')
    },
  }
}
