/**
 * F1, F4: the gateways of nodes that have an automatic one. The first complete figures after an assignment choose at once; from then on
 * another gateway must be better for a minute. A node that has moved by itself goes on doing so: of its list only standbys change,
 * when one has been silent for a minute or there are too few.
 */
import { type AutoUser, autoGatewayIds, autoUserOf } from '../mesh/commands/auto-gateway-list.js'
import { maxGateways, type PathEvidence } from '../mesh/gateway-codecs.js'
import { isInternetGateway } from '../mesh/gateway-queries.js'
import { largeMapGet, largeMapKeys } from '../mesh/large-map.js'
import type { Node, NodeRelay } from '../mesh/mesh-state.js'
import type { GatewayFigure } from '../protocol/observation.js'
import type { EpochMs, HostId, NodeId } from '../values/index.js'
import { bestOf, betterHome, type HomeWatch, type KnownGateway, watchHome } from './home-gateway.js'
import { countVotes, isOffline, isShunned } from './judge-gateways.js'
import { pathEvidence } from './path-evidence.js'
import type { Reacting } from './reacting.js'
import { unseenNode } from './reaction-memory.js'
import { reactionTimes } from './reaction-times.js'

export const takeFigures = (
  reacting: Reacting,
  hostId: HostId,
  figures: readonly GatewayFigure[],
  atEpochMs: EpochMs,
): void => {
  if (isOffline(figures)) return
  countVotes(reacting, hostId, figures)
  const state = reacting.state()
  for (const nodeId of largeMapGet(state.hosts, hostId)?.nodeIds ?? []) {
    const relay = largeMapGet(state.nodes, nodeId)?.relay
    const inUse = relay?.gatewayIds[0]
    if (relay?.mode !== 'auto' || inUse === undefined) continue
    const own = figures.filter(({ gatewayId }) => relay.gatewayIds.includes(gatewayId))
    if (own.length === 0) continue
    const watch = reacting.nodes.get(nodeId) ?? unseenNode
    reacting.nodes.put(nodeId, { ...watch, home: watchHome(watch.home ?? undefined, inUse, own, atEpochMs) })
    reacting.due.homes.add(nodeId)
  }
}

/** Nodes of a host that came wait for a gateway no longer than there is one. */
export const takeWaitingNodes = (reacting: Reacting, hostId: HostId): void => {
  const state = reacting.state()
  for (const nodeId of largeMapGet(state.hosts, hostId)?.nodeIds ?? []) {
    const relay = largeMapGet(state.nodes, nodeId)?.relay
    if (relay?.mode === 'auto' && relay.gatewayIds.length === 0) reacting.due.homes.add(nodeId)
  }
}

export const decideHome = (reacting: Reacting, nodeId: NodeId): void => {
  const state = reacting.state()
  const node = largeMapGet(state.nodes, nodeId)
  const user = node === undefined ? undefined : autoUserOf(state, node)
  if (node?.relay?.mode !== 'auto' || user === undefined) return
  const home = reacting.nodes.get(nodeId)?.home ?? null
  const gatewayIds = wantedGateways(reacting, { node, relay: node.relay, user, home })
  if (gatewayIds === undefined || gatewayIds.length === 0 || gatewayIds.join() === user.current.join()) return
  const evidence = homeEvidence(home, user.current[0], gatewayIds)
  reacting.give({ type: 'RankGateways', atEpochMs: reacting.nowEpochMs, nodeId, gatewayIds, evidence })
}

interface Choosing {
  readonly node: Node
  readonly relay: NodeRelay
  readonly user: AutoUser
  readonly home: HomeWatch | null
}

interface MeasuredChoosing extends Choosing {
  readonly home: HomeWatch
}

const wantedGateways = (reacting: Reacting, choosing: Choosing): readonly NodeId[] | undefined => {
  const { relay, home } = choosing
  const [inUse] = relay.gatewayIds
  if (inUse === undefined) return listOf(reacting, choosing, [])
  if (home === null || home.inUse !== inUse) return undefined
  const measured = { ...choosing, home }
  return (
    (relay.sequence === 0 ? (firstChoice(reacting, measured) ?? laterChoice(reacting, measured)) : undefined) ??
    withOtherStandbys(reacting, measured)
  )
}

/** What was assigned unmeasured is chosen anew, once, as soon as all of it is measured. */
const firstChoice = (reacting: Reacting, choosing: MeasuredChoosing): readonly NodeId[] | undefined => {
  const { node, relay, home } = choosing
  const { assignedAtEpochMs, gatewayIds } = relay
  const watch = reacting.nodes.get(node.nodeId) ?? unseenNode
  if (watch.settledFromEpochMs === assignedAtEpochMs) return undefined
  if (reacting.nowEpochMs - assignedAtEpochMs > reactionTimes.settlingMs) return undefined
  if (!gatewayIds.every((gatewayId) => home.known.has(gatewayId))) return undefined
  reacting.nodes.put(node.nodeId, { ...watch, settledFromEpochMs: assignedAtEpochMs })
  const isOffered = ({ figure }: KnownGateway) => !isShunned(reacting, figure.gatewayId)
  const offered = [...home.known.values()].filter(isOffered)
  return listOf(reacting, choosing, bestOf(offered, loadWithout(reacting, choosing)))
}

const laterChoice = (reacting: Reacting, choosing: MeasuredChoosing): readonly NodeId[] | undefined => {
  const { user, home } = choosing
  const rivals = { ...home, known: rivalsOf(reacting, choosing) }
  const loadOf = loadWithout(reacting, choosing)
  const better = betterHome(rivals, loadOf)
  if (better === undefined) return undefined
  const others = bestOf(home.known.values(), loadOf).filter((gatewayId) => gatewayId !== better)
  const list = listOf(reacting, choosing, [...new Set([better, ...others, ...user.current])])
  return list[0] === better ? list : undefined
}

/** With all traffic routed through an internet gateway, another one only is a rival (D8). */
const rivalsOf = (reacting: Reacting, { node, home }: MeasuredChoosing): HomeWatch['known'] => {
  const isExit = (gatewayId: NodeId) => isInternetGateway(reacting.state(), gatewayId)
  if (!node.routeAllTraffic || !isExit(home.inUse)) return home.known
  return new Map([...home.known].filter(([gatewayId]) => isExit(gatewayId)))
}

/** A standby that was silent for a minute gives way to one that is not, and an empty place is filled; else nothing changes. */
const withOtherStandbys = (reacting: Reacting, choosing: MeasuredChoosing): readonly NodeId[] | undefined => {
  const { user, home } = choosing
  const { current, network } = user
  const silent = silentStandbys(choosing)
  if (silent.length === 0 && current.length >= Math.min(maxGateways, network.gatewayIds.size)) return undefined
  const staying = current.filter((gatewayId) => !silent.includes(gatewayId))
  const list = listOf(reacting, choosing, staying)
  const isGain = (gatewayId: NodeId) => !current.includes(gatewayId) && !isShunned(reacting, gatewayId)
  return list[0] === home.inUse && list.some(isGain) ? list : undefined
}

const silentStandbys = ({ user, home }: MeasuredChoosing): readonly NodeId[] =>
  user.current.slice(1).filter((gatewayId) => {
    const since = home.known.get(gatewayId)?.silentSinceEpochMs ?? null
    return since !== null && home.measuredAtEpochMs - since >= reactionTimes.homeHoldMs
  })

/** The whole list: these in front, as far as the node may have them, then those with the fewest users. */
const listOf = (reacting: Reacting, { user, home }: Choosing, front: readonly NodeId[]): readonly NodeId[] => {
  const silent = [...(home?.known.values() ?? [])].filter(({ figure }) => figure.roundTripMs === null)
  const shunned = new Set([
    ...silent.map(({ figure }) => figure.gatewayId),
    ...[...largeMapKeys(user.network.gatewayIds)].filter((gatewayId) => isShunned(reacting, gatewayId)),
  ])
  return autoGatewayIds(reacting.state(), { ...user, current: front, shunned })
}

/** How many others use a gateway. */
const loadWithout =
  (reacting: Reacting, { relay }: Choosing) =>
  (gatewayId: NodeId): number =>
    (largeMapGet(reacting.state().gateways, gatewayId)?.usedBy ?? 0) - Number(relay.gatewayIds[0] === gatewayId)

const homeEvidence = (
  home: HomeWatch | null,
  inUse: NodeId | undefined,
  gatewayIds: readonly NodeId[],
): PathEvidence => {
  const known = home?.known ?? new Map<NodeId, KnownGateway>()
  const figures = [...known.values()].map(({ figure }) => figure)
  return pathEvidence(figures, inUse, gatewayIds)
}
