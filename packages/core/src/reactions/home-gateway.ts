/**
 * F1's margin: a node stays with its gateway until another is better by a fifth and by ten milliseconds, at every measurement of one
 * minute. For the server, and for agents that move by themselves: both come to the same answer on the same figures.
 */

import type { GatewayFigure } from '../protocol/observation.js'
import type { EpochMs, NodeId } from '../values/index.js'
import { gatewayCostMs, inOrderOfChoice, isBetterByMargin } from './gateway-figures.js'
import { reactionTimes } from './reaction-times.js'

/** What is known of the gateways of one node. */
export interface HomeWatch {
  /** The gateway in use when it was last measured. */
  readonly inUse: NodeId
  readonly measuredAtEpochMs: EpochMs
  readonly known: ReadonlyMap<NodeId, KnownGateway>
}

/** A gateway as one node's agent measures it, with since when that points away from the one in use, or from itself. */
export interface KnownGateway {
  readonly figure: GatewayFigure
  /** Since when each measurement says that it is better than the one in use, by the margin. */
  readonly betterSinceEpochMs: EpochMs | null
  /** Since when it doesn't answer. */
  readonly silentSinceEpochMs: EpochMs | null
}

/** Takes in what was measured of a node's gateways, whole; what is not in `figures` is known no longer. */
export const watchHome = (
  before: HomeWatch | undefined,
  inUse: NodeId,
  figures: readonly GatewayFigure[],
  nowEpochMs: EpochMs,
): HomeWatch => {
  const isContinued = before !== undefined && nowEpochMs - before.measuredAtEpochMs <= reactionTimes.measuringGapMs
  const isSameHome = isContinued && before.inUse === inUse
  const present = figures.find(({ gatewayId }) => gatewayId === inUse)
  const presentMs = present === undefined ? undefined : gatewayCostMs(present)
  const known = figures.map((figure): readonly [NodeId, KnownGateway] => {
    const { gatewayId } = figure
    const last = isContinued ? before.known.get(gatewayId) : undefined
    const isBetter = presentMs !== undefined && isBetterByMargin(gatewayCostMs(figure), presentMs)
    const isSilent = figure.roundTripMs === null
    return [
      gatewayId,
      {
        figure,
        betterSinceEpochMs: isBetter ? ((isSameHome ? last?.betterSinceEpochMs : null) ?? nowEpochMs) : null,
        silentSinceEpochMs: isSilent ? (last?.silentSinceEpochMs ?? nowEpochMs) : null,
      },
    ]
  })
  return { inUse, measuredAtEpochMs: nowEpochMs, known: new Map(known) }
}

/**
 * Where the node should move to: the best of those that were better for a minute, by load among equally good ones. `undefined`: it
 * stays. `loadOf`: how many use a gateway.
 */
export const betterHome = (
  { known, measuredAtEpochMs }: HomeWatch,
  loadOf: (gatewayId: NodeId) => number,
): NodeId | undefined => {
  const isProven = ({ betterSinceEpochMs }: KnownGateway) =>
    betterSinceEpochMs !== null && measuredAtEpochMs - betterSinceEpochMs >= reactionTimes.homeHoldMs
  return bestOf([...known.values()].filter(isProven), loadOf)[0]
}

/** Gateways that answer, best first: nearest, and by load among equally good ones (F1, F4). */
export const bestOf = (known: Iterable<KnownGateway>, loadOf: (gatewayId: NodeId) => number): readonly NodeId[] =>
  inOrderOfChoice(
    [...known].map(({ figure }) => ({
      gatewayId: figure.gatewayId,
      costMs: gatewayCostMs(figure),
      load: loadOf(figure.gatewayId),
    })),
  ).map(({ gatewayId }) => gatewayId)
