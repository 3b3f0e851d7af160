import {
  AGENT_SUBPROTOCOL,
  type AgentLink,
  type AgentLinkOptions,
  type ConnectionEnd,
  type Crypto,
  createReconnectingLink,
  DEFAULT_RECONNECT_DELAYS,
  type DialEvents,
  type DialledConnection,
  type OpeningConnection,
  openConnection,
  type ReconnectDelays,
  type Timers,
} from '@meshfold/core'
import { WebSocket } from 'ws'
import { AGENT_LIMITS, type AgentLimits } from './limits.js'
import { nodeCrypto } from './node-crypto.js'
import { MAX_PAYLOAD_BYTES, wireOfSocket } from './socket-wire.js'
import { systemTimers } from './system-timers.js'

export interface ConnectAgentOptions extends AgentLinkOptions {
  /** `wss://host[:port]/path`, or `ws://` where something else keeps the content secret. Without user, password or fragment. */
  readonly url: string
  /** Certificates in PEM that the server's must lead to, instead of those that Node trusts. */
  readonly ca?: string | readonly string[]
  readonly limits?: Partial<AgentLimits>
  readonly reconnect?: Partial<ReconnectDelays>
  readonly crypto?: Crypto
  readonly timers?: Timers
}

/** Connects to a server and stays connected until closed. Throws a `TypeError` when `url` can't be one of a server. */
export function connectAgent(options: ConnectAgentOptions): AgentLink {
  checkUrl(options.url)
  const crypto = options.crypto ?? nodeCrypto
  const timers = options.timers ?? systemTimers
  return createReconnectingLink({
    serverUrl: options.url,
    dial: (events) => dial(options, crypto, timers, events),
    timers,
    delays: { ...DEFAULT_RECONNECT_DELAYS, ...options.reconnect },
    random: () => new DataView(crypto.randomBytes(4).buffer).getUint32(0) / 2 ** 32,
    onStatus: options.onStatus,
  })
}

function dial(options: ConnectAgentOptions, crypto: Crypto, timers: Timers, events: DialEvents): DialledConnection {
  const limits: AgentLimits = { ...AGENT_LIMITS, ...options.limits }
  let opening: OpeningConnection | undefined
  let remoteAddress: string | null = null
  const socket = openSocket(options, limits, (address) => {
    remoteAddress = address
  })
  const wire = wireOfSocket(socket, timers, {
    onText: (text) => opening?.receive(text),
    onEnd: (end) => (opening === undefined ? events.ended(metAt(remoteAddress, end)) : opening.wireEnded(end)),
  })
  socket.once('open', () => {
    const { handshakeTimeoutMs } = limits
    const { connected: onConnected, ended: onEnd } = events
    const link = options
    opening = openConnection({
      crypto,
      timers,
      link,
      limits,
      handshakeTimeoutMs,
      wire,
      remoteAddress,
      onConnected,
      onEnd,
    })
  })
  return {
    close: (end) => {
      if (opening === undefined) wire.close(end)
      else opening.close(end)
      return wire.closed
    },
  }
}

/** Who refused says so itself; of whatever else answered, only the connection tells. */
const metAt = (address: string | null, end: ConnectionEnd): ConnectionEnd =>
  address === null ? end : { address, ...end }

function openSocket(
  { url, ca }: ConnectAgentOptions,
  { handshakeTimeoutMs }: AgentLimits,
  onMet: (address: string | null) => void,
): WebSocket {
  return new WebSocket(url, [AGENT_SUBPROTOCOL], {
    perMessageDeflate: false,
    followRedirects: false,
    maxPayload: MAX_PAYLOAD_BYTES,
    handshakeTimeout: handshakeTimeoutMs,
    finishRequest: (request) => {
      request.once('socket', (socket) => socket.once('connect', () => onMet(socket.remoteAddress ?? null)))
      request.end()
    },
    ...(ca === undefined ? {} : { ca: typeof ca === 'string' ? ca : [...ca] }),
  })
}

function checkUrl(text: string): void {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || (url.protocol !== 'ws:' && url.protocol !== 'wss:')) {
    throw new TypeError("A server's URL begins with wss:// or ws://")
  }
  if (url.hash !== '' || url.username !== '' || url.password !== '') {
    throw new TypeError("A server's URL has no user, password or fragment")
  }
}
