/**
 * What follows when a host's driver can do less than it could, or more: a report of its agent, which is a fact and never refused. A gateway
 * that can't forward is away (B1), an internet gateway that can't masquerade leads nowhere (D1); both are what they were once they can
 * again. See docs/decisions/2026-11-21-gateways-that-cannot-forward.md.
 */
import type { EpochMs, NodeId } from '../../values/index.js'
import { canForward, canLead, nodesRelayedBy } from '../gateway-queries.js'
import { largeMapHas } from '../large-map.js'
import type { Host } from '../mesh-state.js'
import { welcomeGateway } from './auto-gateways.js'
import { leaveAbsentGateway } from './gateway-departure.js'
import { moveToOtherExit } from './internet-gateway-rules.js'
import type { Unfolding } from './unfolding.js'

type Abilities = Pick<Host, 'system' | 'capabilities'>

/** Before the host has these abilities: automatic nodes and pairs leave gateways that they cost. */
export const leaveUnableGateways = (unfolding: Unfolding, host: Host, wanted: Abilities, atEpochMs: EpochMs): void => {
  const { nodeIds } = host
  for (const gatewayId of [...nodeIds].filter((nodeId) => largeMapHas(unfolding.state().gateways, nodeId)).sort())
    if (canForward(host) && !canForward(wanted)) leaveAbsentGateway(unfolding, gatewayId, atEpochMs)
    else if (canLead(host) && !canLead(wanted)) findOtherExits(unfolding, gatewayId, atEpochMs)
}

/** After it: gateways that can again come to those in need. */
export const welcomeAbleGateways = (unfolding: Unfolding, host: Host, wanted: Abilities, atEpochMs: EpochMs): void => {
  if (!(canForward(wanted) && !canForward(host)) && !(canLead(wanted) && !canLead(host))) return
  for (const nodeId of [...host.nodeIds].sort()) welcomeGateway(unfolding, nodeId, atEpochMs)
}

/** Of automatic nodes that send everything there; the others keep it, as a gateway. */
const findOtherExits = (unfolding: Unfolding, gatewayId: NodeId, atEpochMs: EpochMs): void => {
  for (const node of nodesRelayedBy(unfolding.state(), gatewayId))
    if (node.routeAllTraffic) moveToOtherExit(unfolding, node, gatewayId, atEpochMs)
}
