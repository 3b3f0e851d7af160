import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { performance } from 'node:perf_hooks'
import {
  type AgentConnection,
  type AgentConnectionHandlers,
  type AgentEndpoint,
  type AgentLink,
  hostId,
  type IdentityPublicKey,
  identityPublicKey,
  meshId,
} from '@meshfold/core'
import { connectAgent, nodeCrypto, serveAgents } from '../src/index.js'

const AGENTS = 500
const ROUNDS = 20
const MESSAGE = JSON.stringify({ type: 'patch', text: 'x'.repeat(300) })
  .slice(0, 299)
  .concat('}')

/**
 * Server and 500 agents in one process on loopback, so both ends' work is in every figure: how fast agents come in, and how
 * long one message of 300 bytes to each takes, to hand over and until the last has it. The CPU's time doesn't depend on what
 * else the machine does.
 */
export async function run(): Promise<{ bench: 'transport-ws'; metrics: Record<string, number> }> {
  const fleet = await startFleet()
  const connectCpu = cpuMicroseconds()
  const connectMs = await fleet.connectAll()
  const handshakeCpu = (cpuMicroseconds() - connectCpu) / AGENTS
  const sendCpu = cpuMicroseconds()
  const sendMs: number[] = []
  const lastReceiverMs: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const sent = await fleet.sendToAll()
    sendMs.push(sent.sendMs)
    lastReceiverMs.push(sent.lastReceiverMs)
  }
  const messageCpu = (cpuMicroseconds() - sendCpu) / (AGENTS * ROUNDS)
  await fleet.close()
  return {
    bench: 'transport-ws',
    metrics: {
      agents: AGENTS,
      handshakes_per_s: Math.round((AGENTS / connectMs) * 1000),
      handshake_cpu_us: Math.round(handshakeCpu),
      message_cpu_us: round2(messageCpu),
      fan_out_send_ms: median(sendMs),
      fan_out_last_receiver_ms: median(lastReceiverMs),
      fan_out_last_receiver_max_ms: round2(Math.max(...lastReceiverMs)),
    },
  }
}

async function startFleet() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const serverKeys = nodeCrypto.generateEd25519()
  const hostKeys = nodeCrypto.generateEd25519()
  const links: AgentLink[] = []
  let received = 0
  let whenAll = () => {}
  const onMessage = () => {
    received++
    if (received === AGENTS) whenAll()
  }
  const endpoint = serveAgents({
    server,
    path: '/agent',
    meshId: meshId('bench'),
    epoch: () => 1,
    identity: serverKeys,
    hostIdentityKey: async () => keyText(hostKeys.publicKey),
    onConnection: () => handlers(() => {}),
  })
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/agent`
  const connectOne = (n: number) =>
    new Promise<void>((resolve) => {
      const options = { meshId: meshId('bench'), hostId: hostId(`host-${n}`), knownEpoch: () => null }
      const keys = { identityPrivateKey: hostKeys.privateKey, serverIdentityKey: keyText(serverKeys.publicKey) }
      const onConnection = (_: AgentConnection) => {
        resolve()
        return handlers(onMessage)
      }
      links.push(connectAgent({ ...options, ...keys, url, onConnection }))
    })
  return {
    connectAll: async () => {
      const start = performance.now()
      await Promise.all(Array.from({ length: AGENTS }, (_, n) => connectOne(n)))
      return performance.now() - start
    },
    sendToAll: async () => {
      received = 0
      const all = new Promise<void>((resolve) => {
        whenAll = resolve
      })
      const start = performance.now()
      sendToEach(endpoint)
      const sendMs = performance.now() - start
      await all
      return { sendMs, lastReceiverMs: performance.now() - start }
    },
    close: async () => {
      await endpoint.close()
      await Promise.all(links.map((link) => link.close()))
      server.closeAllConnections()
      server.close()
    },
  }
}

function sendToEach(endpoint: AgentEndpoint): void {
  for (const connection of endpoint.connections()) {
    if (connection.send(MESSAGE) !== 'queued') throw new Error('a message was not taken')
  }
}

function handlers(onMessage: () => void): AgentConnectionHandlers {
  return { onMessage, onWritable: () => {}, onClose: () => {} }
}

function keyText(publicKey: Uint8Array): IdentityPublicKey {
  return identityPublicKey(Buffer.from(publicKey).toString('base64'))
}

function cpuMicroseconds(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return round2(sorted[Math.floor(sorted.length / 2)] ?? Number.NaN)
}

function round2(ms: number): number {
  return Math.round(ms * 100) / 100
}
