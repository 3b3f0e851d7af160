import type { AgentEndpoint, AgentEndpointOptions, AgentLink, AgentLinkOptions } from '../../ports/agent-transport.js'
import type { Crypto } from '../../ports/crypto.js'
import type { WireFaults } from '../lossy-wire.js'

/** What a transport declares about itself. `false` leaves cases out; the kit checks that the transport really can't. */
export interface AgentTransportCapabilities {
  /** The medium has network addresses, so that `remoteAddress` isn't `null`. */
  readonly remoteAddresses: boolean
  /** The wires between the ends can be disturbed, frame by frame. */
  readonly wireFaults: boolean
}

/** What cases need to be smaller or faster than in earnest. Lengths in UTF-16 units. */
export interface ConformanceTuning {
  /** Of the server's choosing, where the protocol lets it choose. */
  readonly heartbeatIntervalMs: number
  readonly maxLengthFromAgent: number
  readonly maxQueuedMessages: number
  readonly maxQueuedLength: number
  /** Bound of the wait before a new attempt, from the first failure on. */
  readonly reconnectMs: number
}

/** An agent's way to the server, over all of its connections. */
export interface DisturbableWire {
  readonly toServer: WireFaults
  readonly toAgent: WireFaults
  /** Ends the present connection for both ends, as a reset does. */
  readonly cut: () => void
  /** Every attempt fails until `unblock`; the present connection goes on. */
  readonly block: () => void
  /** Attempts succeed again. */
  readonly unblock: () => void
  /** Says to the server over a new connection what the agent said over its last one, word for word. */
  readonly replay: () => void
}

/** A link, and its wire where wires can be disturbed. */
export interface AgentUnderTest {
  readonly link: AgentLink
  readonly wire?: DisturbableWire
}

/** The transport of one case: one server at a time, any number of agents, all at the same address. */
export interface AgentTransportUnderTest {
  /** Starts the server; an earlier one has been closed. */
  readonly serveAgents: (options: AgentEndpointOptions, tuning: ConformanceTuning) => Promise<AgentEndpoint>
  /** Works, by trying again, before the server was started and after it was stopped. */
  readonly connectAgent: (options: AgentLinkOptions, tuning: ConformanceTuning) => AgentUnderTest
  /** Opens so many media to the server at once; half of them say nothing, half say nonsense. Resolves when all have tried. */
  readonly flood: (strangers: number) => Promise<void>
  /** Frees all that the case left. Called once, also after a failed case. */
  readonly dispose: () => Promise<void>
}

/** What the kit needs: a test runner, a transport for each case, cryptography, and a way to wait. */
export interface AgentTransportConformanceOptions {
  /** A group of cases, as test runners have it. */
  readonly describe: (name: string, body: () => void) => void
  /** One case, as test runners have it. */
  readonly test: (name: string, body: () => Promise<void>) => void
  /** A fresh one for each case. */
  readonly createTransport: () => Promise<AgentTransportUnderTest>
  readonly capabilities: AgentTransportCapabilities
  readonly crypto: Crypto
  /** Core has no timers: pass `setTimeout` of `node:timers/promises`. */
  readonly sleep: (milliseconds: number) => Promise<unknown>
  /** How long something may take that must happen, 10,000 by default. Only failing cases wait that long. */
  readonly patienceMs?: number
  /** How long the kit watches that something does not happen, 100 by default. */
  readonly quietMs?: number
  /** Heartbeats where a case is about them, 100 by default: more than the medium and a busy machine may dawdle. */
  readonly heartbeatIntervalMs?: number
}
