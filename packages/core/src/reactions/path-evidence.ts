import { type MeasuredGateway, maxGateways, type PathEvidence } from '../mesh/gateway-codecs.js'
import type { GatewayFigure } from '../protocol/observation.js'
import type { NodeId } from '../values/index.js'

/** What a choice was made on (F5): how the gateway that was left did, and how far it and the chosen ones were. */
export const pathEvidence = (
  figures: readonly GatewayFigure[],
  left: NodeId | undefined,
  gatewayIds: readonly NodeId[],
  otherRoundTrips: ReadonlyMap<NodeId, number> = new Map(),
): PathEvidence => {
  const byId = new Map(figures.map((figure) => [figure.gatewayId, figure]))
  const named = [...new Set([...gatewayIds, ...(left === undefined ? [] : [left])])].slice(0, maxGateways + 1)
  const leftFigure = left === undefined ? undefined : byId.get(left)
  return {
    handshakeAgeMs: leftFigure?.handshakeAgeMs ?? null,
    missedProbes: leftFigure?.missedProbes ?? 0,
    measured: named.flatMap((gatewayId): readonly MeasuredGateway[] => {
      const roundTripMs = byId.get(gatewayId)?.roundTripMs ?? null
      const otherRoundTripMs = otherRoundTrips.get(gatewayId) ?? null
      const isMeasured = byId.has(gatewayId) || otherRoundTrips.has(gatewayId)
      return isMeasured ? [{ gatewayId, roundTripMs, otherRoundTripMs }] : []
    }),
  }
}
