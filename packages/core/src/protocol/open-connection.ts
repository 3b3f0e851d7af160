import * as E from 'fp-ts/lib/Either.js'
import type { AgentLinkOptions, ConnectionEnd } from '../ports/agent-transport.js'
import type { Crypto } from '../ports/crypto.js'
import type { Timers } from '../ports/timers.js'
import { type AgentHandshake, finishAgentHandshake, startAgentHandshake } from './connect-handshake.js'
import { endOfHandshake } from './handshake-error.js'
import { type ChannelLimits, type FrameWire, openAgentChannel, type SecureChannel } from './secure-channel.js'

/** What the agent's end of one medium needs. The server has `handshakeTimeoutMs` to prove itself. */
export interface OpenConnectionOptions {
  readonly crypto: Crypto
  readonly timers: Timers
  readonly link: AgentLinkOptions
  /** The heartbeats' interval is the server's to say. */
  readonly limits: Omit<ChannelLimits, 'heartbeatIntervalMs'>
  readonly handshakeTimeoutMs: number
  readonly wire: FrameWire
  readonly remoteAddress: string | null
  /** The server took this host; comes just before the link's `onConnection`. */
  readonly onConnected: () => void
  /** Once, whatever ended it and however far it had come. */
  readonly onEnd: (end: ConnectionEnd) => void
}

/** The agent's end of one medium. */
export interface OpeningConnection {
  /** A frame's text arrived. */
  readonly receive: (text: string) => void
  /** The medium is gone, or the other end ended it. */
  readonly wireEnded: (end: ConnectionEnd) => void
  /** Ends it from here. */
  readonly close: (end: ConnectionEnd) => void
}

/** The agent's end over any medium that was just opened: sends the hello, and opens a channel once the server has answered. */
export function openConnection(options: OpenConnectionOptions): OpeningConnection {
  const { crypto, timers, link, wire, handshakeTimeoutMs } = options
  const handshake: AgentHandshake = startAgentHandshake(crypto, link)
  let channel: SecureChannel | undefined
  let hasEnded = false

  const finish = (end: ConnectionEnd) => {
    hasEnded = true
    cancelTimeout()
    options.onEnd(end)
  }
  const close = (end: ConnectionEnd) => {
    if (hasEnded) return
    if (channel !== undefined) {
      channel.connection.close(end)
    } else {
      wire.close(end)
      finish(end)
    }
  }
  const cancelTimeout = timers.after(handshakeTimeoutMs, () =>
    close({ code: 'connection-lost', detail: `the handshake took more than ${handshakeTimeoutMs} ms` }),
  )
  const answer = (serverHello: string) => {
    const finished = finishAgentHandshake(crypto, handshake, link, serverHello)
    if (E.isLeft(finished)) {
      close(endOfHandshake(finished.left))
      return
    }
    wire.send(finished.right.finish, () => {})
    const onConnection: AgentLinkOptions['onConnection'] = (connection) => {
      cancelTimeout()
      options.onConnected()
      return link.onConnection(connection)
    }
    const { keys, server } = finished.right
    const limits = { ...options.limits, heartbeatIntervalMs: server.heartbeatIntervalMs }
    channel = openAgentChannel({ ...options, limits, keys, hostId: link.hostId, onConnection, onEnd: finish })
  }

  wire.send(handshake.hello, () => {})
  return {
    receive: (text) => {
      if (hasEnded) return
      if (channel === undefined) answer(text)
      else channel.receive(text)
    },
    wireEnded: (end) => {
      if (hasEnded) return
      if (channel === undefined) finish(end)
      else channel.wireEnded(end)
    },
    close,
  }
}
