/** What makes one gateway better than another: pure arithmetic on what was measured. */

import type { GatewayFigure } from '../protocol/observation.js'
import type { NodeId } from '../values/index.js'
import { reactionTimes } from './reaction-times.js'

/** How long a probe has to answer; a lost one costs so much before the next can. */
const lostProbeMs = 700

/**
 * What a gateway costs: its round-trip time, with loss counted as the time that lost probes take on average until one is answered.
 * Infinite where it doesn't answer.
 */
export const gatewayCostMs = ({
  roundTripMs,
  lossPercent,
}: Pick<GatewayFigure, 'roundTripMs' | 'lossPercent'>): number =>
  roundTripMs === null || lossPercent >= 100
    ? Number.POSITIVE_INFINITY
    : roundTripMs + (lostProbeMs * lossPercent) / (100 - lossPercent)

/** F1: better by a fifth and by ten milliseconds. Whatever answers is better than what doesn't. */
export const isBetterByMargin = (rivalMs: number, presentMs: number): boolean => {
  if (presentMs === Number.POSITIVE_INFINITY) return rivalMs < presentMs
  const gainMs = presentMs - rivalMs
  return gainMs >= reactionTimes.homeMarginMs && gainMs * 100 >= presentMs * reactionTimes.homeMarginPercent
}

export interface Candidate {
  readonly gatewayId: NodeId
  readonly costMs: number
  /** How many use it. */
  readonly load: number
}

/**
 * Best first: of those within ten milliseconds of the lowest cost the one with the lowest load (F4, C3), and by id among equals; then
 * the others by cost. One that doesn't answer is no candidate.
 */
export const inOrderOfChoice = (candidates: readonly Candidate[]): readonly Candidate[] => {
  const answering = candidates.filter(({ costMs }) => costMs < Number.POSITIVE_INFINITY)
  const lowestMs = Math.min(...answering.map(({ costMs }) => costMs))
  const isNear = ({ costMs }: Candidate) => costMs <= lowestMs + reactionTimes.equallyGoodMs
  const byId = (one: Candidate, other: Candidate) => (one.gatewayId < other.gatewayId ? -1 : 1)
  const near = answering.filter(isNear).sort((one, other) => one.load - other.load || byId(one, other))
  const far = answering
    .filter((candidate) => !isNear(candidate))
    .sort((one, other) => one.costMs - other.costMs || byId(one, other))
  // The load decides the first alone: standbys are for when it is gone, and then the nearest counts.
  const [first, ...others] = near
  return first === undefined ? [] : [first, ...others.sort((a, b) => a.costMs - b.costMs || byId(a, b)), ...far]
}
