/**
 * A connection after its handshake, over any medium that carries texts in order: frames (`secure-frames.ts`), messages cut
 * into pieces, heartbeats both ways, a bounded queue, one end. An adapter supplies the medium as {@link FrameWire}, hands in
 * what comes, and needs to know nothing of the rest.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { AgentConnection, AgentConnectionHandlers, ConnectionEnd } from '../ports/agent-transport.js'
import type { Crypto } from '../ports/crypto.js'
import type { Timers } from '../ports/timers.js'
import type { HostId } from '../values/index.js'
import { type Heartbeat, startHeartbeat } from './heartbeat.js'
import { IncomingMessage, type OutgoingLimits, OutgoingMessages } from './message-pieces.js'
import {
  createFrameReader,
  createFrameWriter,
  type FrameKeys,
  type FrameReader,
  type FrameWriter,
} from './secure-frames.js'

/** The medium under a channel. */
export interface FrameWire {
  /** Carries a frame; `onTaken` once it has left this process's memory. Never throws, also when the medium is gone. */
  readonly send: (frame: string, onTaken: () => void) => void
  /** Ends the medium, and tells the other end why as far as it can be reached. Called at most once. */
  readonly close: (end: ConnectionEnd) => void
}

/** Lengths in UTF-16 units, which are bytes for ASCII. */
export interface ChannelLimits extends OutgoingLimits {
  readonly maxSentLength: number
  readonly maxReceivedLength: number
  /** Each end sends a heartbeat so often, and gives up after three intervals without anything. Both need the same. */
  readonly heartbeatIntervalMs: number
}

export interface SecureChannelOptions {
  readonly crypto: Crypto
  readonly keys: FrameKeys
  readonly wire: FrameWire
  readonly timers: Timers
  readonly limits: ChannelLimits
  readonly hostId: HostId
  readonly remoteAddress: string | null
  readonly onConnection: (connection: AgentConnection) => AgentConnectionHandlers
  /** After the handlers' `onClose`, or instead of it where the connection was never usable. */
  readonly onEnd: (end: ConnectionEnd) => void
}

/** The adapter's side of a channel. */
export interface SecureChannel {
  readonly connection: AgentConnection
  /** A frame came. */
  readonly receive: (frame: string) => void
  /** The medium is gone, or the other end ended it; `close` of the wire isn't called any more. */
  readonly wireEnded: (end: ConnectionEnd) => void
}

/** What may be between this process's queue and the other end's before the queue is made to wait. */
const IN_FLIGHT_LENGTH = 256 * 1024

/** First character of each payload: `m` ends a message, `p` is a piece before that. */
type FrameKind = 'ready' | 'heartbeat' | 'piece' | 'message'
const KIND_LETTERS: Readonly<Record<FrameKind, string>> = { ready: 'r', heartbeat: 'h', piece: 'p', message: 'm' }
const KINDS: ReadonlyMap<string, FrameKind> = new Map(
  Object.entries(KIND_LETTERS).map(([kind, letter]) => [letter, kind as FrameKind]),
)

/** Server: tells the agent that it is in, and calls `onConnection` before it returns. */
export function openServerChannel(options: SecureChannelOptions): SecureChannel {
  const channel = new Channel(options)
  channel.sendReady()
  channel.open()
  return channel
}

/** Agent: calls `onConnection` once the server's first frame shows that it took this host. */
export function openAgentChannel(options: SecureChannelOptions): SecureChannel {
  return new Channel(options)
}

class Channel implements SecureChannel {
  readonly connection: AgentConnection
  readonly #options: SecureChannelOptions
  readonly #writer: FrameWriter
  readonly #reader: FrameReader
  readonly #outgoing: OutgoingMessages
  readonly #incoming: IncomingMessage
  #handlers: AgentConnectionHandlers | undefined
  #isOpen = false
  #end: ConnectionEnd | undefined
  #inFlight = 0
  #isPumping = false
  #heartbeat: Heartbeat | undefined

  constructor(options: SecureChannelOptions) {
    const { crypto, keys, limits, hostId, remoteAddress } = options
    this.#options = options
    this.#writer = createFrameWriter(crypto, keys.send)
    this.#reader = createFrameReader(crypto, keys.receive)
    this.#outgoing = new OutgoingMessages(limits)
    this.#incoming = new IncomingMessage(limits.maxReceivedLength)
    this.connection = {
      hostId,
      remoteAddress,
      send: (message) => this.#send(message),
      close: (end) => this.#finish(end, 'tell'),
    }
  }

  sendReady(): void {
    this.#sendFrame('ready', '')
  }

  open(): void {
    const { onConnection, timers, limits } = this.#options
    this.#isOpen = true
    this.#heartbeat = startHeartbeat({
      intervalMs: limits.heartbeatIntervalMs,
      timers,
      beat: () => this.#beat(),
      onSilent: (silentMs) => this.#fail('heartbeat-missed', `nothing came for ${silentMs} ms`),
    })
    const handlers = onConnection(this.connection)
    if (this.#end === undefined) this.#handlers = handlers
    else handlers.onClose(this.#end)
  }

  receive(frame: string): void {
    if (this.#end !== undefined) return
    const payload = this.#reader.read(frame)
    if (E.isLeft(payload)) {
      this.#fail('protocol-violated', `${payload.left.code}: a frame was lost, repeated, moved or forged`)
      return
    }
    this.#heartbeat?.heard()
    const kind = KINDS.get(payload.right.charAt(0))
    // The first frame to an agent is `ready`, and no other is.
    if (kind === undefined || (kind === 'ready') === this.#isOpen) {
      this.#fail('protocol-violated', 'an unexpected kind of frame')
    } else if (kind === 'ready') {
      this.open()
    } else if (kind !== 'heartbeat') {
      this.#takePiece(payload.right.slice(1), kind === 'message')
    }
  }

  wireEnded(end: ConnectionEnd): void {
    this.#finish(end, 'wire is gone')
  }

  #takePiece(piece: string, isLast: boolean): void {
    const taken = this.#incoming.add(piece, isLast)
    if (taken === 'piece-too-small') {
      this.#fail('protocol-violated', 'a piece of a message is too small')
    } else if (taken === 'too-large') {
      const { maxReceivedLength } = this.#options.limits
      this.#fail('message-too-large', `a message has more than the ${maxReceivedLength} characters taken here`)
    } else if (taken !== 'incomplete') {
      this.#handlers?.onMessage(taken.message)
    }
  }

  #send(message: string): 'queued' | 'overflow' | 'closed' {
    if (this.#end !== undefined) return 'closed'
    const { maxSentLength } = this.#options.limits
    if (message.length > maxSentLength) {
      this.#fail('message-too-large', `a message has more than the ${maxSentLength} characters that may be sent`)
      return 'closed'
    }
    const offered = this.#outgoing.offer(message)
    if (offered === 'queued') this.#pump()
    return offered
  }

  #pump(): void {
    if (this.#isPumping) return
    this.#isPumping = true
    while (this.#end === undefined && this.#inFlight < IN_FLIGHT_LENGTH) {
      const piece = this.#outgoing.nextPiece()
      if (piece === undefined) break
      this.#sendFrame(piece.isLast ? 'message' : 'piece', piece.text)
    }
    this.#isPumping = false
    if (this.#end !== undefined || this.#inFlight > 0) return
    if (!this.#outgoing.hasOverflowed || !this.#outgoing.isEmpty) return
    this.#outgoing.recover()
    this.#handlers?.onWritable()
  }

  #sendFrame(kind: FrameKind, text: string): void {
    const payload = KIND_LETTERS[kind] + text
    this.#inFlight += payload.length
    this.#options.wire.send(this.#writer.write(payload), () => {
      this.#inFlight -= payload.length
      this.#pump()
    })
  }

  #beat(): void {
    // While as much as may be is in flight, what flows is the sign of life.
    if (this.#inFlight < IN_FLIGHT_LENGTH) this.#sendFrame('heartbeat', '')
  }

  #fail(code: ConnectionEnd['code'], detail: string): void {
    this.#finish({ code, detail }, 'tell')
  }

  #finish(end: ConnectionEnd, wire: 'tell' | 'wire is gone'): void {
    if (this.#end !== undefined) return
    this.#end = end
    this.#heartbeat?.stop()
    this.#outgoing.clear()
    this.#incoming.clear()
    if (wire === 'tell') this.#options.wire.close(end)
    this.#handlers?.onClose(end)
    this.#options.onEnd(end)
  }
}

/** How the other end sees a connection that this end closed for this reason. */
export function seenFromThere(end: ConnectionEnd): ConnectionEnd {
  const isOwnWish = end.code === 'closed-here' || end.code === 'connection-lost'
  return isOwnWish ? { ...end, code: 'closed-there' } : end
}
