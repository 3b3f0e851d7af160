import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { lawRuns } from '../../test/law-runs.js'
import { busyStates, carriedStates, grownStates } from '../../test/reached-states.js'
import { membershipOf, viaOf } from '../host-config/member-roles.js'
import { isActiveGateway } from '../mesh/gateway-queries.js'
import { largeMapGet, largeMapKeys, largeMapValues } from '../mesh/large-map.js'
import { type MeshState, type Network, type Node, pairIdOf } from '../mesh/mesh-state.js'
import { type PacketTraffic, policyAllows } from '../policy/index.js'
import { type HostId, type IpAddress, ipFamilyOf } from '../values/index.js'
import type { PacketOrigin, Trace } from './packet.js'
import { type FlowMemory, tracePacket } from './trace-packet.js'
import { createTraceWorld, type TraceWorld } from './trace-world.js'

const traffics: readonly PacketTraffic[] = [
  { protocol: 'tcp', port: 443 },
  { protocol: 'udp', port: 53 },
  { protocol: 'icmp' },
]

/** Meshes that commands lead to, and ones with everything that carries traffic for others. */
const states = fc.oneof(grownStates, busyStates, carriedStates)

interface Pair {
  readonly network: Network
  readonly from: Node
  readonly to: Node
  readonly source: IpAddress
  readonly destination: IpAddress
}

/** Every two nodes of a network that take part, by each family that both have. */
function* pairsOf(state: MeshState): Generator<Pair> {
  for (const network of largeMapValues(state.networks)) {
    const nodes = [...largeMapKeys(network.members)].sort().flatMap((id) => membershipOf(state, id)?.node ?? [])
    for (const from of nodes)
      for (const to of nodes)
        for (const source of addressesOf(from))
          for (const destination of addressesOf(to))
            if (from !== to && ipFamilyOf(source) === ipFamilyOf(destination))
              yield { network, from, to, source, destination }
  }
}

const addressesOf = ({ address4, address6 }: Node): readonly IpAddress[] =>
  [address4, address6].filter((address): address is NonNullable<typeof address> => address !== null)

const policySays = (state: MeshState, { network, from, to, source, destination }: Pair, traffic: PacketTraffic) =>
  policyAllows(
    state,
    network.networkId,
    { kind: 'node', nodeId: from.nodeId, address: source },
    { kind: 'node', nodeId: to.nodeId, address: destination },
    traffic,
  ).allowed

const sent = (world: TraceWorld, origin: PacketOrigin, pair: Pair, traffic: PacketTraffic, flow?: FlowMemory): Trace =>
  tracePacket(world, origin, { source: pair.source, destination: pair.destination, traffic }, flow)

/** A host whose driver filters nothing lets everything in: its config says so. */
const enforces = (state: MeshState, hostId: HostId): boolean =>
  largeMapGet(state.hosts, hostId)?.capabilities.includes('filter') ?? false

/** Whether there is a way at all: a node, or a pair, whose gateways are all away or can't forward has none (a limit of paths). */
const haveWay = (state: MeshState, { network, from, to }: Pair): boolean => {
  const isCutOff = (node: Node) => {
    const membership = membershipOf(state, node.nodeId)
    return membership !== undefined && viaOf(state, membership)?.length === 0
  }
  const pair = largeMapGet(state.autoRelays, pairIdOf(from.nodeId, to.nodeId))
  const hasRelay = pair === undefined || pair.gatewayIds.some((nodeId) => isActiveGateway(state, network, nodeId))
  return hasRelay && !isCutOff(from) && !isCutOff(to)
}

const shown = (pair: Pair, traffic: PacketTraffic, trace: Trace) => ({
  from: pair.source,
  to: pair.destination,
  traffic,
  hops: trace.hops,
  verdict: trace.verdict,
})

describe('law 5: whoever policy allows is delivered, and nobody else', () => {
  test('between nodes, both ways, with replies', async () => {
    await fc.assert(
      fc.property(states, ({ state }) => {
        const world = createTraceWorld(state)
        for (const pair of pairsOf(state)) {
          if (!haveWay(state, pair)) continue
          for (const traffic of traffics) {
            const allowed = policySays(state, pair, traffic)
            const flow: FlowMemory = new Set()
            const trace = sent(world, { kind: 'host', hostId: pair.from.hostId }, pair, traffic, flow)
            const isDelivered = trace.verdict.kind === 'delivered'
            if (allowed && !isDelivered) expect(shown(pair, traffic, trace)).toBe('delivered')
            if (isDelivered && !allowed && enforces(state, pair.to.hostId))
              expect(shown(pair, traffic, trace)).toBe('not delivered')
            if (!isDelivered) continue
            const back = { ...pair, source: pair.destination, destination: pair.source, from: pair.to, to: pair.from }
            const reply = sent(world, { kind: 'host', hostId: pair.to.hostId }, back, traffic, flow)
            if (reply.verdict.kind !== 'delivered') expect(shown(back, traffic, reply)).toBe('delivered')
          }
        }
      }),
      lawRuns(0.6),
    )
  })

  test('also from a host that sends whatever its keys permit', async () => {
    await fc.assert(
      fc.property(states, ({ state }) => {
        const world = createTraceWorld(state)
        for (const pair of pairsOf(state)) {
          if (!enforces(state, pair.to.hostId)) continue
          for (const peer of world.viewOf(pair.from.hostId)?.config.peers.keys() ?? []) {
            for (const traffic of traffics) {
              if (policySays(state, pair, traffic)) continue
              const trace = sent(world, { kind: 'rogue-host', hostId: pair.from.hostId, peer }, pair, traffic)
              if (trace.verdict.kind === 'delivered') expect(shown(pair, traffic, trace)).toBe('not delivered')
            }
          }
        }
      }),
      lawRuns(0.6),
    )
  })
})
