import type { HostId, IdentityPublicKey, MeshId } from '../values/index.js'
import type { KeyPair } from './crypto.js'

/**
 * The line between a server and its agents: authenticated both ways before the first message, every message whole, in order,
 * at most once. What a message means is none of its business: it carries text (`protocol/`).
 *
 * Nothing is delivered after a message that was lost, repeated, reordered or forged: such a connection is closed instead, and
 * the agent connects anew.
 */
export interface AgentConnection {
  /** Server side: the host that proved to be the other end. Agent side: the own host. */
  readonly hostId: HostId
  /** Network address of the other end as this end sees it; `null` where the medium has none. */
  readonly remoteAddress: string | null
  /**
   * Queues one message. `overflow`: the other end reads too slowly; everything queued was dropped, this message too, and
   * nothing is taken until `onWritable`. Then send what differs by then. On a closed connection: `closed`.
   */
  readonly send: (message: string) => 'queued' | 'overflow' | 'closed'
  /** Ends the connection, `onClose` before it returns; the other end may come again. Calling it twice is fine. */
  readonly close: (reason: ConnectionEnd) => void
}

/**
 * What the user of a connection does with it. `onClose` is called once, with the first reason there was, and nothing after
 * it. When a newer connection of the same host takes over, the older one's `onClose` comes before the newer's `onConnection`.
 */
export interface AgentConnectionHandlers {
  /** One message, whole; the next comes after this returned. */
  readonly onMessage: (message: string) => void
  /** After an overflow: the queue is empty again. */
  readonly onWritable: () => void
  /** The connection ended, at whichever end. */
  readonly onClose: (end: ConnectionEnd) => void
}

/**
 * Why a connection ended, or an attempt at one; for logs and status, safe to print. `connection-refused`: the server's machine answered,
 * and it was not the server that did: nothing listens there, or something else.
 */
export interface ConnectionEnd {
  readonly code:
    | 'closed-here'
    | 'closed-there'
    | 'connection-lost'
    | 'connection-refused'
    | 'heartbeat-missed'
    | 'protocol-violated'
    | 'message-too-large'
    | 'authentication-failed'
    | 'replaced-by-newer-connection'
    | 'server-stopping'
  readonly detail: string
  /** Of an attempt: the IP address that was met, where it is known. */
  readonly address?: string
}

/** Server side: takes agents' connections. */
export interface AgentEndpoint {
  /** One connection a host: a newer one, once authenticated, ends the older. */
  readonly connections: () => readonly AgentConnection[]
  /** Ends all connections with `server-stopping` and takes no more. */
  readonly close: () => Promise<void>
}

/** Agent side: keeps one connection to a server, and comes back by itself (full jitter, 5 s at most) until closed. */
export interface AgentLink {
  /** How it stands now. */
  readonly status: () => AgentLinkStatus
  /**
   * Tries at once instead of waiting: after a change of the own network. An attempt of the last second goes on, and so does a
   * connection: its heartbeats tell whether it lives.
   */
  readonly reconnectNow: () => void
  /** Ends the connection and tries no more. Calling it twice is fine. */
  readonly close: () => Promise<void>
}

/**
 * How far an agent has come with its server. `attempt` counts from 1 since a connection lasted; `lastEnd`: why that, or the last attempt,
 * ended.
 */
export type AgentLinkStatus =
  | { readonly state: 'connecting'; readonly attempt: number; readonly lastEnd: ConnectionEnd | null }
  | { readonly state: 'connected'; readonly serverUrl: string }
  | { readonly state: 'closed' }

/** What a server gives to any transport. */
export interface AgentEndpointOptions {
  readonly meshId: MeshId
  /** The mesh's epoch, asked for at every handshake. */
  readonly epoch: () => number
  /** The server's Ed25519 key pair, whose fingerprint the enrolment tokens carry. */
  readonly identity: KeyPair
  /**
   * The identity key of a host that may connect; `undefined` for one that is unknown or removed. A rejection refuses this
   * attempt alone.
   */
  readonly hostIdentityKey: (hostId: HostId) => Promise<IdentityPublicKey | undefined>
  /** A host proved to be there. It may be sent to at once; its messages come after the handlers were returned. */
  readonly onConnection: (connection: AgentConnection) => AgentConnectionHandlers
  /** Somebody was turned away before they proved who they are; for logs and metrics. */
  readonly onRefused?: (refusal: RefusedConnection) => void
}

/** Whom an endpoint turned away, and why; the other end isn't told as much. Transports add codes of their own. */
export interface RefusedConnection {
  readonly code: string
  readonly remoteAddress: string | null
  /** What they said; nothing proves it. `null`: they hadn't said. */
  readonly claimedHostId: HostId | null
}

/** What an agent gives to any transport. */
export interface AgentLinkOptions {
  readonly meshId: MeshId
  readonly hostId: HostId
  /** Ed25519 seed, 32 bytes. */
  readonly identityPrivateKey: Uint8Array
  /** Known since enrolment: no other server is spoken to. */
  readonly serverIdentityKey: IdentityPublicKey
  /** The highest mesh epoch seen; a server that is behind it is refused. `null` before the first one. */
  readonly knownEpoch: () => number | null
  /** The server proved to be there. */
  readonly onConnection: (connection: AgentConnection) => AgentConnectionHandlers
  /** Each change; the state at the beginning is `status()`'s to tell. */
  readonly onStatus?: (status: AgentLinkStatus) => void
}
