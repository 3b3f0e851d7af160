/**
 * The server's end over any medium: takes a new medium through the handshake, opens a channel on it, keeps one connection a
 * host. The adapter limits who may knock; see `onAuthenticated`.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { AgentConnection, AgentEndpointOptions, ConnectionEnd } from '../ports/agent-transport.js'
import type { Crypto } from '../ports/crypto.js'
import type { CancelTimer, Timers } from '../ports/timers.js'
import type { HostId } from '../values/index.js'
import { answerAgentHello, finishServerHandshake, type ServerHandshake } from './connect-handshake.js'
import { heartbeatIntervalCodec } from './connect-handshake-messages.js'
import { endOfHandshake, type HandshakeError } from './handshake-error.js'
import { type ChannelLimits, type FrameWire, openServerChannel, type SecureChannel } from './secure-channel.js'
import type { FrameKeys } from './secure-frames.js'

/** What the server's end needs. A medium that takes longer than `handshakeTimeoutMs` to prove itself is ended. */
export interface AcceptorOptions {
  readonly crypto: Crypto
  readonly timers: Timers
  readonly endpoint: AgentEndpointOptions
  readonly limits: ChannelLimits
  readonly handshakeTimeoutMs: number
}

/** A medium somebody opened; nothing is known of them. */
export interface KnockingMedium {
  readonly wire: FrameWire
  readonly remoteAddress: string | null
  /** The host proved itself: limits for strangers no longer apply to this medium. */
  readonly onAuthenticated: () => void
}

/** Where the adapter hands in what the medium does. */
export interface MediumEvents {
  /** A frame's text arrived. */
  readonly receive: (text: string) => void
  /** The medium is gone, or the other end ended it. */
  readonly wireEnded: (end: ConnectionEnd) => void
}

/** The server's end: takes media, and keeps one connection a host. */
export interface ConnectionAcceptor {
  /** Takes a new medium through the handshake; what the medium does is handed to the answer. */
  readonly accept: (medium: KnockingMedium) => MediumEvents
  /** Those that are through the handshake, one a host. */
  readonly connections: () => readonly AgentConnection[]
  /** Ends every medium, in its handshake or after it. */
  readonly endAll: (end: ConnectionEnd) => void
}

const REPLACED: ConnectionEnd = { code: 'replaced-by-newer-connection', detail: 'the host connected anew' }
const LOOKUP_FAILED: ConnectionEnd = { code: 'closed-here', detail: 'the server could not look the host up' }

/** Throws a `RangeError` when the heartbeats' interval is not one that an agent takes. */
export function createConnectionAcceptor(options: AcceptorOptions): ConnectionAcceptor {
  if (!heartbeatIntervalCodec.is(options.limits.heartbeatIntervalMs)) {
    throw new RangeError('Heartbeats are sent every 10 to 60,000 ms')
  }
  const connected = new Map<HostId, AgentConnection>()
  const knocking = new Set<Knock>()
  return {
    accept: (medium) => new Knock(options, medium, connected, knocking),
    connections: () => [...connected.values()],
    endAll: (end) => {
      for (const knock of [...knocking]) knock.refuse(end)
      for (const connection of [...connected.values()]) connection.close(end)
    },
  }
}

/** One medium, from its first message to its end. */
class Knock implements MediumEvents {
  readonly #options: AcceptorOptions
  readonly #medium: KnockingMedium
  readonly #connected: Map<HostId, AgentConnection>
  readonly #knocking: Set<Knock>
  readonly #cancelTimeout: CancelTimer
  #handshake: ServerHandshake | undefined
  #isLookingUp = false
  #channel: SecureChannel | undefined
  #connection: AgentConnection | undefined

  constructor(
    options: AcceptorOptions,
    medium: KnockingMedium,
    connected: Map<HostId, AgentConnection>,
    knocking: Set<Knock>,
  ) {
    this.#options = options
    this.#medium = medium
    this.#connected = connected
    this.#knocking = knocking
    knocking.add(this)
    const { timers, handshakeTimeoutMs } = options
    this.#cancelTimeout = timers.after(handshakeTimeoutMs, () => {
      this.#reportRefusal('handshake-timeout')
      this.refuse({ code: 'closed-here', detail: `the handshake took more than ${handshakeTimeoutMs} ms` })
    })
  }

  readonly receive = (text: string): void => {
    if (this.#channel !== undefined) this.#channel.receive(text)
    else if (!this.#isKnocking) return
    else if (this.#handshake === undefined) this.#answer(text)
    else if (!this.#isLookingUp) void this.#finish(this.#handshake, text)
    else this.#fail({ code: 'handshake-malformed' })
  }

  readonly wireEnded = (end: ConnectionEnd): void => {
    // A stranger may leave; what the medium ends for breaking its rules is a refusal like any other.
    const isRefused = end.code === 'protocol-violated' || end.code === 'message-too-large'
    if (this.#isKnocking && isRefused) this.#reportRefusal(end.code)
    this.#stopKnocking()
    this.#forget()
    this.#channel?.wireEnded(end)
  }

  refuse(end: ConnectionEnd): void {
    this.#stopKnocking()
    this.#medium.wire.close(end)
  }

  get #isKnocking(): boolean {
    return this.#knocking.has(this)
  }

  #answer(hello: string): void {
    const { crypto, endpoint, limits } = this.#options
    const { heartbeatIntervalMs } = limits
    const answered = answerAgentHello(crypto, { ...endpoint, heartbeatIntervalMs }, hello)
    if (E.isLeft(answered)) {
      this.#fail(answered.left)
    } else {
      this.#handshake = answered.right
      this.#medium.wire.send(answered.right.serverHello, () => {})
    }
  }

  async #finish(handshake: ServerHandshake, finish: string): Promise<void> {
    const { crypto, endpoint } = this.#options
    this.#isLookingUp = true
    const hostKey = await lookUp(endpoint, handshake.hostId)
    if (!this.#isKnocking) return
    if (E.isLeft(hostKey)) {
      this.#reportRefusal('lookup-failed')
      this.refuse(LOOKUP_FAILED)
      return
    }
    const finished = finishServerHandshake(crypto, handshake, endpoint, finish, hostKey.right)
    if (E.isLeft(finished)) this.#fail(finished.left)
    else this.#open(handshake.hostId, finished.right.keys)
  }

  #open(hostId: HostId, keys: FrameKeys): void {
    const { crypto, timers, limits, endpoint } = this.#options
    const { wire, remoteAddress, onAuthenticated } = this.#medium
    this.#stopKnocking()
    onAuthenticated()
    this.#connected.get(hostId)?.close(REPLACED)
    this.#channel = openServerChannel({
      crypto,
      keys,
      timers,
      limits,
      hostId,
      remoteAddress,
      wire: {
        send: wire.send,
        close: (end) => {
          this.#forget()
          wire.close(end)
        },
      },
      onConnection: (connection) => {
        this.#connection = connection
        this.#connected.set(hostId, connection)
        return endpoint.onConnection(connection)
      },
      onEnd: () => {},
    })
  }

  /** Before `onClose`, so that who asks for the connections then doesn't find this one. */
  #forget(): void {
    const connection = this.#connection
    if (connection !== undefined && this.#connected.get(connection.hostId) === connection) {
      this.#connected.delete(connection.hostId)
    }
  }

  #fail(error: HandshakeError): void {
    this.#reportRefusal(error.code)
    this.refuse(endOfHandshake(error))
  }

  #stopKnocking(): void {
    this.#cancelTimeout()
    this.#knocking.delete(this)
  }

  #reportRefusal(code: HandshakeError['code'] | ConnectionEnd['code'] | 'handshake-timeout' | 'lookup-failed'): void {
    const { remoteAddress } = this.#medium
    this.#options.endpoint.onRefused?.({ code, remoteAddress, claimedHostId: this.#handshake?.hostId ?? null })
  }
}

async function lookUp(endpoint: AgentEndpointOptions, hostId: HostId) {
  try {
    return E.right(await endpoint.hostIdentityKey(hostId))
  } catch {
    return E.left('lookup-failed' as const)
  }
}
