/** "Why can't A reach B?": what policy says, the way there hop by hop, the way back, or the first thing that stopped it. */
import { largeMapGet } from '../mesh/large-map.js'
import type { MeshState, TestEnd } from '../mesh/mesh-state.js'
import { type End, endsOf } from '../policy/end.js'
import { type PacketTraffic, type PolicyVerdict, policyAllows } from '../policy/index.js'
import { type IpAddress, ipFamilyOf, type NetworkId } from '../values/index.js'
import { finish } from './finish.js'
import type { Packet, PacketOrigin, Trace, TraceVerdict } from './packet.js'
import { type FlowMemory, tracePacket } from './trace-packet.js'
import { createTraceWorld, type TraceConditions, type TraceWorld } from './trace-world.js'

/** What is known of one flow from one address to another. */
export interface FlowExplanation {
  readonly source: IpAddress
  readonly destination: IpAddress
  readonly policy: PolicyVerdict
  readonly request: Trace
  /** `null` when the request didn't arrive, or leaves the mesh under another address. */
  readonly reply: Trace | null
  readonly works: boolean
}

/** Why two ends can or can't talk about something, in the network that both are in: what policy says, and where packets go. */
export interface Explanation {
  readonly networkId: NetworkId
  readonly from: TestEnd
  readonly to: TestEnd
  readonly traffic: PacketTraffic
  /** One for each family that both ends have; empty when there is none, or nobody of the mesh can begin there. */
  readonly flows: readonly FlowExplanation[]
}

/** `undefined` when an end isn't there, or both are in no common network. */
export const explain = (
  state: MeshState,
  from: TestEnd,
  to: TestEnd,
  traffic: PacketTraffic,
  conditions: TraceConditions = {},
): Explanation | undefined => finish(explainInSteps(state, from, to, traffic, conditions))

/** The same, a little at a time: for a server of a large mesh that has others to answer. */
export function* explainInSteps(
  state: MeshState,
  from: TestEnd,
  to: TestEnd,
  traffic: PacketTraffic,
  conditions: TraceConditions = {},
): Generator<undefined, Explanation | undefined> {
  const networkId = networkOf(state, from) ?? networkOf(state, to)
  const network = networkId === undefined ? undefined : largeMapGet(state.networks, networkId)
  if (networkId === undefined || network === undefined) return undefined
  const other = networkOf(state, to)
  if (other !== undefined && other !== networkId) return undefined
  const world = createTraceWorld(state, conditions)
  const flows: FlowExplanation[] = []
  for (const source of endsOf(state, network, from, to)) {
    const origin = originOf(state, source)
    for (const destination of endsOf(state, network, to, from)) {
      if (origin === undefined || ipFamilyOf(destination.address) !== ipFamilyOf(source.address)) continue
      const policy = policyAllows(state, networkId, source, destination, traffic)
      const packet = { source: source.address, destination: destination.address, traffic }
      flows.push(followed(world, origin, packet, policy))
      yield
    }
  }
  return { networkId, from, to, traffic, flows }
}

const networkOf = (state: MeshState, end: TestEnd): NetworkId | undefined => {
  if (end.kind === 'node') return largeMapGet(state.nodes, end.nodeId)?.networkId
  return end.kind === 'client' ? largeMapGet(state.clients, end.clientId)?.networkId : undefined
}

/** Where packets of an end come into the mesh, of an egress through its first router; `undefined`: out on the internet nobody begins. */
const originOf = (state: MeshState, end: End): PacketOrigin | undefined => {
  if (end.kind === 'client') return { kind: 'client', clientId: end.clientId }
  if (end.kind === 'internet') return undefined
  const nodeId = end.kind === 'node' ? end.nodeId : largeMapGet(state.egresses, end.egressId)?.routers[0]?.nodeId
  const hostId = nodeId && largeMapGet(state.nodes, nodeId)?.hostId
  return hostId && { kind: end.kind === 'node' ? 'host' : 'underlay', hostId }
}

const followed = (world: TraceWorld, origin: PacketOrigin, packet: Packet, policy: PolicyVerdict): FlowExplanation => {
  const flow: FlowMemory = new Set()
  const request = tracePacket(world, origin, packet, flow)
  const reply = replyTo(world, request, flow)
  const { source, destination } = packet
  const works = request.verdict.kind === 'delivered' && (reply === null || reply.verdict.kind === 'delivered')
  return { source, destination, policy, request, reply, works }
}

/** A masqueraded packet's answer comes back to the router, which knows the flow; it is not followed further out. */
const replyTo = (world: TraceWorld, { packet, verdict }: Trace, flow: FlowMemory): Trace | null => {
  const origin = answererOf(verdict)
  if (origin === undefined) return null
  const { source, destination, traffic } = packet
  return tracePacket(world, origin, { source: destination, destination: source, traffic }, flow)
}

const answererOf = (verdict: TraceVerdict): PacketOrigin | undefined => {
  if (verdict.kind !== 'delivered') return undefined
  switch (verdict.to.kind) {
    case 'node':
      return { kind: 'host', hostId: verdict.to.hostId }
    case 'client':
      return { kind: 'client', clientId: verdict.to.clientId }
    case 'egress':
    case 'internet':
      return { kind: 'underlay', hostId: verdict.to.hostId }
  }
}
