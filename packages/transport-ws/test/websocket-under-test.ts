import { createServer as createHttpServer, type Server as HttpServer, type RequestListener } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { connect, type Socket } from 'node:net'
import type { AgentTransportUnderTest, ConformanceTuning } from '@meshfold/core/testing'
import { connectAgent, serveAgents } from '../src/index.js'
import { listenOnLoopback, portOf } from './loopback.js'
import { LossyProxy } from './lossy-proxy.js'
import type { Certificate } from './self-signed-certificate.js'

const PATH = '/agent'

/** Without an endpoint Node takes an upgrade for a request. */
const notFound: RequestListener = (_, response) => response.writeHead(404).end()

/**
 * The WebSocket transport as the kit takes it: over HTTP with a man in the middle for each agent, or over HTTPS, where
 * nobody can be in the middle.
 */
export async function webSocketUnderTest(certificate?: Certificate): Promise<AgentTransportUnderTest> {
  const server = certificate === undefined ? createHttpServer(notFound) : createHttpsServer(certificate, notFound)
  await listenOnLoopback(server)
  const serverPort = portOf(server)
  const proxy = await LossyProxy.inFrontOf(serverPort)
  const closers: (() => Promise<unknown>)[] = [() => closeServer(server), () => proxy.close()]
  return {
    serveAgents: async (options, tuning) => {
      const { heartbeatIntervalMs, maxLengthFromAgent: maxReceivedLength } = tuning
      const limits = { ...limitsOf(tuning), heartbeatIntervalMs, maxReceivedLength }
      const endpoint = serveAgents({ ...options, server, path: PATH, limits })
      closers.push(endpoint.close)
      return endpoint
    },
    connectAgent: (options, tuning) => {
      const limits = { ...limitsOf(tuning), maxSentLength: tuning.maxLengthFromAgent }
      const reconnect = { baseMs: tuning.reconnectMs, maxMs: tuning.reconnectMs, stableAfterMs: 1000 }
      const common = { ...options, limits, reconnect }
      if (certificate !== undefined) {
        const link = connectAgent({ ...common, url: `wss://localhost:${serverPort}${PATH}`, ca: certificate.cert })
        closers.push(link.close)
        return { link }
      }
      const { url, wire } = proxy.addWire(PATH)
      const link = connectAgent({ ...common, url })
      closers.push(link.close)
      return { link, wire }
    },
    flood: async (strangers) => {
      const sockets = await Promise.all(Array.from({ length: strangers }, (_, n) => openStranger(serverPort, n)))
      closers.push(async () => {
        for (const socket of sockets) socket.destroy()
      })
    },
    dispose: async () => {
      for (const close of closers.reverse()) await close()
    },
  }
}

function limitsOf({ maxQueuedMessages, maxQueuedLength }: ConformanceTuning) {
  return { maxQueuedMessages, maxQueuedLength }
}

async function closeServer(server: HttpServer): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve))
  server.closeAllConnections()
  await closed
}

/** Upgrades properly; then says nothing, or nonsense. From another loopback address, as somebody else's machine would. */
async function openStranger(port: number, n: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', localAddress: '127.0.0.2' })
  socket.on('error', () => {})
  await new Promise((resolve) => socket.once('connect', resolve).once('close', resolve))
  socket.write(
    `GET ${PATH} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n` +
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: meshfold.v1\r\n\r\n',
  )
  if (n % 2 === 1) socket.write(Buffer.alloc(64 * 1024, n))
  socket.resume()
  return socket
}
