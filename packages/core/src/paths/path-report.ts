/** What a host's paths are, as the server hears of it: F1 and F3 to C6, E6. */
import type { HostConfig, Path } from '../host-config/host-config.js'
import type { GatewayFigure, GatewaysMeasured, PairMoved, RangesServed, VectorTold } from '../protocol/observation.js'
import type { HostId, NodeId } from '../values/index.js'
import type { PathKeeper } from './path-keeper.js'

/** Whose paths. */
export interface PathReportSource {
  readonly keeper: PathKeeper
  readonly config: HostConfig
  readonly nowMs: number
  /** Milliseconds; `null`: never. */
  readonly handshakeAgeMs: (hostId: HostId) => number | null
}

/** How many gateways one observation speaks of. */
const mostFigures = 64

/** Of every gateway and router that this host measures. */
export const gatewaysMeasured = (source: PathReportSource): GatewaysMeasured => ({
  type: 'gateways-measured',
  figures: figuresOf(source),
})

/** `undefined`: this host chooses no gateway for others to follow. */
export const vectorTold = (source: PathReportSource): VectorTold | undefined => {
  const { ownVector } = source.keeper
  if (ownVector === undefined || ![...source.config.paths.values()].some(({ to }) => to.kind === 'own-gateway'))
    return undefined
  const { sequence, gatewayIds } = ownVector
  return { type: 'vector-told', sequence, gatewayIds, figures: figuresOf(source) }
}

/** `undefined`: this host routes nothing. */
export const rangesServed = ({ keeper, config }: PathReportSource): RangesServed | undefined =>
  config.routing.length === 0
    ? undefined
    : {
        type: 'ranges-served',
        servedEgressIds: keeper.chooser.chosen.vector.servedEgressIds,
        unservable: [...keeper.unservable].map(([egressId, reason]) => ({ egressId, reason })),
      }

/** Of each pair that is this host's to move. */
export const pairsMoved = (source: PathReportSource): readonly PairMoved[] =>
  source.config.pairs.length === 0
    ? []
    : [...source.config.paths.values()].flatMap((path) => pairMoved(source, path) ?? [])

const pairMoved = (source: PathReportSource, { to }: Path): PairMoved | undefined => {
  const { keeper, config } = source
  if (to.kind !== 'pair' || to.owner !== config.own.hostId) return undefined
  const own = keeper.ownVector
  const theirs = keeper.vectors.get(to.hostId)
  if (own === undefined || theirs === undefined) return undefined
  const both = new Set(own.gatewayIds.filter((nodeId) => theirs.gatewayIds.includes(nodeId)))
  const gatewayIds = to.gateways.map(({ nodeId }) => nodeId).filter((nodeId) => both.has(nodeId))
  if (gatewayIds.length === 0) return undefined
  const figures = figuresOf(source).filter(({ gatewayId }) => to.gateways.some(({ nodeId }) => nodeId === gatewayId))
  const sequence = Math.max(own.sequence, theirs.sequence)
  return { type: 'pair-moved', pairId: to.pairId, gatewayIds, sequence, figures, otherRoundTrips: [] }
}

const figuresOf = ({ keeper, config, nowMs, handshakeAgeMs }: PathReportSource): readonly GatewayFigure[] => {
  const nodes = new Map<NodeId, HostId>()
  for (const { to } of config.paths.values())
    for (const { nodeId, hostId } of 'gateways' in to ? to.gateways : 'routers' in to ? to.routers : [])
      if (keeper.health.has(hostId)) nodes.set(nodeId, hostId)
  return [...nodes].slice(0, mostFigures).flatMap(([gatewayId, hostId]) => {
    const target = keeper.health.get(hostId)
    if (target === undefined) return []
    const roundTripMs =
      target.state === 'up' && target.roundTripMs !== null ? Math.min(60_000, target.roundTripMs) : null
    return [
      {
        gatewayId,
        roundTripMs,
        lossPercent: keeper.lossPercent(hostId, nowMs),
        missedProbes: Math.min(1000, target.misses),
        handshakeAgeMs: handshakeAgeMs(hostId),
      },
    ]
  })
}
