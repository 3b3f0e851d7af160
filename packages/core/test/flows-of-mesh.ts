/** Flows between all ends of a mesh, and which of them the mesh can carry while some hosts are gone. For law 5. */

import type { PacketOrigin, Trace, TraceVerdict } from '../src/explain/packet.js'
import { type FlowMemory, tracePacket } from '../src/explain/trace-packet.js'
import { createTraceWorld, type TraceWorld } from '../src/explain/trace-world.js'
import { membershipOf, viaOf } from '../src/host-config/member-roles.js'
import { activeRouters } from '../src/host-config/project-rules.js'
import { egressesOfNetwork, isInternetEgress } from '../src/mesh/egress-queries.js'
import { largeMapGet, largeMapKeys, largeMapValues } from '../src/mesh/large-map.js'
import type { MeshState, Network, Node } from '../src/mesh/mesh-state.js'
import type { End } from '../src/policy/end.js'
import { type PacketTraffic, policyAllows } from '../src/policy/index.js'
import { policiesOf } from '../src/policy/network-policies.js'
import {
  type HostId,
  type IpPrefix,
  ipFamilyOf,
  ipPrefix,
  type NetworkId,
  prefixContains,
  prefixContainsAddress,
} from '../src/values/index.js'
import { endsOfNetwork, haveWayBetween, isAlive, isSeenAs, type LivingMesh, type MeshEnd } from './ends-of-mesh.js'

/** Packets from one end to another of the same network and family. */
export interface Flow {
  readonly network: Network
  readonly from: MeshEnd
  readonly to: MeshEnd
}

/** Where packets are followed, and what is gone there. */
export interface FlowWorld extends LivingMesh {
  readonly trace: TraceWorld
}

/** Everybody alive has noticed who is gone, and has told everybody else what it chose because of that. */
export const flowWorldOf = ({ state, dead }: LivingMesh): FlowWorld => {
  const health = new Map([...dead].map((hostId) => [hostId, { state: 'down', roundTripMs: null } as const]))
  return { state, dead, trace: createTraceWorld(state, { dead, healthOf: () => health }) }
}

/** Hosts on which others depend: those of gateways and routers, by id. */
export const carryingHosts = (state: MeshState): readonly HostId[] => {
  const egresses = [...largeMapValues(state.egresses)]
  const nodeIds = [...largeMapKeys(state.gateways), ...egresses.flatMap((each) => each.routers.map((r) => r.nodeId))]
  return [...new Set(nodeIds.flatMap((nodeId) => largeMapGet(state.nodes, nodeId)?.hostId ?? []))].sort()
}

/** Every two ends of a network of one family that are not both carried by one host. */
export function* flowsOf(mesh: LivingMesh): Generator<Flow> {
  const { state } = mesh
  for (const network of largeMapValues(state.networks)) {
    const ends = endsOfNetwork(mesh, network)
    for (const from of ends)
      for (const to of ends)
        if (
          from !== to &&
          from.origin !== null &&
          ipFamilyOf(from.end.address) === ipFamilyOf(to.end.address) &&
          isSeenAs(state, network, from, to) &&
          isSeenAs(state, network, to, from)
        )
          yield { network, from, to }
  }
}

export const isAllowed = (state: MeshState, { network, from, to }: Flow, traffic: PacketTraffic): boolean =>
  policyAllows(state, network.networkId, from.end, to.end, traffic).allowed

export const send = (
  { trace }: FlowWorld,
  origin: PacketOrigin,
  { from, to }: Flow,
  traffic: PacketTraffic,
  flow?: FlowMemory,
): Trace => tracePacket(trace, origin, { source: from.end.address, destination: to.end.address, traffic }, flow)

type Delivered = Extract<TraceVerdict, { kind: 'delivered' }>

/**
 * A host may be an internet gateway and the router of an egress of /0: what either may carry, leaves there; and what is an address
 * beyond an egress of /0 for some, clients of an internet gateway reach through that. A host in two
 * networks that knows an address in neither sends there by the /0 of either: then it is that network's, and the host its node there.
 */
export const asItLeft = (state: MeshState, flow: Flow, { to }: Delivered): Flow => {
  const { end } = flow.to
  if (to.kind === 'internet' && end.kind === 'egress')
    return isExit(state, end) ? { ...flow, to: { ...flow.to, end: { kind: 'internet', address: end.address } } } : flow
  const egress = to.kind === 'egress' ? largeMapGet(state.egresses, to.egressId) : undefined
  if (egress === undefined) return flow
  const left: Flow = {
    ...flow,
    to: { ...flow.to, end: { kind: 'egress', egressId: egress.egressId, address: end.address } },
  }
  if (egress.networkId === flow.network.networkId) return end.kind === 'internet' ? left : flow
  const network = largeMapGet(state.networks, egress.networkId)
  const node = nodeOfHostIn(state, flow.from, egress.networkId)
  if (network === undefined || node === undefined) return flow
  return {
    ...left,
    network,
    from: { ...flow.from, end: { kind: 'node', nodeId: node.nodeId, address: flow.from.end.address } },
  }
}

const isExit = (state: MeshState, end: End): boolean => {
  const egress = end.kind === 'egress' ? largeMapGet(state.egresses, end.egressId) : undefined
  return egress !== undefined && isInternetEgress(egress)
}

const nodeOfHostIn = (state: MeshState, { end }: MeshEnd, networkId: NetworkId): Node | undefined => {
  const hostId = end.kind === 'node' ? largeMapGet(state.nodes, end.nodeId)?.hostId : undefined
  const nodeIds = (hostId && largeMapGet(state.hosts, hostId)?.nodeIds) ?? []
  return nodeIds
    .flatMap((nodeId) => largeMapGet(state.nodes, nodeId) ?? [])
    .find((node) => node.networkId === networkId)
}

/** Where the answer comes in: with masquerading at the router that the packet left by. */
export const answererOf = ({ to }: Delivered): PacketOrigin => {
  if (to.kind === 'client') return { kind: 'client', clientId: to.clientId }
  return { kind: to.kind === 'node' ? 'host' : 'underlay', hostId: to.hostId }
}

/** Who lets the last step happen. */
const enforcerOf = ({ state }: FlowWorld, { to }: Delivered): HostId | undefined => {
  if (to.kind !== 'client') return to.hostId
  const gatewayId = largeMapGet(state.clients, to.clientId)?.gatewayId
  return gatewayId === undefined ? undefined : largeMapGet(state.nodes, gatewayId)?.hostId
}

export const isEnforced = (world: FlowWorld, { verdict }: Trace): boolean => {
  const hostId = verdict.kind === 'delivered' ? enforcerOf(world, verdict) : undefined
  return hostId !== undefined && (world.trace.viewOf(hostId)?.config.filter.isEnforced ?? false)
}

/** What one needs to know to find out why. */
export const shown = (
  { state, dead }: FlowWorld,
  { network, from, to }: Flow,
  traffic: PacketTraffic,
  { hops, verdict }: Trace,
): string =>
  JSON.stringify({
    from: from.end,
    to: to.end,
    traffic,
    dead: [...dead],
    hops,
    verdict,
    everyoneAllowed: network.everyoneAllowed,
    policies: policiesOf(state, network).filter(({ enabled }) => enabled),
    egresses: egressesOfNetwork(state, network.networkId),
  })

/** Routers reach their ranges by their own LAN; clients of a second router's do so through it. */
const hasOwnWay = (state: MeshState, { end: { kind }, nodeId }: MeshEnd, { end, nodeId: routerId }: MeshEnd): boolean =>
  end.kind === 'egress' &&
  nodeId !== null &&
  (kind !== 'client' || nodeId !== routerId) &&
  (largeMapGet(state.nodes, nodeId)?.egressIds.includes(end.egressId) ?? false)

/** A gateway enforces what comes to its clients from others, a router what comes to its ranges from others: not what they make. */
export const isOwnTraffic = (state: MeshState, { from, to }: Flow): boolean =>
  from.end.kind === 'node' && ((to.end.kind === 'client' && from.nodeId === to.nodeId) || hasOwnWay(state, from, to))

/** With NAT each viewer chooses among the routers for itself: what such a site begins comes in by whichever one it likes. */
const isAnyRouters = (state: MeshState, end: End): boolean => {
  const egress = end.kind === 'egress' ? largeMapGet(state.egresses, end.egressId) : undefined
  return egress?.nat === true && egress.routers.length > 1
}

/**
 * A node with the other's address in its own LAN sends there (E7), and so does a router with what comes from its site; and what a host
 * routes itself, in whichever network, it reaches by its own links (E10).
 */
const keepsToItself = ({ state, trace }: FlowWorld, { end, nodeId }: MeshEnd, other: MeshEnd): boolean => {
  const isThere = nodeId !== null && (end.kind === 'node' || end.kind === 'egress')
  const hostId = isThere ? largeMapGet(state.nodes, nodeId)?.hostId : undefined
  const view = hostId === undefined ? undefined : trace.viewOf(hostId)
  const { address } = other.end
  const isAround = (prefix: IpPrefix) => prefixContainsAddress(prefix, address)
  if (view?.config.own.localPrefixes.some(isAround)) return true
  const egress = other.end.kind === 'egress' ? largeMapGet(state.egresses, other.end.egressId) : undefined
  const range = (egress?.virtualRanges ?? egress?.ranges ?? []).find(isAround)
  const isOwn = (own: IpPrefix) => range !== undefined && isAround(own) && prefixContains(range, own)
  return view?.routing.some(({ ranges }) => ranges.some(isOwn)) ?? false
}

/** Whichever router of several an answer comes to: where it routes the asker's range as well, it has no need of the mesh (E10). */
export const goesByOwnLinks = ({ trace }: FlowWorld, { packet, verdict }: Trace): boolean =>
  verdict.kind === 'left-outside' &&
  (trace.viewOf(verdict.hostId)?.routing ?? []).some(({ ranges }) =>
    ranges.some((range) => prefixContainsAddress(range, packet.destination)),
  )

/** A host in two networks has one way to a range that both have: its config says which of them is left out. */
export const isShadowed = ({ trace }: FlowWorld, { network, from, to }: Flow, { hops }: Trace): boolean =>
  hops.some(({ hostId }) =>
    trace.viewOf(hostId)?.config.refused.some(({ part, reason }) => {
      const [range = '', name] = /^(\S+) of network "(.*?)" is shadowed/.exec(reason)?.slice(1) ?? []
      if (part !== 'egress' || name !== network.name) return false
      return [from, to].some(({ end }) => end.kind === 'egress' && prefixContainsAddress(ipPrefix(range), end.address))
    }),
  )

/** Nobody can measure a relayed router: while one is gone, others go on believing what it said last. */
const hasSilentRouter = (world: FlowWorld, { end }: MeshEnd): boolean => {
  const egress = end.kind === 'egress' ? largeMapGet(world.state.egresses, end.egressId) : undefined
  if (egress === undefined) return false
  return activeRouters(world.state, egress).some(({ nodeId }) => {
    const membership = membershipOf(world.state, nodeId)
    return membership !== undefined && viaOf(world.state, membership) !== null && !isAlive(world, nodeId)
  })
}

/** Whether there is a way through the mesh: see the limits of paths. */
export const hasWay = (world: FlowWorld, { network, from, to }: Flow): boolean => {
  const { state } = world
  if (from.nodeId === null || to.nodeId === null) return false
  if (!haveWayBetween(world, network, from.nodeId, to.nodeId)) return false
  if (keepsToItself(world, from, to) || keepsToItself(world, to, from)) return false
  if (hasOwnWay(state, from, to) || hasOwnWay(state, to, from)) return false
  if (isAnyRouters(state, from.end) || hasSilentRouter(world, from) || hasSilentRouter(world, to)) return false
  return ![from, to].some(({ end }) => isExit(state, end))
}
