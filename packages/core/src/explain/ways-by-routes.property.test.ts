/** Where the tracer sends packets is where the routes of their hosts lead. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { lawRuns } from '../../test/law-runs.js'
import { lansAround, meshesWithRanges, placesAround, rangesAround } from '../../test/meshes-with-ranges.js'
import { type Sent, type Way, wayByRoutes } from '../../test/way-by-routes.js'
import { largeMapKeys, largeMapValues } from '../mesh/large-map.js'
import type { MeshState } from '../mesh/mesh-state.js'
import { desiredHostOf } from '../reconcile/desired-host-of.js'
import {
  type HostId,
  type IpAddress,
  ipAddress,
  ipFamilyOf,
  ipPrefix,
  type PrefixMap,
  prefixFirst,
} from '../values/index.js'
import type { HostView } from './host-view.js'
import type { PacketOrigin, Trace } from './packet.js'
import { tracePacket } from './trace-packet.js'
import { createTraceWorld, type TraceWorld } from './trace-world.js'

/** In every range and LAN, and in none. */
const elsewhere = [
  ...placesAround,
  ...[...rangesAround, ...lansAround].map((range) => prefixFirst(ipPrefix(range))),
  ...['100.64.0.9', '100.67.1.9', '100.70.0.9', 'fd99:0:0::9', 'fd99:1:1::9', '8.8.8.8', '2001:4860::8'],
].map(ipAddress)

const nodesOf = (state: MeshState): readonly IpAddress[] =>
  [...largeMapValues(state.nodes)].flatMap(({ address4, address6 }) =>
    [address4, address6].filter((each) => each !== null),
  )

interface Tried {
  readonly origin: PacketOrigin
  readonly source: IpAddress
  readonly packet: Sent
}

/** What a host makes, what a peer sends it, and what comes in from outside. */
function* triedAt({ state, viewOf }: TraceWorld, hostId: HostId): Generator<Tried> {
  const view = viewOf(hostId)
  if (view === undefined) return
  const sourcesOf = (id: HostId) => [...(viewOf(id)?.ownAddresses ?? [])]
  for (const destination of [...elsewhere, ...nodesOf(state)]) {
    if (view.ownAddresses.has(destination)) continue
    const isFitting = (source: IpAddress) => ipFamilyOf(source) === ipFamilyOf(destination)
    for (const source of sourcesOf(hostId).filter(isFitting).slice(0, 1))
      yield { origin: { kind: 'host', hostId }, source, packet: { destination, from: 'here' } }
    if (!view.own.capabilities.includes('forward')) continue
    for (const peer of largeMapKeys(state.hosts))
      for (const source of sourcesOf(peer).filter(isFitting).slice(0, 1))
        if (peer !== hostId && view.isPeer(peer))
          yield {
            origin: { kind: 'rogue-host', hostId: peer, peer: hostId },
            source,
            packet: { destination, from: 'mesh' },
          }
    const source = ipAddress(ipFamilyOf(destination) === 4 ? '198.18.0.1' : '2001:db8:18::1')
    yield { origin: { kind: 'underlay', hostId }, source, packet: { destination, from: 'outside' } }
  }
}

/** `undefined`: it doesn't say, because a filter stopped it or the host has it itself. */
function wayBy(trace: Trace, view: HostView, from: Sent['from']): Way | undefined {
  const { verdict } = trace
  const hop = trace.hops.find(({ hostId, action }) => hostId === view.own.hostId && action !== 'dropped')
  if (hop?.action === 'left-outside') return 'outside'
  if (hop?.action === 'sent' || hop?.action === 'forwarded') return 'mesh'
  if (verdict.kind === 'delivered' && verdict.to.kind !== 'node' && verdict.to.kind !== 'client') return 'outside'
  if (verdict.kind !== 'dropped' || verdict.hostId !== view.own.hostId) return undefined
  // Without a peer and a route a packet is stopped as it leaves, or by nobody.
  if (verdict.reason === 'fail-closed' || (verdict.reason === 'no-peer' && from === 'here')) return 'mesh'
  return verdict.reason === 'forward-filter' && from === 'outside' ? 'mesh' : undefined
}

/** What a router maps goes to its real range. */
const isMapped = (ranges: PrefixMap<{ readonly seen: unknown; readonly real: unknown }>, destination: IpAddress) => {
  const range = ranges.longest(destination)?.value
  return range !== undefined && range.seen !== range.real
}

test('what a host makes, passes on or takes in leaves by the way that its routes and rules say', () => {
  fc.assert(
    fc.property(meshesWithRanges, (state) => {
      const world = createTraceWorld(state)
      for (const hostId of largeMapKeys(state.hosts)) {
        const view = world.viewOf(hostId)
        if (view === undefined) continue
        const desired = desiredHostOf(view.config, view.chosen)
        for (const { origin, source, packet } of triedAt(world, hostId)) {
          if (packet.from === 'mesh' && isMapped(view.routedRanges, packet.destination)) continue
          const sent = { source, destination: packet.destination, traffic: { protocol: 'icmp' as const } }
          const said = wayBy(tracePacket(world, origin, sent), view, packet.from)
          if (said === undefined) continue
          const found = wayByRoutes(desired, view.own.localPrefixes, packet)
          expect(said, JSON.stringify({ hostId, ...packet, source })).toBe(found)
        }
      }
    }),
    lawRuns(1),
  )
})
