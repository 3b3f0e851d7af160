/** Pieces that events and commands about gateways, relays and auto-relay share, with their codecs. */
import * as t from 'io-ts'
import { isNodeId, type NodeId, nodeIdCodec } from '../values/index.js'
import { checked, filledList, integerBetween, orNull, shortList } from './event-parts.js'
import { type PairId, pairIdOf } from './mesh-state.js'

/** How many gateways a list names: the one in use and its standbys. */
export const maxGateways = 4

/** In order; the first is in use. May be empty. */
export const gatewayIdsCodec = shortList(nodeIdCodec, maxGateways)

/** In order; the first is in use. */
export const someGatewayIdsCodec = filledList(nodeIdCodec, maxGateways)

/** How many nodes one command connects to an internet gateway, or disconnects from it. */
const maxConnectedNodes = 1000
export const connectedNodeIdsCodec = shortList(nodeIdCodec, maxConnectedNodes)

/** Of a host's vector: max(last + 1, unix ms), so it only rises. 0: none. */
export const sequenceCodec = integerBetween(0, Number.MAX_SAFE_INTEGER)

const isPairId = (u: unknown): u is PairId => {
  if (typeof u !== 'string') return false
  const ends = u.split('+')
  const [one, other] = ends
  return ends.length === 2 && isNodeId(one) && isNodeId(other) && one < other && pairIdOf(one, other) === u
}

export const pairIdCodec = checked<PairId>('the id of a pair: two node ids with + between, the smaller first', isPairId)

/** What a choice of gateways was made on: measured by the hosts concerned, kept so that the log explains itself. */
export interface PathEvidence {
  /** Age of the last handshake with what was left: the gateway, or the pair's other end. `null`: there never was one. */
  readonly handshakeAgeMs: number | null
  /** How many probes in a row it missed. */
  readonly missedProbes: number
  readonly measured: readonly MeasuredGateway[]
}

/** How far a gateway is. `null`: not measured, or it doesn't answer. */
export interface MeasuredGateway {
  readonly gatewayId: NodeId
  readonly roundTripMs: number | null
  /** From a pair's other end; `null` for a node's own gateway. */
  readonly otherRoundTripMs: number | null
}

const roundTripCodec = orNull(
  checked(
    'milliseconds from 0 to 60000',
    (u): u is number => typeof u === 'number' && u >= 0 && u <= 60_000 && !Object.is(u, -0),
  ),
)

const measuredCodec: t.Type<MeasuredGateway, unknown> = t.strict(
  { gatewayId: nodeIdCodec, roundTripMs: roundTripCodec, otherRoundTripMs: roundTripCodec },
  'a measured gateway',
)

export const pathEvidenceCodec: t.Type<PathEvidence, unknown> = t.strict(
  {
    handshakeAgeMs: orNull(integerBetween(0, Number.MAX_SAFE_INTEGER)),
    missedProbes: integerBetween(0, 1000),
    measured: shortList(measuredCodec, 8),
  },
  'evidence',
)

/** `null`: nobody measured; the event's cause says why. */
export const evidenceOrNullCodec = orNull(pathEvidenceCodec)
