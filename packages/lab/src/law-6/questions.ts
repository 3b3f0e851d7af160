/** Everything that is tried in a topology, and what the tracer says must come of it. Pure. */
import {
  createTraceWorld,
  type FlowMemory,
  type HostId,
  type IpAddress,
  ipFamilyOf,
  largeMapGet,
  largeMapValues,
  type MeshState,
  type PacketOrigin,
  type PacketTraffic,
  prefixContainsAddress,
  type Trace,
  type TraceWorld,
  tracePacket,
} from '@meshfold/core'
import {
  type Asker,
  askersOf,
  controlAddresses,
  everyAddress,
  hostIds,
  hostName,
  machineName,
  nodeAddresses,
  numberOf,
  phoneName,
} from './askers.js'
import { commonRanges, type SiteRange, siteRanges, virtualAddresses } from './sites.js'

/** Ports on which everybody answers. */
export const answeredPorts = [80, 443] as const

/** One try and what the tracer says of it. */
export interface Asked {
  readonly asker: string
  readonly source: IpAddress
  readonly destination: IpAddress
  readonly traffic: Traffic
  readonly trace: Trace
  /** Who answers, and which addresses it may see; `null`: nobody. */
  readonly expected: Expected | null
}

export type Traffic = Extract<PacketTraffic, { readonly protocol: 'tcp' | 'udp' }> | { readonly protocol: 'icmp' }

export interface Expected {
  readonly name: string
  readonly sources: readonly IpAddress[]
}

const traffics: readonly Traffic[] = [
  ...answeredPorts.flatMap((port) => [{ protocol: 'tcp', port } as const, { protocol: 'udp', port } as const]),
  { protocol: 'icmp' },
]

/** Every source with every destination of its family, with all traffic; what a host asks itself is left out. */
export function questionsOf(state: MeshState, hosts: number): readonly Asked[] {
  const world = createTraceWorld(state)
  const destinations = everyAddress(state, hosts)
  return askersOf(state, hosts).flatMap((asker) =>
    asker.addresses.flatMap((source) =>
      destinations
        .filter((each) => ipFamilyOf(each) === ipFamilyOf(source) && !isOwn(state, asker, each))
        .flatMap((destination) =>
          traffics
            .filter(({ protocol }) => protocol !== 'icmp' || !isControl(state, hosts, source))
            .map((traffic) => askedOf(world, asker, { source, destination, traffic })),
        ),
    ),
  )
}

const isControl = (state: MeshState, hosts: number, address: IpAddress): boolean =>
  hostIds(hosts).some((id) => controlAddresses(state, id).includes(address))

/**
 * What no question is about: who asks itself, what a machine asks its neighbours, and what it asks its own router. That comes in by an
 * interface which is not the mesh's, and is none of the driver's business.
 */
const isOwn = (state: MeshState, { addresses, origin }: Asker, destination: IpAddress): boolean =>
  addresses.includes(destination) ||
  (origin.kind !== 'client' &&
    [...nodeAddresses(state, origin.hostId), ...controlAddresses(state, origin.hostId)].includes(destination)) ||
  (origin.kind === 'underlay' && siteOf(origin.hostId, destination) !== undefined)

function askedOf(
  world: TraceWorld,
  { name, origin }: Asker,
  packet: Pick<Asked, 'source' | 'destination' | 'traffic'>,
): Asked {
  // The tracer goes by addresses as the mesh sees them.
  const source = origin.kind === 'underlay' ? asSeen(world.state, origin.hostId, packet.source) : packet.source
  const memory: FlowMemory = new Set()
  const trace = tracePacket(world, origin, { ...packet, source }, memory)
  const isAnswered = takesIt(world.state, trace) && comesBack(world, origin, trace, memory)
  const expected = isAnswered ? expectedOf(trace, source) : null
  return { asker: name, ...packet, trace, expected }
}

/**
 * Whether the answer finds its way to who asked: a host whose own LAN has the asker's address sends it there (E7), and so does a router
 * whose range is called otherwise in the mesh while another site is called by the same addresses (E8 wants both of them virtual).
 */
const comesBack = (
  world: TraceWorld,
  origin: PacketOrigin,
  { packet, verdict }: Trace,
  memory: FlowMemory,
): boolean => {
  if (verdict.kind !== 'delivered') return true
  const { to } = verdict
  if (to.kind === 'egress' && siteOf(to.hostId, packet.source) !== undefined) return false
  const answerer: PacketOrigin =
    to.kind === 'client'
      ? { kind: 'client', clientId: to.clientId }
      : { kind: to.kind === 'node' ? 'host' : 'underlay', hostId: to.hostId }
  const answer = { ...packet, source: packet.destination, destination: packet.source }
  const back = tracePacket(world, answerer, answer, memory).verdict
  if (back.kind !== 'delivered') return false
  if (origin.kind === 'client') return back.to.kind === 'client' && back.to.clientId === origin.clientId
  const kind = origin.kind === 'underlay' ? 'egress' : 'node'
  return back.to.kind === kind && back.to.hostId === origin.hostId
}

/** What a machine's address is called in the mesh: another where its router maps the LAN. */
const asSeen = (state: MeshState, id: HostId, address: IpAddress): IpAddress => {
  const at = commonRanges.findIndex(({ machine }) => machine === address)
  const nodeIds = largeMapGet(state.hosts, id)?.nodeIds ?? []
  const isMapped = [...largeMapValues(state.egresses)].some(
    ({ virtualRanges, routers }) => virtualRanges !== null && routers.some(({ nodeId }) => nodeIds.includes(nodeId)),
  )
  return (isMapped ? virtualAddresses(numberOf(id))[at] : undefined) ?? address
}

/** A client's own WireGuard takes what its file has a place for: a gateway's control address, or its address in another network, is none. */
const takesIt = (state: MeshState, { packet, verdict }: Trace): boolean => {
  if (verdict.kind !== 'delivered' || verdict.to.kind !== 'client') return true
  const networkId = largeMapGet(state.clients, verdict.to.clientId)?.networkId
  return [...largeMapValues(state.hosts)].every((host) => {
    if (controlAddresses(state, host.hostId).includes(packet.source)) return false
    const nodes = host.nodeIds.flatMap((each) => largeMapGet(state.nodes, each) ?? [])
    const node = nodes.find(({ address4, address6 }) => address4 === packet.source || address6 === packet.source)
    return node === undefined || node.networkId === networkId
  })
}

/** Who shall answer. What leaves outside the tunnel meets nobody but the machine of the host's own LAN. */
function expectedOf({ verdict, packet }: Trace, source: IpAddress): Expected | null {
  if (verdict.kind === 'dropped') return null
  if (verdict.kind === 'left-outside') {
    const site = siteOf(verdict.hostId, packet.destination)
    return site?.machine === packet.destination
      ? { name: machineName(numberOf(verdict.hostId)), sources: [source] }
      : null
  }
  const { to } = verdict
  const seen = (addresses: readonly IpAddress[]) => (verdict.source === 'masqueraded' ? addresses : [verdict.source])
  if (to.kind === 'node') return { name: hostName(numberOf(to.hostId)), sources: seen([]) }
  if (to.kind === 'client') return { name: phoneName(to.clientId), sources: seen([]) }
  if (to.kind === 'internet') return null
  const site = siteOf(to.hostId, to.address)
  if (site?.machine !== to.address) return null
  const routers = siteRanges(numberOf(to.hostId)).map(({ router }) => router)
  return { name: machineName(numberOf(to.hostId)), sources: seen(routers) }
}

/** The LAN of a host that has the address. */
const siteOf = (id: HostId, address: IpAddress): SiteRange | undefined =>
  siteRanges(numberOf(id)).find(({ prefix }) => prefixContainsAddress(prefix, address))
