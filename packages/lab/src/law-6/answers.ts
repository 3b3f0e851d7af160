/** What must come of one try, as the tracer says: who answers, and which address it sees. Pure. */
import {
  type ClientId,
  clientFile,
  type FlowMemory,
  type HostId,
  type HostView,
  type IpAddress,
  type IpPrefix,
  internetPathKey,
  ipFamilyOf,
  ipPrefix,
  largeMapGet,
  largeMapValues,
  type MeshState,
  type PacketOrigin,
  type PacketTraffic,
  prefixContainsAddress,
  prefixLength,
  type Trace,
  type TraceWorld,
  tracePacket,
} from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { type Asker, hostName, machineName, numberOf, phoneName } from './askers.js'
import { type Outside, webName } from './outside.js'
import { commonRanges, siteOf, siteRanges, virtualAddresses } from './sites.js'

export type Traffic = Extract<PacketTraffic, { readonly protocol: 'tcp' | 'udp' }> | { readonly protocol: 'icmp' }

/** What is sent. `Source` may be `null`: whichever address the kernel takes. */
export interface Packet<Source = IpAddress> {
  readonly source: Source
  readonly destination: IpAddress
  readonly traffic: Traffic
}

/** One try and what the tracer says of it. */
export interface Asked extends Packet<IpAddress | null> {
  readonly asker: string
  /** `null`: the mesh has no part in it. */
  readonly trace: Trace | null
  /** Who answers, and which addresses it may see; `null`: nobody. */
  readonly expected: Expected | null
}

export interface Expected {
  readonly name: string
  readonly sources: readonly IpAddress[]
}

/** From an address of the asker's. */
export function askedOf(world: TraceWorld, { name, origin }: Asker, packet: Packet, outside: Outside): Asked {
  // The tracer goes by addresses as the mesh sees them.
  const source = origin.kind === 'underlay' ? asSeen(world.state, origin.hostId, packet.source) : packet.source
  const memory: FlowMemory = new Set()
  const trace = tracePacket(world, origin, { ...packet, source }, memory)
  const isAnswered =
    sendsIt(world.state, origin, trace) && takesIt(world.state, trace) && comesBack(world, origin, trace, memory)
  const expected = isAnswered ? expectedOf(trace, source, outside) : null
  return { asker: name, ...packet, trace, expected: atOwnRouter(origin, packet, trace) ?? expected }
}

/** A machine that its own router lets in: the two speak over their LAN, by the addresses that they have there. */
const atOwnRouter = (origin: PacketOrigin, { source }: Packet, { verdict }: Trace): Expected | undefined =>
  origin.kind === 'underlay' &&
  verdict.kind === 'delivered' &&
  verdict.to.kind === 'node' &&
  verdict.to.hostId === origin.hostId
    ? { name: hostName(numberOf(origin.hostId)), sources: [source] }
    : undefined

/** To the internet, from whichever address the kernel takes: the tunnel's where all goes there, or the uplink's. */
export function freelyAsked(world: TraceWorld, asker: Asker, packet: Packet<null>, outside: Outside): readonly Asked[] {
  const { name, origin } = asker
  const uplink = outside.uplinksOf(name).find((each) => ipFamilyOf(each) === ipFamilyOf(packet.destination))
  if (uplink === undefined || origin.kind === 'underlay') return []
  if (origin.kind === 'client') {
    const isTunnelled = inFile(world.state, origin.clientId, packet.destination)
    const expected = { name: webName, sources: [uplink] }
    return isTunnelled ? [] : [{ asker: name, ...packet, trace: null, expected }]
  }
  const source = sourceTaken(world, origin.hostId, packet.destination) ?? uplink
  return [{ ...askedOf(world, asker, { ...packet, source }, outside), ...packet }]
}

/** The address that the kernel gives what takes the tunnel: by a route into the mesh, or by a full tunnel; `undefined`: it leaves outside. */
const sourceTaken = (world: TraceWorld, id: HostId, destination: IpAddress): IpAddress | undefined => {
  const view = world.viewOf(id)
  if (view === undefined || leavesOutside(world, id, destination)) return undefined
  const length = view.routes.longest(destination)?.length
  const route = view.config.routes.find(
    ({ prefix }) => prefixContainsAddress(prefix, destination) && prefixLength(prefix) === length,
  )
  return route?.preferredSource ?? tunnelAddress(view, destination)
}

const leavesOutside = (world: TraceWorld, id: HostId, destination: IpAddress): boolean => {
  const packet = { source: destination, destination, traffic: { protocol: 'icmp' as const } }
  return tracePacket(world, { kind: 'host', hostId: id }, packet).hops[0]?.action === 'left-outside'
}

const tunnelAddress = (view: HostView, destination: IpAddress): IpAddress | undefined => {
  const family = ipFamilyOf(destination)
  if (view.fullTunnel?.families.includes(family) !== true) return undefined
  const networkId = view.config.paths.get(internetPathKey)?.networkId
  const part = view.own.memberships.find((each) => each.networkId === networkId)
  return part?.addresses.find((each) => ipFamilyOf(each) === family)
}

/** Whether the answer finds its way to who asked. */
const comesBack = (
  world: TraceWorld,
  origin: PacketOrigin,
  { packet, verdict }: Trace,
  memory: FlowMemory,
): boolean => {
  if (verdict.kind !== 'delivered') return true
  const { to } = verdict
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

/** What its gateway would let out to the internet, a client's own WireGuard sends there only if its file says so. */
const sendsIt = (state: MeshState, origin: PacketOrigin, { packet, verdict }: Trace): boolean =>
  origin.kind !== 'client' ||
  verdict.kind !== 'delivered' ||
  verdict.to.kind !== 'internet' ||
  inFile(state, origin.clientId, packet.destination)

/** A client's own WireGuard takes what its file has a place for: a gateway's control address, or its address in another network, is none. */
const takesIt = (state: MeshState, { packet, verdict }: Trace): boolean =>
  verdict.kind !== 'delivered' || verdict.to.kind !== 'client' || inFile(state, verdict.to.clientId, packet.source)

/** Whether a client sends what is for an address into its tunnel, and takes out of it what comes from there. */
const inFile = (state: MeshState, clientId: ClientId, address: IpAddress): boolean => {
  const file = clientFile(state, clientId)
  if (E.isLeft(file)) return false
  const [, list = ''] = /^AllowedIPs = (.*)$/m.exec(file.right.text) ?? []
  const prefixes: readonly IpPrefix[] = list.split(', ').filter(Boolean).map(ipPrefix)
  return prefixes.some((prefix) => prefixContainsAddress(prefix, address))
}

/** Who shall answer. What leaves outside the tunnel meets the machine of the host's own LAN, or the web server, which knows no mesh. */
function expectedOf({ verdict, packet }: Trace, source: IpAddress, outside: Outside): Expected | null {
  if (verdict.kind === 'dropped') return null
  const isForWeb = outside.web.includes(packet.destination)
  if (verdict.kind === 'left-outside') {
    if (isForWeb) return atWeb(outside.uplinksOf(verdict.hostId).filter((each) => each === source))
    const site = siteOf(verdict.hostId, packet.destination)
    if (site?.router === packet.destination) return atRouter(verdict.hostId, source)
    return site?.machine === packet.destination
      ? { name: machineName(numberOf(verdict.hostId)), sources: [source] }
      : null
  }
  const { to } = verdict
  const seen = (addresses: readonly IpAddress[]) => (verdict.source === 'masqueraded' ? addresses : [verdict.source])
  if (to.kind === 'node') return { name: hostName(numberOf(to.hostId)), sources: seen([]) }
  if (to.kind === 'client') return { name: phoneName(to.clientId), sources: seen([]) }
  if (isForWeb) return verdict.source === 'masqueraded' ? atWeb(outside.uplinksOf(to.hostId)) : null
  const site = siteOf(to.hostId, to.address)
  // Who may use the internet by a gateway may not use the gateway itself.
  if (site?.router === to.address) return to.kind === 'internet' ? null : atRouter(to.hostId, source)
  if (site?.machine !== to.address) return null
  const routers = siteRanges(numberOf(to.hostId)).map(({ router }) => router)
  return { name: machineName(numberOf(to.hostId)), sources: seen(routers) }
}

/** A router's own address in its LAN: nothing goes out to the LAN, and nothing is masqueraded. */
const atRouter = (id: HostId, source: IpAddress): Expected => ({ name: hostName(numberOf(id)), sources: [source] })

const atWeb = (sources: readonly IpAddress[]): Expected | null =>
  sources.length === 0 ? null : { name: webName, sources }
