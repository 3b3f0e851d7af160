import type { Server as HttpServer, IncomingMessage } from 'node:http'
import type { Server as HttpsServer } from 'node:https'
import type { Duplex } from 'node:stream'
import {
  AGENT_SUBPROTOCOL,
  type AgentEndpoint,
  type AgentEndpointOptions,
  type ConnectionAcceptor,
  type ConnectionEnd,
  type Crypto,
  createConnectionAcceptor,
  HANDSHAKE_MAX_LENGTH,
  type MediumEvents,
  type Timers,
} from '@meshfold/core'
import { type WebSocket, WebSocketServer } from 'ws'
import { SERVER_LIMITS, type ServerLimits } from './limits.js'
import { nodeCrypto } from './node-crypto.js'
import { MAX_PAYLOAD_BYTES, wireOfSocket } from './socket-wire.js'
import { type Stranger, StrangerGate } from './stranger-limits.js'
import { monotonicMs, systemTimers } from './system-timers.js'

export interface ServeAgentsOptions extends AgentEndpointOptions {
  /** Made, started and closed by the caller; other paths and other upgrades stay the caller's. */
  readonly server: HttpServer | HttpsServer
  /** Where agents connect, such as `/agent`; the same as in the answer to an enrolment. */
  readonly path: string
  readonly limits?: Partial<ServerLimits>
  /** Behind a proxy that terminates TLS: where a request really comes from. By default the socket's other end. */
  readonly remoteAddressOf?: (request: IncomingMessage) => string | null
  readonly crypto?: Crypto
  readonly timers?: Timers
}

const STOPPING: ConnectionEnd = { code: 'server-stopping', detail: 'the server stops' }

/** Both messages of an agent's handshake, and what WebSocket puts around them. */
const STRANGER_BYTES = 2 * (HANDSHAKE_MAX_LENGTH + 64)

/** Takes agents' connections on an HTTP or HTTPS server. */
export function serveAgents(options: ServeAgentsOptions): AgentEndpoint {
  const endpoint = new WebSocketEndpoint(options)
  return { connections: () => endpoint.connections(), close: () => endpoint.close() }
}

class WebSocketEndpoint {
  readonly #options: ServeAgentsOptions
  readonly #timers: Timers
  readonly #acceptor: ConnectionAcceptor
  readonly #gate: StrangerGate
  readonly #sockets = new Set<Promise<void>>()
  readonly #upgrader = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: MAX_PAYLOAD_BYTES,
    handleProtocols: () => AGENT_SUBPROTOCOL,
  })

  constructor(options: ServeAgentsOptions) {
    const limits: ServerLimits = { ...SERVER_LIMITS, ...options.limits }
    this.#options = options
    this.#timers = options.timers ?? systemTimers
    this.#gate = new StrangerGate(limits, monotonicMs)
    this.#acceptor = createConnectionAcceptor({
      crypto: options.crypto ?? nodeCrypto,
      timers: this.#timers,
      endpoint: options,
      limits,
      handshakeTimeoutMs: limits.handshakeTimeoutMs,
    })
    options.server.on('upgrade', this.#onUpgrade)
  }

  connections() {
    return this.#acceptor.connections()
  }

  async close(): Promise<void> {
    this.#options.server.off('upgrade', this.#onUpgrade)
    this.#acceptor.endAll(STOPPING)
    await Promise.all(this.#sockets)
  }

  readonly #onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const { server, path } = this.#options
    if (request.url?.split('?', 1)[0] !== path) {
      // Somebody else's, unless there is nobody else.
      if (server.listenerCount('upgrade') === 1) refuse(socket, '404 Not Found')
      return
    }
    const remoteAddress = this.#remoteAddressOf(request)
    const admitted = whatIsWrongWith(request) ?? this.#admit(socket, remoteAddress)
    if (typeof admitted === 'string') {
      refuse(socket, admitted)
      return
    }
    this.#upgrader.handleUpgrade(request, socket, head, (webSocket) => {
      this.#take(webSocket, socket, head.length, remoteAddress, admitted)
    })
  }

  #admit(socket: Duplex, remoteAddress: string | null): Stranger | string {
    const stranger = this.#gate.admit(remoteAddress, () => {
      this.#reportRefusal('too-many-strangers', remoteAddress)
      socket.destroy()
    })
    if (typeof stranger === 'string') {
      this.#reportRefusal(stranger, remoteAddress)
      return '429 Too Many Requests'
    }
    socket.once('close', stranger.release)
    return stranger
  }

  #take(
    webSocket: WebSocket,
    socket: Duplex,
    receivedBytes: number,
    remoteAddress: string | null,
    stranger: Stranger,
  ): void {
    let medium: MediumEvents | undefined
    const liftLimit = limitBytes(socket, STRANGER_BYTES - receivedBytes, () => {
      medium?.wireEnded({ code: 'message-too-large', detail: 'more than a handshake' })
    })
    const wire = wireOfSocket(webSocket, this.#timers, {
      onText: (text) => medium?.receive(text),
      onEnd: (end) => medium?.wireEnded(end),
    })
    this.#sockets.add(wire.closed)
    void wire.closed.then(() => this.#sockets.delete(wire.closed))
    medium = this.#acceptor.accept({
      wire,
      remoteAddress,
      onAuthenticated: () => {
        liftLimit()
        stranger.release()
      },
    })
  }

  #remoteAddressOf(request: IncomingMessage): string | null {
    const { remoteAddressOf } = this.#options
    const address = remoteAddressOf === undefined ? request.socket.remoteAddress : remoteAddressOf(request)
    // A socket that listens on IPv6 sees IPv4 like this (RFC 4291 §2.5.5.2).
    return address?.replace(/^::ffff:(?=\d+\.)/i, '') ?? null
  }

  #reportRefusal(code: string, remoteAddress: string | null): void {
    this.#options.onRefused?.({ code, remoteAddress, claimedHostId: null })
  }
}

function whatIsWrongWith({ headers }: IncomingMessage): string | undefined {
  // Browsers always send an origin, agents never: no web page may speak to a server that its visitor can reach.
  if (headers.origin !== undefined) return '403 Forbidden'
  const offered = headers['sec-websocket-protocol'] ?? ''
  const isAgent = offered.split(',').some((name) => name.trim() === AGENT_SUBPROTOCOL)
  return isAgent ? undefined : '400 Bad Request'
}

function refuse(socket: Duplex, status: string): void {
  socket.on('error', () => {})
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => socket.destroy())
}

/** Destroys the socket when more comes than `bytes`. Returns how to lift the limit. */
function limitBytes(socket: Duplex, bytes: number, onExceeded: () => void): () => void {
  let left = bytes
  const count = (chunk: Buffer) => {
    left -= chunk.length
    if (left >= 0) return
    lift()
    onExceeded()
    socket.destroy()
  }
  const lift = () => {
    socket.off('data', count)
  }
  // First in line: what is too much isn't even parsed.
  socket.prependListener('data', count)
  return lift
}
