/**
 * A transport without a network: server and agents in one process, with the real handshake, frames and queues, over wires
 * that a test can disturb. Time is the caller's; nothing happens at once, everything happens in the order it was sent.
 */
import type {
  AgentEndpoint,
  AgentEndpointOptions,
  AgentLink,
  AgentLinkOptions,
  ConnectionEnd,
} from '../ports/agent-transport.js'
import type { Crypto } from '../ports/crypto.js'
import type { Timers } from '../ports/timers.js'
import { type ConnectionAcceptor, createConnectionAcceptor } from '../protocol/accept-connections.js'
import { openConnection } from '../protocol/open-connection.js'
import {
  createReconnectingLink,
  DEFAULT_RECONNECT_DELAYS,
  type DialEvents,
  type DialledConnection,
  type ReconnectDelays,
} from '../protocol/reconnecting-link.js'
import type { ChannelLimits } from '../protocol/secure-channel.js'
import type { HostId } from '../values/index.js'
import { InMemoryPost, type InMemoryWire, InMemoryWireBetween } from './in-memory-wire.js'

/** Server and agents of one process, and the wires between them. */
export interface InMemoryTransport {
  /** There is one server at a time: a later one is who answers from then on. */
  readonly serveAgents: (options: AgentEndpointOptions, tuning?: InMemoryTuning) => AgentEndpoint
  /** Dials at once, and tries again until there is a server. */
  readonly connectAgent: (options: AgentLinkOptions, tuning?: InMemoryTuning) => AgentLink
  /** The wire of the agent that connected last as this host. */
  readonly wireOf: (hostId: HostId) => InMemoryWire
  /** Resolves when nothing is under way any more: frames, look-ups, and what follows from them. */
  readonly settled: () => Promise<void>
}

/** What one end, or all of them, may have otherwise than by default. */
export interface InMemoryTuning {
  readonly limits?: Partial<ChannelLimits>
  readonly reconnect?: ReconnectDelays
  /** From 0 to 1; the longest waits by default. */
  readonly random?: () => number
  readonly handshakeTimeoutMs?: number
}

export interface InMemoryTransportOptions extends InMemoryTuning {
  readonly crypto: Crypto
  readonly timers: Timers
  /** Where the server sees a host; nowhere by default. */
  readonly remoteAddressOf?: (hostId: HostId) => string | null
}

const DEFAULT_LIMITS: ChannelLimits = {
  maxSentLength: 64 * 1024 * 1024,
  maxReceivedLength: 64 * 1024 * 1024,
  maxQueuedMessages: 4096,
  maxQueuedLength: 8 * 1024 * 1024,
  heartbeatIntervalMs: 2000,
}

const STOPPING: ConnectionEnd = { code: 'server-stopping', detail: 'the server stops' }

/** No server and no agents yet. */
export function createInMemoryTransport(options: InMemoryTransportOptions): InMemoryTransport {
  const post = new InMemoryPost()
  const wires = new Map<HostId, InMemoryWireBetween>()
  let server: ConnectionAcceptor | undefined
  return {
    serveAgents: (endpoint, tuning) => {
      const lookedUp = { ...endpoint, hostIdentityKey: (id: HostId) => post.tracked(endpoint.hostIdentityKey(id)) }
      const acceptor = createConnectionAcceptor({ ...settings({ ...options, ...tuning }), endpoint: lookedUp })
      server = acceptor
      const close = async () => {
        if (server === acceptor) server = undefined
        acceptor.endAll(STOPPING)
      }
      return { connections: acceptor.connections, close }
    },
    connectAgent: (link, tuning) => {
      const ofLink = { ...options, ...tuning }
      const wire = new InMemoryWireBetween(post, () => server, options.remoteAddressOf?.(link.hostId) ?? null)
      wires.set(link.hostId, wire)
      return createReconnectingLink({
        serverUrl: 'memory:',
        dial: (events) => dialOver(wire, link, events, ofLink),
        timers: options.timers,
        delays: ofLink.reconnect ?? DEFAULT_RECONNECT_DELAYS,
        random: ofLink.random ?? (() => 1),
        onStatus: link.onStatus,
      })
    },
    wireOf: (hostId) => {
      const wire = wires.get(hostId)
      if (wire === undefined) throw new Error(`No agent has connected as ${hostId}`)
      return wire
    },
    settled: () => post.settled(),
  }
}

function settings(options: InMemoryTransportOptions) {
  const { crypto, timers, limits, handshakeTimeoutMs = 5000 } = options
  return { crypto, timers, limits: { ...DEFAULT_LIMITS, ...limits }, handshakeTimeoutMs }
}

function dialOver(
  wire: InMemoryWireBetween,
  link: AgentLinkOptions,
  events: DialEvents,
  options: InMemoryTransportOptions,
): DialledConnection {
  let opening: ReturnType<typeof openConnection> | undefined
  let isGivenUp = false
  wire.dial({
    opened: (medium) => {
      if (isGivenUp) return undefined
      opening = openConnection({
        ...settings(options),
        link,
        wire: medium,
        remoteAddress: null,
        onConnected: events.connected,
        onEnd: events.ended,
      })
      return opening
    },
    failed: events.ended,
  })
  return {
    close: async (end) => {
      isGivenUp = true
      opening?.close(end)
    },
  }
}
