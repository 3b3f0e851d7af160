import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { endsOfNetwork, haveWayBetween, isSeenAs, type MeshEnd } from '../../test/ends-of-mesh.js'
import { lawRuns } from '../../test/law-runs.js'
import { busyStates, carriedStates } from '../../test/reached-states.js'
import { egressesOfNetwork, isInternetEgress } from '../mesh/egress-queries.js'
import { largeMapGet, largeMapValues } from '../mesh/large-map.js'
import type { MeshState, Network } from '../mesh/mesh-state.js'
import type { End } from '../policy/end.js'
import { type PacketTraffic, policyAllows } from '../policy/index.js'
import { policiesOf } from '../policy/network-policies.js'
import { ipFamilyOf, ipPrefix, prefixContainsAddress } from '../values/index.js'
import { createTraceWorld, type TraceWorld } from './host-view.js'
import type { PacketOrigin, Trace, TraceVerdict } from './packet.js'
import { type FlowMemory, tracePacket } from './trace-packet.js'

const traffics: readonly PacketTraffic[] = [{ protocol: 'tcp', port: 443 }, { protocol: 'icmp' }]

const states = fc.oneof(busyStates, carriedStates)

interface Flow {
  readonly network: Network
  readonly from: MeshEnd
  readonly to: MeshEnd
}

/** Every two ends of a network of one family that are not both carried by one host. */
function* flowsOf(state: MeshState): Generator<Flow> {
  for (const network of largeMapValues(state.networks)) {
    const ends = endsOfNetwork(state, network)
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

const allowed = (state: MeshState, { network, from, to }: Flow, traffic: PacketTraffic): boolean =>
  policyAllows(state, network.networkId, from.end, to.end, traffic).allowed

const send = (world: TraceWorld, origin: PacketOrigin, { from, to }: Flow, traffic: PacketTraffic, flow?: FlowMemory) =>
  tracePacket(world, origin, { source: from.end.address, destination: to.end.address, traffic }, flow)

/** A host may be an internet gateway and the router of an egress of /0: what either may carry, leaves there. */
const asItLeft = (flow: Flow, { to }: Extract<TraceVerdict, { kind: 'delivered' }>): Flow => {
  const { end } = flow.to
  if (end.kind !== 'internet' || to.kind !== 'egress') return flow
  return { ...flow, to: { ...flow.to, end: { kind: 'egress', egressId: to.egressId, address: end.address } } }
}

/** Where the answer comes in: with masquerading at the router that the packet left by. */
const answererOf = ({ to }: Extract<TraceVerdict, { kind: 'delivered' }>): PacketOrigin => {
  if (to.kind === 'client') return { kind: 'client', clientId: to.clientId }
  return { kind: to.kind === 'node' ? 'host' : 'underlay', hostId: to.hostId }
}

/** Who lets the last step happen. */
const enforcerOf = (world: TraceWorld, { to }: Extract<TraceVerdict, { kind: 'delivered' }>) => {
  const { state } = world
  if (to.kind !== 'client') return to.hostId
  const gatewayId = largeMapGet(state.clients, to.clientId)?.gatewayId
  return gatewayId === undefined ? undefined : largeMapGet(state.nodes, gatewayId)?.hostId
}

const isEnforced = (world: TraceWorld, { verdict }: Trace): boolean => {
  const hostId = verdict.kind === 'delivered' ? enforcerOf(world, verdict) : undefined
  return hostId !== undefined && (world.viewOf(hostId)?.config.filter.isEnforced ?? false)
}

/** What one needs to know to find out why. */
const shown = (state: MeshState, { network, from, to }: Flow, traffic: PacketTraffic, { hops, verdict }: Trace) =>
  JSON.stringify({
    from: from.end,
    to: to.end,
    traffic,
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
const isOwnTraffic = (state: MeshState, { from, to }: Flow): boolean =>
  from.end.kind === 'node' && ((to.end.kind === 'client' && from.nodeId === to.nodeId) || hasOwnWay(state, from, to))

/** With NAT each viewer chooses among the routers for itself: what such a site begins comes in by whichever one it likes. */
const isAnyRouters = (state: MeshState, end: End): boolean => {
  const egress = end.kind === 'egress' ? largeMapGet(state.egresses, end.egressId) : undefined
  return egress?.nat === true && egress.routers.length > 1
}

/** A node with the other's address in its own LAN sends there (E7). */
const keepsToItself = (state: MeshState, world: TraceWorld, node: MeshEnd, other: MeshEnd): boolean => {
  const hostId = node.end.kind === 'node' ? largeMapGet(state.nodes, node.end.nodeId)?.hostId : undefined
  const local = (hostId && world.viewOf(hostId)?.config.own.localPrefixes) ?? []
  return local.some((prefix) => prefixContainsAddress(prefix, other.end.address))
}

/** A host in two networks has one way to a range that both have: its config says which of them is left out. */
const isShadowed = (world: TraceWorld, { network, from, to }: Flow, { hops }: Trace): boolean =>
  hops.some(({ hostId }) =>
    world.viewOf(hostId)?.config.refused.some(({ part, reason }) => {
      const [range = '', name] = /^(\S+) of network "(.*?)" is shadowed/.exec(reason)?.slice(1) ?? []
      if (part !== 'egress' || name !== network.name) return false
      return [from, to].some(({ end }) => end.kind === 'egress' && prefixContainsAddress(ipPrefix(range), end.address))
    }),
  )

/** Whether there is a way through the mesh: see the limits of paths. */
const hasWay = (state: MeshState, world: TraceWorld, { network, from, to }: Flow): boolean => {
  if (from.nodeId === null || to.nodeId === null) return false
  if (!haveWayBetween(state, network, from.nodeId, to.nodeId)) return false
  if (keepsToItself(state, world, from, to) || keepsToItself(state, world, to, from)) return false
  if (hasOwnWay(state, from, to) || hasOwnWay(state, to, from)) return false
  if (isAnyRouters(state, from.end)) return false
  return ![from, to].some(({ end }) => {
    const egress = end.kind === 'egress' ? largeMapGet(state.egresses, end.egressId) : undefined
    return egress !== undefined && isInternetEgress(egress)
  })
}

describe('law 5, for everything that packets begin at and go to', () => {
  test('what is delivered, policy allows', () => {
    fc.assert(
      fc.property(states, ({ state }) => {
        const world = createTraceWorld(state)
        for (const flow of flowsOf(state)) {
          for (const traffic of traffics) {
            const trace = send(world, flow.from.origin as PacketOrigin, flow, traffic)
            if (trace.verdict.kind !== 'delivered' || !isEnforced(world, trace)) continue
            if (isOwnTraffic(state, flow)) continue
            if (allowed(state, flow, traffic) || allowed(state, asItLeft(flow, trace.verdict), traffic)) continue
            expect(shown(state, flow, traffic, trace)).toBe('not delivered')
          }
        }
      }),
      lawRuns(0.5),
    )
  })

  test('what policy allows is delivered, and answered', () => {
    fc.assert(
      fc.property(states, ({ state }) => {
        const world = createTraceWorld(state)
        for (const flow of flowsOf(state)) {
          if (!hasWay(state, world, flow)) continue
          for (const traffic of traffics) {
            if (!allowed(state, flow, traffic)) continue
            const memory: FlowMemory = new Set()
            const trace = send(world, flow.from.origin as PacketOrigin, flow, traffic, memory)
            if (trace.verdict.kind !== 'delivered') {
              if (!isShadowed(world, flow, trace)) expect(shown(state, flow, traffic, trace)).toBe('delivered')
              continue
            }
            const back = { ...flow, from: flow.to, to: flow.from }
            const reply = send(world, answererOf(trace.verdict), back, traffic, memory)
            if (reply.verdict.kind !== 'delivered' && !isShadowed(world, back, reply))
              expect(shown(state, back, traffic, reply)).toBe('answered')
          }
        }
      }),
      lawRuns(0.5),
    )
  })
})
