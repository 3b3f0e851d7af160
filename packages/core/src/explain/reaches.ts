/** Whether a member's packets come to another, to a range or to the internet, by any family that both have. */
import { membershipOf } from '../host-config/member-roles.js'
import { egressRangesSeen } from '../mesh/egress-queries.js'
import { largeMapGet } from '../mesh/large-map.js'
import type { MeshState } from '../mesh/mesh-state.js'
import type { PacketTraffic } from '../policy/index.js'
import {
  type ClientId,
  type EgressId,
  type IpAddress,
  ipAddress,
  ipFamilyOf,
  type MemberId,
  type NodeId,
  prefixFirst,
  prefixLast,
} from '../values/index.js'
import type { PacketOrigin, TraceVerdict } from './packet.js'
import { tracePacket } from './trace-packet.js'
import type { TraceWorld } from './trace-world.js'

/** Where packets go: to a member, into an egress's ranges, or out to the internet. */
export type ReachedPlace = MemberId | EgressId | 'internet'

/** Anything beyond the mesh that is in no range of an egress but one of /0. */
export const theInternet = 'internet'

/**
 * The first packet of a flow arrives. Nobody reaches, or is reached, who isn't there or takes no part. A router has its own ranges; the
 * internet is reached outside the mesh as well.
 */
export const reaches = (world: TraceWorld, from: MemberId, to: ReachedPlace, traffic: PacketTraffic): boolean => {
  const [source, destination] = [placeOf(world.state, from), targetOf(world.state, to)]
  if (source === undefined || destination === undefined) return false
  if (destination.routers.includes(from as NodeId)) return true
  return source.addresses.some((one) =>
    destination.addresses.some((other) => {
      if (ipFamilyOf(one) !== ipFamilyOf(other)) return false
      const { verdict } = tracePacket(world, source.origin, { source: one, destination: other, traffic })
      return destination.isReachedBy(verdict)
    }),
  )
}

/** Whether a member is there and takes part: of one that comes or goes nobody asks whether it has the internet. */
export const isPresent = ({ state }: TraceWorld, memberId: MemberId): boolean => placeOf(state, memberId) !== undefined

interface Target {
  readonly addresses: readonly IpAddress[]
  readonly isReachedBy: (verdict: TraceVerdict) => boolean
  /** Who has it at its own interfaces. */
  readonly routers: readonly NodeId[]
}

const outThere = [ipAddress('192.0.2.1'), ipAddress('2001:db8::1')]

const targetOf = (state: MeshState, to: ReachedPlace): Target | undefined => {
  if (to === theInternet) return { addresses: outThere, isReachedBy: ({ kind }) => kind !== 'dropped', routers: [] }
  const egress = largeMapGet(state.egresses, to as EgressId)
  if (egress !== undefined)
    return {
      // A longer prefix inside may be somebody else's.
      addresses: egressRangesSeen(egress).flatMap((range) => [prefixFirst(range), prefixLast(range)]),
      isReachedBy: (verdict) =>
        verdict.kind === 'delivered' && verdict.to.kind === 'egress' && verdict.to.egressId === egress.egressId,
      routers: egress.routers.map(({ nodeId }) => nodeId),
    }
  const member = placeOf(state, to as MemberId)
  return member && { ...member, isReachedBy: ({ kind }) => kind === 'delivered', routers: [] }
}

const placeOf = (
  state: MeshState,
  memberId: MemberId,
): { readonly origin: PacketOrigin; readonly addresses: readonly IpAddress[] } | undefined => {
  const client = largeMapGet(state.clients, memberId as ClientId)
  if (client !== undefined)
    return { origin: { kind: 'client', clientId: client.clientId }, addresses: client.addresses.map(prefixFirst) }
  const node = membershipOf(state, memberId as NodeId)?.node
  if (node === undefined) return undefined
  const addresses = [node.address4, node.address6].filter((address) => address !== null)
  return { origin: { kind: 'host', hostId: node.hostId }, addresses }
}
