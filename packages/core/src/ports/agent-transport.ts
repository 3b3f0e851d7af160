import type { HostId } from '../values/index.js'

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
  /** Ends the connection; the other end may come again. Calling it twice is fine. */
  readonly close: (reason: ConnectionEnd) => void
}

/** What the user of a connection does with it. Never called again after `onClose`. */
export interface AgentConnectionHandlers {
  readonly onMessage: (message: string) => void
  /** After an overflow: the queue is empty again. */
  readonly onWritable: () => void
  readonly onClose: (end: ConnectionEnd) => void
}

/** Why a connection ended, for logs and status; safe to print. */
export interface ConnectionEnd {
  readonly code:
    | 'closed-here'
    | 'closed-there'
    | 'connection-lost'
    | 'heartbeat-missed'
    | 'protocol-violated'
    | 'message-too-large'
    | 'authentication-failed'
    | 'replaced-by-newer-connection'
    | 'server-stopping'
  readonly detail: string
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
  readonly status: () => AgentLinkStatus
  /** Tries at once instead of waiting: after a change of the own network. */
  readonly reconnectNow: () => void
  readonly close: () => Promise<void>
}

export type AgentLinkStatus =
  | { readonly state: 'connecting'; readonly attempt: number; readonly lastEnd: ConnectionEnd | null }
  | { readonly state: 'connected'; readonly serverUrl: string }
  | { readonly state: 'closed' }
