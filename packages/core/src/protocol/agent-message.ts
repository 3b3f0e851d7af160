/**
 * What agents and servers say to each other, once a connection is authenticated (`connect-handshake.ts`). JSON texts, one message
 * each. An agent begins with `resume`; a server answers with what the agent is missing, and from then on sends patches.
 */
import * as t from 'io-ts'
import type { FragmentId, FragmentVersion } from '../host-config/fragment.js'
import type { AsOf, Patch, PatchChange, Snapshot } from '../host-config/fragment-change.js'
import { keptFragmentText } from '../host-config/fragment-text.js'
import type { EndpointCandidate } from '../mesh/endpoint-candidate.js'
import {
  endpointCandidatesCodec,
  hostCapabilityCodec,
  hostResolversCodec,
  hostSystemCodec,
  integerBetween,
  localPrefixesCodec,
  orNull,
  portCodec,
  shortList,
  shortText,
} from '../mesh/event-parts.js'
import { someGatewayIdsCodec } from '../mesh/gateway-codecs.js'
import type { HostSystem } from '../mesh/mesh-state.js'
import { type HostCapability, type IpAddress, type IpPrefix, type NodeId, nodeIdCodec } from '../values/index.js'
import {
  type KeyMessageOfAgent,
  type KeyMessageOfServer,
  keyMessageOfAgentCodecs,
  keyMessageOfServerCodecs,
} from './key-messages.js'
import type { ReportedObservation } from './observation.js'
import { reportedObservationCodec } from './observation-codecs.js'
import { asOfCodec, fragmentIdCodec, fragmentVersionCodec, patchCodec, snapshotCodec } from './patch-codecs.js'
import { patchText } from './patch-text.js'
import { messageByType } from './tagged-codec.js'

/** From a server to an agent. */
export type ServerMessage =
  /** Everything, for an agent that has nothing to build on or comes from another epoch. */
  | { readonly type: 'snapshot'; readonly snapshot: Snapshot }
  | { readonly type: 'patch'; readonly patch: Patch }
  /** "I can't tell what you miss: send your table." Answered by `table`. */
  | { readonly type: 'table-wanted' }
  /** Sent when nothing else was for a while: everything up to `asOf` that concerns the agent has been sent. */
  | { readonly type: 'heartbeat'; readonly asOf: AsOf }
  /** The agent's last report was not taken; what stands is what the mesh had before. */
  | { readonly type: 'report-refused'; readonly code: string; readonly message: string }
  | RelayProbeWanted
  | KeyMessageOfServer

/**
 * "One of your nodes and this one can't reach each other: measure these gateways for so long, over control addresses, on their direct
 * paths." Both ends are asked; each answers by the observation `relays-probed` when the time is over, at the latest ten seconds after
 * it was asked. Asked again while it measures, an agent goes on.
 */
export interface RelayProbeWanted {
  readonly type: 'probe-relays'
  /** The end that is asked: a node of the agent's host. */
  readonly nodeId: NodeId
  readonly otherNodeId: NodeId
  /** Those that the end probes anyway may be among them. */
  readonly gatewayIds: readonly NodeId[]
  readonly forMs: number
}

/** From an agent to a server. A host speaks only of itself. */
export type AgentMessage =
  /** The first message: up to where the agent holds its config; `null`: it holds none. */
  | { readonly type: 'resume'; readonly asOf: AsOf | null }
  | { readonly type: 'table'; readonly versions: readonly (readonly [FragmentId, FragmentVersion])[] }
  | {
      readonly type: 'ack'
      readonly asOf: AsOf
      /**
       * `failed`: received and kept, but the host would not take all of it; `detail` says what, without secrets. `reverted`: taken over,
       * but for what had cut the host off from its server, which is as it was before (A10).
       */
      readonly outcome: 'applied' | 'failed' | 'reverted'
      readonly detail: string | null
    }
  | { readonly type: 'report'; readonly report: HostReport }
  /**
   * What the host sees, at most `mostObservations` a message. Never an answer, never a reason to end the connection: what is not the
   * host's to say is left out. A server keeps observations in memory only, and another server has none of them; so whoever connects
   * says all of it anew once it is up to date: vector and served ranges as they stand, figures of the gateways in its lists, for each
   * pair it owns where that rests (`pair-moved`), and which pairs can't connect (`pair-unreachable`). Afterwards changes, and what is
   * to be repeated as each observation says.
   */
  | { readonly type: 'observations'; readonly observations: readonly ReportedObservation[] }
  | { readonly type: 'heartbeat'; readonly appliedAsOf: AsOf | null }
  | KeyMessageOfAgent

/** How many observations one message holds. */
export const mostObservations = 100

/** What a host says of itself; all of it, each time something of it changed. */
export interface HostReport {
  readonly system: HostSystem
  readonly listenPort: number
  readonly endpoints: readonly EndpointCandidate[]
  readonly localPrefixes: readonly IpPrefix[]
  readonly capabilities: readonly HostCapability[]
  /** Whom it asks for names, in order, while others reach the internet through it; otherwise nobody is named. */
  readonly resolvers: readonly IpAddress[]
  /** What on the host differs from its config and could not be put right; empty when nothing does. */
  readonly drift: readonly string[]
}

const codec = <A>(shape: t.Type<A, unknown> | t.Any): t.Type<A, unknown> => shape as t.Type<A, unknown>

/** Reads a report, within bounds: 64 prefixes, 64 capabilities, three resolvers, 50 lines of drift. */
export const hostReportCodec: t.Type<HostReport, unknown> = codec(
  t.strict({
    system: hostSystemCodec,
    listenPort: portCodec,
    endpoints: endpointCandidatesCodec,
    localPrefixes: localPrefixesCodec,
    capabilities: shortList(hostCapabilityCodec, 64),
    resolvers: hostResolversCodec,
    drift: shortList(shortText(300), 50),
  }),
)

/** Reads what a server says. Unknown fields are dropped, unknown types refused. */
export const serverMessageCodec: t.Type<ServerMessage, unknown> = messageByType<ServerMessage>(
  'ServerMessage',
  new Map<ServerMessage['type'], t.Type<ServerMessage, unknown>>([
    ['snapshot', codec<ServerMessage>(t.strict({ type: t.literal('snapshot'), snapshot: snapshotCodec }))],
    ['patch', codec<ServerMessage>(t.strict({ type: t.literal('patch'), patch: patchCodec }))],
    ['table-wanted', codec<ServerMessage>(t.strict({ type: t.literal('table-wanted') }))],
    ['heartbeat', codec<ServerMessage>(t.strict({ type: t.literal('heartbeat'), asOf: asOfCodec }))],
    [
      'report-refused',
      codec<ServerMessage>(
        t.strict({ type: t.literal('report-refused'), code: shortText(100), message: shortText(1000) }),
      ),
    ],
    [
      'probe-relays',
      codec<ServerMessage>(
        t.strict({
          type: t.literal('probe-relays'),
          nodeId: nodeIdCodec,
          otherNodeId: nodeIdCodec,
          gatewayIds: someGatewayIdsCodec,
          forMs: integerBetween(1, 60_000),
        }),
      ),
    ],
    ...keyMessageOfServerCodecs,
  ]),
)

/** Reads what an agent says. Unknown fields are dropped, unknown types refused. */
export const agentMessageCodec: t.Type<AgentMessage, unknown> = messageByType<AgentMessage>(
  'AgentMessage',
  new Map<AgentMessage['type'], t.Type<AgentMessage, unknown>>([
    ['resume', codec<AgentMessage>(t.strict({ type: t.literal('resume'), asOf: orNull(codec<AsOf>(asOfCodec)) }))],
    [
      'table',
      codec<AgentMessage>(
        t.strict({
          type: t.literal('table'),
          versions: t.readonlyArray(t.tuple([fragmentIdCodec, fragmentVersionCodec])),
        }),
      ),
    ],
    [
      'ack',
      codec<AgentMessage>(
        t.strict({
          type: t.literal('ack'),
          asOf: asOfCodec,
          outcome: t.keyof({ applied: null, failed: null, reverted: null }),
          detail: orNull(shortText(1000)),
        }),
      ),
    ],
    ['report', codec<AgentMessage>(t.strict({ type: t.literal('report'), report: hostReportCodec }))],
    [
      'observations',
      codec<AgentMessage>(
        t.strict({
          type: t.literal('observations'),
          observations: shortList(reportedObservationCodec, mostObservations),
        }),
      ),
    ],
    [
      'heartbeat',
      codec<AgentMessage>(t.strict({ type: t.literal('heartbeat'), appliedAsOf: orNull(codec<AsOf>(asOfCodec)) })),
    ],
    ...keyMessageOfAgentCodecs,
  ]),
)

/**
 * The text of a `patch` message, put together from its changes' texts. Each change is encoded once, however many agents it goes to:
 * changes are immutable, so their text is kept as long as they are.
 */
export const encodePatchMessage = (asOf: AsOf, changes: readonly PatchChange[]): string =>
  `{"type":"patch","patch":{"asOf":${JSON.stringify(asOf)},"changes":[${patchText(changes)}]}}`

/** The text of a message to an agent. Texts of a patch's changes are shared, as by `encodePatchMessage`, and those of a snapshot's fragments. */
export const encodeServerMessage = (message: ServerMessage): string => {
  switch (message.type) {
    case 'patch':
      return encodePatchMessage(message.patch.asOf, message.patch.changes)
    case 'snapshot':
      return encodeSnapshotMessage(message.snapshot)
    default:
      return JSON.stringify(message)
  }
}

const encodeSnapshotMessage = ({ asOf, fragments }: Snapshot): string =>
  `{"type":"snapshot","snapshot":{"asOf":${JSON.stringify(asOf)},"fragments":[${fragments.map(keptFragmentText).join(',')}]}}`

/** The text of a message to the server. */
export const encodeAgentMessage = (message: AgentMessage): string => JSON.stringify(message)
