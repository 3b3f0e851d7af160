import type { ChannelLimits } from '@meshfold/core'
import type { StrangerLimits } from './stranger-limits.js'

const KI = 1024
const MI = 1024 * KI

/** What one end of a connection may cost; lengths in UTF-16 units, which are bytes for ASCII. */
export interface AgentLimits extends Omit<ChannelLimits, 'heartbeatIntervalMs'> {
  /** From the attempt to the first frame. */
  readonly handshakeTimeoutMs: number
}

/** The server says how often there are heartbeats, for both ends: every 10 to 60,000 ms. */
export interface ServerLimits extends AgentLimits, ChannelLimits, StrangerLimits {}

/** A host's report is small; the table of what it holds has a line for each host and node, enough for 40,000 hosts. */
const FROM_AGENT = 8 * MI
/** A snapshot of a big mesh. */
const FROM_SERVER = 64 * MI

/** Defaults of an agent. */
export const AGENT_LIMITS: AgentLimits = {
  maxSentLength: FROM_AGENT,
  maxReceivedLength: FROM_SERVER,
  maxQueuedMessages: 1024,
  maxQueuedLength: 2 * MI,
  handshakeTimeoutMs: 5000,
}

/** Defaults of a server. Many agents may share one address: a site behind NAT, after a restart of the server. */
export const SERVER_LIMITS: ServerLimits = {
  maxSentLength: FROM_SERVER,
  maxReceivedLength: FROM_AGENT,
  maxQueuedMessages: 4096,
  maxQueuedLength: 8 * MI,
  heartbeatIntervalMs: 2000,
  handshakeTimeoutMs: 5000,
  maxStrangers: 1024,
  maxStrangersPerAddress: 512,
  attemptsPerAddress: 1000,
  attemptsPerAddressPerSecond: 200,
}
