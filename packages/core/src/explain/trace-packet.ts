/**
 * Follows one packet through the mesh, host by host, as the projected configs would carry it: routes, WireGuard's table of peers out
 * and in, local or forward, filters, translation. It models no MTU, port translation, foreign rules, ICMP errors or multicast.
 */
import { largeMapGet } from '../mesh/large-map.js'
import {
  type EgressId,
  type HostId,
  type IpAddress,
  ipFamilyOf,
  mapAddress,
  prefixContainsAddress,
} from '../values/index.js'
import { acceptingForward, acceptingInput, isBeyondMesh, isRemembered } from './filter-decision.js'
import type { HostView, RoutedRange } from './host-view.js'
import { keepsLocal, leadsOutOfMesh, ownRangeLength } from './keeps-local.js'
import type {
  Destination,
  DropReason,
  Packet,
  PacketOrigin,
  SourceAsSeen,
  Trace,
  TraceHop,
  TraceVerdict,
} from './packet.js'
import { type PeerRef, samePeer } from './peer-table.js'
import type { TraceWorld } from './trace-world.js'

/** Hosts that let a flow's first packet pass by a rule that remembers it: replies pass there as well. */
export type FlowMemory = Set<HostId>

/** More hosts than any path has: two gateways at most stand between two ends. */
const hopLimit = 8

/** Without `flow` the packet is nobody's reply. With it, what rules remember is added, and what they remembered is let through. */
export const tracePacket = (
  world: TraceWorld,
  origin: PacketOrigin,
  packet: Packet,
  flow: FlowMemory = new Set(),
): Trace => new Tracing(world, packet, flow).run(origin)

type From = PeerRef | 'underlay' | null

class Tracing {
  readonly #world: TraceWorld
  readonly #flow: FlowMemory
  /** Hosts that knew the flow before this packet. What they remember of this one makes no reply of it. */
  readonly #knownAt: ReadonlySet<HostId>
  readonly #hops: TraceHop[] = []
  #packet: Packet

  constructor(world: TraceWorld, packet: Packet, flow: FlowMemory) {
    this.#world = world
    this.#packet = packet
    this.#flow = flow
    this.#knownAt = new Set(flow)
  }

  run(origin: PacketOrigin): Trace {
    const packet = this.#packet
    const verdict = this.#begin(origin)
    return { packet, hops: this.#hops, verdict }
  }

  #begin(origin: PacketOrigin): TraceVerdict {
    switch (origin.kind) {
      case 'host':
        return this.#walk(origin.hostId, null)
      case 'rogue-host':
        return this.#over(origin.hostId, origin.peer)
      case 'underlay':
        return this.#walk(origin.hostId, 'underlay')
      case 'client': {
        const { clientId } = origin
        const gatewayId = largeMapGet(this.#world.state.clients, clientId)?.gatewayId
        const hostId = gatewayId && largeMapGet(this.#world.state.nodes, gatewayId)?.hostId
        if (hostId === undefined) return { kind: 'dropped', hostId: '' as HostId, reason: 'host-down' }
        if (this.#world.viewOf(hostId)?.hasClient(clientId) !== true) return this.#drop(hostId, null, 'not-a-peer')
        return this.#walk(hostId, { kind: 'client', clientId })
      }
    }
  }

  /** From one host into the tunnel to another. */
  #over(from: HostId, to: HostId): TraceVerdict {
    if (this.#hops.length >= hopLimit) return this.#drop(to, null, 'hop-limit')
    if (this.#world.conditions.reaches?.(from, to) === false) return this.#drop(from, null, 'no-underlay-path')
    const view = this.#alive(to)
    if (view === undefined) return this.#drop(to, { kind: 'host', hostId: from }, 'host-down')
    if (!view.isPeer(from)) return this.#drop(to, { kind: 'host', hostId: from }, 'not-a-peer')
    return this.#walk(to, { kind: 'host', hostId: from })
  }

  #alive(hostId: HostId): HostView | undefined {
    return this.#world.conditions.dead?.has(hostId) === true ? undefined : this.#world.viewOf(hostId)
  }

  #walk(hostId: HostId, from: From): TraceVerdict {
    const view = this.#alive(hostId)
    if (view === undefined) return this.#drop(hostId, from, 'host-down')
    const { source, destination } = this.#packet
    if (from !== null && from !== 'underlay') {
      const owner = view.peers.longest(source)?.value
      if (owner === undefined || !samePeer(owner, from)) return this.#drop(hostId, from, 'source-not-of-peer')
    }
    const isControl = view.controlAddresses.has(destination)
    if (isControl && !this.#knownAt.has(hostId)) return this.#drop(hostId, from, 'control-address')
    if (isControl || view.ownAddresses.has(destination)) return this.#input(hostId, view, from)
    return from === null ? this.#send(hostId, view) : this.#forward(hostId, view, from)
  }

  #input(hostId: HostId, view: HostView, from: From): TraceVerdict {
    const { destination, source } = this.#packet
    const part = view.own.memberships.find(({ addresses }) => addresses.includes(destination))
    const delivered = (why: string): TraceVerdict => {
      this.#note(hostId, from, 'delivered', why)
      const to: Destination = { kind: 'node', nodeId: part?.nodeId ?? ('' as never), hostId }
      return { kind: 'delivered', to, source }
    }
    if (from === null) return delivered('it is its own')
    if (!view.filter.isEnforced) return delivered('its driver filters nothing')
    if (this.#knownAt.has(hostId)) return delivered('it answers what was let out')
    if (from === 'underlay') {
      // Not by the mesh: from a range that the host routes, any that it lies in, since nothing has mapped it yet.
      const [beside] = view
        .namesOf(source)
        .flatMap((name) => acceptingForward(view, { ...this.#packet, source: name }, 'underlay-to-mesh') ?? [])
      return beside === undefined ? this.#drop(hostId, from, 'input-filter') : delivered(byPolicy(beside.policyId))
    }
    const rule = acceptingInput(view, this.#packet)
    return rule === undefined ? this.#drop(hostId, from, 'input-filter') : delivered(byPolicy(rule.policyId))
  }

  /** What a host makes itself: what it routes first, and its own LAN, where that is nearer. */
  #send(hostId: HostId, view: HostView): TraceVerdict {
    const { destination } = this.#packet
    this.#flow.add(hostId)
    const route = view.routes.longest(destination)
    const local = view.localPrefixes.longest(destination)
    const ownLength = ownRangeLength(view, destination)
    const isOwn = ownLength > 0 && ownLength >= (route?.length ?? 0)
    if (route !== undefined && route.length >= (local?.length ?? 0) && !isOwn) return this.#toPeer(hostId, view, null)
    const { fullTunnel } = view
    if (fullTunnel === null || !fullTunnel.families.includes(ipFamilyOf(destination))) return this.#leave(hostId, null)
    if (local !== undefined && fullTunnel.settings.localNetwork === 'outside') return this.#leave(hostId, null)
    if (fullTunnel.outsidePrefixes.some((prefix) => prefixContainsAddress(prefix, destination)))
      return this.#leave(hostId, null)
    if (view.peers.longest(destination) !== undefined) return this.#toPeer(hostId, view, null)
    return fullTunnel.settings.whenGatewayGone === 'allow'
      ? this.#leave(hostId, null)
      : this.#drop(hostId, null, 'fail-closed')
  }

  /** What others sent: the mesh goes before the host's own LAN, but for ranges that it routes. */
  #forward(hostId: HostId, view: HostView, from: PeerRef | 'underlay'): TraceVerdict {
    if (!view.own.capabilities.includes('forward')) return this.#drop(hostId, from, 'not-forwarding')
    const { destination } = this.#packet
    if (from === 'underlay' && keepsLocal(view, destination)) return this.#leave(hostId, from)
    const peer = view.peers.longest(destination)
    const range = from === 'underlay' ? undefined : view.routedRanges.longest(destination)
    // A route into the tunnel that is longer than the range goes before it, whether a peer is there or not.
    const route = view.forwardRoutes.longest(destination)
    const isOwn = range !== undefined && !(range.value.isAnothers && range.length === peer?.length)
    if (isOwn && range.length >= Math.max(peer?.length ?? 0, route?.length ?? 0))
      return this.#toRange(hostId, view, from, range.value)
    const isToInternet = from !== 'underlay' && isBeyondMesh(view, destination) && isInternetGateway(view)
    if (isToInternet && (peer === undefined || peer.length === 0)) return this.#toInternet(hostId, view, from)
    // What the host doesn't route, its filter keeps in the mesh.
    if (from !== 'underlay' && leadsOutOfMesh(view, destination))
      return view.filter.isEnforced ? this.#drop(hostId, from, 'forward-filter') : this.#leave(hostId, from)
    if (peer === undefined) return this.#drop(hostId, from, 'no-peer')
    const direction = from === 'underlay' ? 'underlay-to-mesh' : 'mesh-to-mesh'
    const why = this.#passes(hostId, view, direction)
    return why === undefined ? this.#drop(hostId, from, 'forward-filter') : this.#toPeer(hostId, view, from, why)
  }

  /** Why the filter lets it pass; `undefined`: it doesn't. */
  #passes(
    hostId: HostId,
    view: HostView,
    direction: 'mesh-to-mesh' | 'mesh-to-underlay' | 'underlay-to-mesh',
  ): string | undefined {
    if (!view.filter.isEnforced) return 'its driver filters nothing'
    if (this.#knownAt.has(hostId)) return 'it answers what was let through'
    const rule = acceptingForward(view, this.#packet, direction)
    if (rule === undefined) return undefined
    if (isRemembered(view, rule, this.#packet)) this.#flow.add(hostId)
    return byPolicy(rule.policyId)
  }

  #toRange(hostId: HostId, view: HostView, from: From, range: RoutedRange): TraceVerdict {
    const why = this.#passes(hostId, view, 'mesh-to-underlay')
    if (why === undefined) return this.#drop(hostId, from, 'forward-filter')
    // Translated is what begins: of a flow that went through this host into the mesh nothing is any more when it comes back, unless it got
    // another source here, and so is another flow.
    const isSameFlow = this.#hops.some((hop) => hop.hostId === hostId) && !isMapped(view, this.#packet.source)
    if (isSameFlow && isVirtual(range)) return this.#drop(hostId, from, 'hop-limit')
    const address = mapped(this.#packet.destination, range)
    this.#note(hostId, from, 'delivered', why)
    const { source: own } = this.#packet
    const source: SourceAsSeen = view.isMasqueraded(own, address) ? 'masqueraded' : own
    return {
      kind: 'delivered',
      to: { kind: 'egress', egressId: egressOf(this.#world, hostId, range), hostId, address },
      source,
    }
  }

  #toInternet(hostId: HostId, view: HostView, from: From): TraceVerdict {
    const why = this.#passes(hostId, view, 'mesh-to-underlay')
    if (why === undefined) return this.#drop(hostId, from, 'forward-filter')
    this.#note(hostId, from, 'delivered', why)
    const to: Destination = { kind: 'internet', hostId, address: this.#packet.destination }
    return { kind: 'delivered', to, source: 'masqueraded' }
  }

  #toPeer(hostId: HostId, view: HostView, from: From, why: string | null = null): TraceVerdict {
    const peer = view.peers.longest(this.#packet.destination)?.value
    if (peer === undefined) return this.#drop(hostId, from, 'no-peer')
    this.#note(hostId, from, from === null ? 'sent' : 'forwarded', why)
    if (peer.kind === 'host') return this.#over(hostId, peer.hostId)
    return { kind: 'delivered', to: { kind: 'client', clientId: peer.clientId }, source: this.#packet.source }
  }

  #leave(hostId: HostId, from: From): TraceVerdict {
    this.#note(hostId, from, 'left-outside', null)
    return { kind: 'left-outside', hostId }
  }

  #drop(hostId: HostId, from: From, reason: DropReason): TraceVerdict {
    this.#note(hostId, from, 'dropped', reason)
    return { kind: 'dropped', hostId, reason }
  }

  #note(hostId: HostId, from: From, action: TraceHop['action'], why: string | null): void {
    const origin = from === null || from === 'underlay' ? from : from.kind === 'host' ? from.hostId : from.clientId
    this.#hops.push({ hostId, from: origin, action, why })
  }
}

const byPolicy = (policyId: string | null): string => (policyId === null ? 'everyone may' : `policy ${policyId}`)

const isInternetGateway = (view: HostView): boolean => view.own.memberships.some((part) => part.isInternetGateway)

/** Whether the host gives this address to what comes out of a range that it routes. */
const isMapped = (view: HostView, address: IpAddress): boolean => {
  const range = view.routedRanges.longest(address)?.value
  return range !== undefined && isVirtual(range)
}

/** Whether the mesh sees a range under other addresses than its own. */
const isVirtual = ({ seen, real }: RoutedRange): boolean => seen !== real

/** The address behind a virtual one: the same place in the real range. */
const mapped = (address: IpAddress, range: RoutedRange): IpAddress =>
  isVirtual(range) ? mapAddress(address, range.seen, range.real) : address

const egressOf = (world: TraceWorld, hostId: HostId, { seen }: RoutedRange): EgressId => {
  const routing = world.viewOf(hostId)?.routing ?? []
  const found = routing.find(({ egressId }) => {
    const egress = largeMapGet(world.state.egresses, egressId)
    return (egress?.virtualRanges ?? egress?.ranges ?? []).includes(seen)
  })
  return found?.egressId ?? ('' as EgressId)
}
