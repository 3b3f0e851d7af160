import { expect, test } from 'vitest'
import { nodeCrypto } from '../../test/real-crypto.js'
import type { AgentConnection, AgentLinkStatus, ConnectionEnd } from '../ports/agent-transport.js'
import { hostId, type IdentityPublicKey, identityKeyFromBytes, meshId } from '../values/index.js'
import { createInMemoryTransport } from './in-memory-transport.js'
import { createManualTimers } from './manual-timers.js'

test('connects, carries messages, and comes back after a cut', async () => {
  const timers = createManualTimers()
  const transport = createInMemoryTransport({ crypto: nodeCrypto, timers })
  const identity = nodeCrypto.generateEd25519()
  const host = nodeCrypto.generateEd25519()
  const key = (bytes: Uint8Array) => (identityKeyFromBytes(bytes) as { right: IdentityPublicKey }).right
  const log: string[] = []
  const handlers = (who: string) => (connection: AgentConnection) => {
    connection.send(`hello from ${who}`)
    return {
      onMessage: (message: string) => log.push(`${who} got ${message}`),
      onWritable: () => {},
      onClose: (end: ConnectionEnd) => log.push(`${who} closed ${end.code}`),
    }
  }
  const endpoint = transport.serveAgents({
    meshId: meshId('m'),
    epoch: () => 1,
    identity,
    hostIdentityKey: async () => key(host.publicKey),
    onConnection: handlers('server'),
  })
  const statuses: AgentLinkStatus[] = []
  const link = transport.connectAgent({
    meshId: meshId('m'),
    hostId: hostId('h'),
    identityPrivateKey: host.privateKey,
    serverIdentityKey: key(identity.publicKey),
    knownEpoch: () => null,
    onConnection: handlers('agent'),
    onStatus: (s) => statuses.push(s),
  })
  await transport.settled()
  expect(log).toEqual(['agent got hello from server', 'server got hello from agent'])
  expect(link.status()).toEqual({ state: 'connected', serverUrl: 'memory:' })
  expect(endpoint.connections()).toHaveLength(1)
  transport.wireOf(hostId('h')).cut()
  await transport.settled()
  expect(link.status()).toMatchObject({ state: 'connecting', attempt: 2 })
  timers.advance(5000)
  await transport.settled()
  expect(link.status().state).toBe('connected')
  transport.wireOf(hostId('h')).replay()
  await transport.settled()
  expect(endpoint.connections()).toHaveLength(1)
  await endpoint.close()
  await transport.settled()
  await link.close()
  expect(log.slice(2)).toMatchInlineSnapshot(`
    [
      "agent closed connection-lost",
      "server closed connection-lost",
      "agent got hello from server",
      "server got hello from agent",
      "server closed server-stopping",
      "agent closed server-stopping",
    ]
  `)
  expect(timers.pending()).toBe(0)
})
