/** Everything that is tried in a topology, with what the tracer says must come of it. Pure. */
import { createTraceWorld, type IpAddress, ipFamilyOf, type MeshState, type TraceWorld } from '@meshfold/core'
import { type Asked, askedOf, freelyAsked, type Packet, type Traffic } from './answers.js'
import { type Asker, askersOf, controlAddresses, everyAddress, hostIds, nodeAddresses, numberOf } from './askers.js'
import type { Outside } from './outside.js'
import { webName } from './outside.js'
import { siteOf, siteRanges } from './sites.js'

/** Ports on which everybody answers. */
export const answeredPorts = [80, 443] as const

const traffics: readonly Traffic[] = [
  ...answeredPorts.flatMap((port) => [{ protocol: 'tcp', port } as const, { protocol: 'udp', port } as const]),
  { protocol: 'icmp' },
]

/**
 * Every source with every destination of its family, with all traffic; what a host asks itself is left out. Then the internet: from each
 * address and from whichever the kernel takes, and back at each host's own.
 */
export function questionsOf(state: MeshState, hosts: number, outside: Outside): readonly Asked[] {
  const world = createTraceWorld(state)
  const destinations = everyAddress(state, hosts)
  const askers = askersOf(state, hosts)
  return [
    ...askers.flatMap((asker) =>
      asker.addresses.flatMap((source) =>
        destinations
          .filter((each) => isOfFamily(source, each) && !isOwn(state, asker, each))
          .flatMap((destination) => withAllTraffic({ source, destination }))
          .filter(({ traffic }) => traffic.protocol !== 'icmp' || !isControl(state, hosts, source))
          .map((packet) => askedOf(world, asker, packet, outside))
          .filter((asked) => !isGatewaysOwn(asked)),
      ),
    ),
    ...askers.flatMap((asker) => outward(world, hosts, asker, outside)),
    ...hostIds(hosts).flatMap((id) => inward(id, outside)),
  ]
}

const withAllTraffic = <S>(ends: Pick<Packet<S>, 'source' | 'destination'>): readonly Packet<S>[] =>
  traffics.map((traffic) => ({ ...ends, traffic }))

const isOfFamily = (one: IpAddress, other: IpAddress): boolean => ipFamilyOf(one) === ipFamilyOf(other)

const isControl = (state: MeshState, hosts: number, address: IpAddress): boolean =>
  hostIds(hosts).some((id) => controlAddresses(state, id).includes(address))

/**
 * What no question is about: who asks itself, and what a machine asks its neighbours.
 */
const isOwn = (state: MeshState, { addresses, origin }: Asker, destination: IpAddress): boolean =>
  addresses.includes(destination) ||
  (origin.kind === 'host' &&
    [
      ...nodeAddresses(state, origin.hostId),
      ...controlAddresses(state, origin.hostId),
      ...siteRanges(numberOf(origin.hostId)).map(({ router }) => router),
    ].includes(destination)) ||
  (origin.kind === 'underlay' && siteOf(origin.hostId, destination) !== undefined)

/**
 * An internet gateway's own address on its LAN. To the model that is the internet, where nobody of this world answers; the gateway does,
 * where a policy about a prefix lets it in.
 */
const isGatewaysOwn = ({ destination, trace }: Asked): boolean =>
  trace?.verdict.kind === 'delivered' &&
  trace.verdict.to.kind === 'internet' &&
  siteRanges(numberOf(trace.verdict.to.hostId)).some(({ router }) => router === destination)

/** Out of a router under the address that the asker has on the internet: the answer goes there, and the mesh has no part in it. */
const isAnsweredPastMesh = ({ source, trace }: Asked, own: readonly IpAddress[]): boolean =>
  trace?.verdict.kind === 'delivered' && trace.verdict.source === source && source !== null && own.includes(source)

/** What somebody asks the web server. */
const outward = (world: TraceWorld, hosts: number, asker: Asker, outside: Outside): readonly Asked[] => {
  const own = asker.origin.kind === 'host' ? outside.uplinksOf(asker.name) : []
  const sources = [...asker.addresses, ...own].filter((each) => !isControl(world.state, hosts, each))
  return outside.web.flatMap((destination) => [
    ...sources
      .filter((source) => isOfFamily(source, destination))
      .flatMap((source) => withAllTraffic({ source, destination }))
      .map((packet) => askedOf(world, asker, packet, outside))
      .filter((asked) => !isAnsweredPastMesh(asked, own)),
    ...withAllTraffic({ source: null, destination }).flatMap((packet) => freelyAsked(world, asker, packet, outside)),
  ])
}

/** What the web server asks a host at its address on the internet: it answers, whatever its own traffic goes through (D5). */
const inward = (id: ReturnType<typeof hostIds>[number], outside: Outside): readonly Asked[] =>
  outside.uplinksOf(id).flatMap((destination) => {
    const source = outside.web.find((each) => isOfFamily(each, destination))
    return source === undefined
      ? []
      : withAllTraffic({ source, destination }).map((packet) => ({
          asker: webName,
          ...packet,
          trace: null,
          expected: { name: id, sources: [source] },
        }))
  })
