/** What is known now and is no event: for status, metrics and people. */
import { routersInOrder } from '../mesh/egress-queries.js'
import { largeMapGet } from '../mesh/large-map.js'
import type { MeshState, Node } from '../mesh/mesh-state.js'
import type { UnservableReason } from '../protocol/observation.js'
import type { EgressId, EpochMs, NodeId } from '../values/index.js'
import type { GatewayVerdict, HostWatch, ReactionMemory } from './reaction-memory.js'
import { reactionTimes } from './reaction-times.js'
import { watchedValue } from './watched.js'

/** What the server holds of a gateway (F2). `null`: nobody has said anything of it for a minute. */
export const gatewayVerdictOf = (
  memory: ReactionMemory,
  gatewayId: NodeId,
  nowEpochMs: EpochMs,
): GatewayVerdict | null => {
  const verdict = watchedValue(memory.gateways, gatewayId)?.verdict ?? null
  const isCurrent = verdict !== null && nowEpochMs - verdict.judgedAtEpochMs <= reactionTimes.verdictLastsMs
  return isCurrent ? verdict : null
}

/** One router of an egress, as it says of itself (E6). */
export interface RouterStanding {
  readonly nodeId: NodeId
  /**
   * `active`: the ranges are reached through it. `standby`: it could serve them. `unservable`: it says that it can't. `absent`: its agent
   * went. `unknown`: it said nothing yet.
   */
  readonly standing: 'active' | 'standby' | 'unservable' | 'absent' | 'unknown'
  readonly reason: UnservableReason | null
}

/**
 * The routers of an egress in their order. With NAT off one at most is active, the first that says it serves the ranges; with NAT each
 * viewer chooses among those that stand by (E6).
 */
export const routerStandings = (
  state: MeshState,
  memory: ReactionMemory,
  egressId: EgressId,
): readonly RouterStanding[] => {
  const egress = largeMapGet(state.egresses, egressId)
  if (egress === undefined) return []
  const standings = routersInOrder(egress).flatMap(({ nodeId }) => {
    const node = largeMapGet(state.nodes, nodeId)
    return node === undefined ? [] : [standingOf(node, watchedValue(memory.hosts, node.hostId), egressId)]
  })
  const isRouted = !egress.nat
  const active = standings.findIndex(({ standing }) => standing === 'active')
  return standings.map((each, at) =>
    each.standing === 'active' && (!isRouted || at !== active) ? { ...each, standing: 'standby' } : each,
  )
}

const standingOf = ({ nodeId }: Node, host: HostWatch | undefined, egressId: EgressId): RouterStanding => {
  const as = (standing: RouterStanding['standing'], reason: UnservableReason | null = null) =>
    ({ nodeId, standing, reason }) as const
  if (host?.presence === 'absent') return as('absent')
  if (host === undefined || host.ranges === null) return as('unknown')
  const reason = host.ranges.unservable.get(egressId)
  if (reason !== undefined) return as('unservable', reason)
  return as(host.ranges.servedEgressIds.has(egressId) ? 'active' : 'standby')
}
