/** Whether a member's packets come to another, by any family that both have. */
import { membershipOf } from '../host-config/member-roles.js'
import { largeMapGet } from '../mesh/large-map.js'
import type { MeshState } from '../mesh/mesh-state.js'
import type { PacketTraffic } from '../policy/index.js'
import { type ClientId, type IpAddress, ipFamilyOf, type MemberId, type NodeId, prefixFirst } from '../values/index.js'
import type { TraceWorld } from './host-view.js'
import type { PacketOrigin } from './packet.js'
import { tracePacket } from './trace-packet.js'

/** The first packet of a flow arrives. Nobody reaches, or is reached, who isn't there or takes no part. */
export const reaches = (world: TraceWorld, from: MemberId, to: MemberId, traffic: PacketTraffic): boolean => {
  const [source, destination] = [placeOf(world.state, from), placeOf(world.state, to)]
  if (source === undefined || destination === undefined) return false
  return source.addresses.some((one) =>
    destination.addresses.some((other) => {
      if (ipFamilyOf(one) !== ipFamilyOf(other)) return false
      const { verdict } = tracePacket(world, source.origin, { source: one, destination: other, traffic })
      return verdict.kind === 'delivered'
    }),
  )
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
