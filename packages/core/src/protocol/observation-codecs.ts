/** Observations as they come from outside. Fields that this version doesn't know are left out: a newer agent may say more. */
import * as t from 'io-ts'
import { checked, integerBetween, orNull, shortList } from '../mesh/event-parts.js'
import { gatewayIdsCodec, maxGateways, pairIdCodec, sequenceCodec } from '../mesh/gateway-codecs.js'
import { egressIdCodec, epochMsCodec, hostIdCodec, nodeIdCodec, udpEndpointCodec } from '../values/index.js'
import type { GatewayFigure, Observation, PairFailure, ReportedObservation } from './observation.js'
import { messageByType } from './tagged-codec.js'

/** A host is in a handful of networks and has many pairs, but a gateway is in its vector once. */
const maxVector = 64
const maxRouted = 256
/** Of how many peers a host says that it reached them where they are declared to be. */
export const mostReached = 32

const numberBetween = (lowest: number, highest: number, unit: string): t.Type<number, unknown> =>
  checked(
    `${unit} from ${lowest} to ${highest}`,
    (u): u is number => typeof u === 'number' && u >= lowest && u <= highest && !Object.is(u, -0),
  )

const roundTripCodec = numberBetween(0, 60_000, 'milliseconds')
const durationCodec = integerBetween(0, Number.MAX_SAFE_INTEGER)
const missedProbesCodec = integerBetween(0, 1000)

const figureCodec: t.Type<GatewayFigure, unknown> = t.strict(
  {
    gatewayId: nodeIdCodec,
    roundTripMs: orNull(roundTripCodec),
    lossPercent: numberBetween(0, 100, 'percent'),
    missedProbes: missedProbesCodec,
    handshakeAgeMs: orNull(durationCodec),
  },
  'a gateway as measured',
)
const figuresCodec = shortList(figureCodec, maxVector)

const failureCodec: t.Type<PairFailure, unknown> = t.union(
  [
    t.strict({ kind: t.literal('never-connected'), tryingForMs: durationCodec }),
    t.strict({
      kind: t.literal('broken'),
      unansweredForMs: durationCodec,
      missedProbes: missedProbesCodec,
      handshakeAgeMs: orNull(durationCodec),
    }),
  ],
  'why a pair can not connect',
)

const probedCodec = t.strict({ gatewayId: nodeIdCodec, roundTripMs: orNull(roundTripCodec) })
const otherRoundTripCodec = t.strict({ gatewayId: nodeIdCodec, roundTripMs: roundTripCodec })
const unservableCodec = t.strict({ egressId: egressIdCodec, reason: t.keyof({ 'no-link': null, 'no-route': null }) })
const reachedCodec = t.strict({ hostId: hostIdCodec, endpoint: udpEndpointCodec })

const reportedProps = {
  'vector-told': {
    sequence: sequenceCodec,
    gatewayIds: shortList(nodeIdCodec, maxVector),
    figures: figuresCodec,
  },
  'gateways-measured': { figures: figuresCodec },
  'pair-unreachable': { nodeId: nodeIdCodec, otherNodeId: nodeIdCodec, failure: failureCodec },
  'relays-probed': { nodeId: nodeIdCodec, otherNodeId: nodeIdCodec, probed: shortList(probedCodec, maxGateways) },
  'pair-moved': {
    pairId: pairIdCodec,
    gatewayIds: gatewayIdsCodec,
    sequence: sequenceCodec,
    figures: figuresCodec,
    otherRoundTrips: shortList(otherRoundTripCodec, maxGateways),
  },
  'pair-direct': {
    pairId: pairIdCodec,
    ownEchoAgeMs: orNull(durationCodec),
    otherEchoAgeMs: orNull(durationCodec),
    handshakeAgeMs: orNull(durationCodec),
  },
  'ranges-served': {
    servedEgressIds: shortList(egressIdCodec, maxRouted),
    unservable: shortList(unservableCodec, maxRouted),
  },
  'endpoints-reached': { reached: shortList(reachedCodec, mostReached) },
} satisfies Record<ReportedObservation['type'], t.Props>

const seenProps = { ...reportedProps, 'presence-seen': { isConnected: t.boolean } }

const tableOf = <A>(all: Readonly<Record<string, t.Props>>, common: t.Props): ReadonlyMap<string, t.Type<A, unknown>> =>
  new Map(
    Object.entries(all).map(([type, props]) => [
      type,
      t.strict({ type: t.literal(type), ...common, ...props }) as t.Any as t.Type<A, unknown>,
    ]),
  )

/** What an agent says of itself, told by its `type`. */
export const reportedObservationCodec: t.Type<ReportedObservation, unknown> = messageByType<ReportedObservation>(
  'an observation of an agent',
  tableOf(reportedProps, {}),
)

/** Any observation, with whose it is and from when. */
export const observationCodec: t.Type<Observation, unknown> = messageByType<Observation>(
  'an observation',
  tableOf(seenProps, { hostId: hostIdCodec, observedAtEpochMs: epochMsCodec }),
)
