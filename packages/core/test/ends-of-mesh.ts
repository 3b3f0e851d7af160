/** Everything that packets begin at or go to in a network, with who carries it there. For law 5. */

import type { PacketOrigin } from '../src/explain/packet.js'
import { membershipOf, viaOf } from '../src/host-config/member-roles.js'
import { activeRouters } from '../src/host-config/project-rules.js'
import { egressesOfNetwork, egressRangesSeen } from '../src/mesh/egress-queries.js'
import { isActiveGateway } from '../src/mesh/gateway-queries.js'
import { largeMapGet, largeMapKeys } from '../src/mesh/large-map.js'
import { memberPrefixes } from '../src/mesh/members.js'
import {
  type Egress,
  type Host,
  type MeshState,
  type Network,
  type Node,
  pairIdOf,
  type TestEnd,
} from '../src/mesh/mesh-state.js'
import { type End, endsOf } from '../src/policy/end.js'
import {
  type HostId,
  hostCapabilities,
  type IpAddress,
  ipAddress,
  ipAddressFromBigInt,
  ipAddressToBigInt,
  type NodeId,
  prefixFamily,
  prefixFirst,
} from '../src/values/index.js'

export interface MeshEnd {
  readonly end: End
  /** As a policy test would name it. */
  readonly asked: TestEnd
  /**
   * Who carries it: the node itself, a client's gateway, the first live router of an egress; `null`: nobody, or it is what internet
   * gateways lead to.
   */
  readonly nodeId: NodeId | null
  /** How a packet from there comes into the mesh; `null`: it doesn't. */
  readonly origin: PacketOrigin | null
}

const outThere = ['192.0.2.77', '2001:db8:77::1'].map(ipAddress)

/** A mesh, and hosts of it that are gone. */
export interface LivingMesh {
  readonly state: MeshState
  readonly dead: ReadonlySet<HostId>
}

/** Whether the host of a node is there. */
export const isAlive = ({ state, dead }: LivingMesh, nodeId: NodeId): boolean => {
  const hostId = largeMapGet(state.nodes, nodeId)?.hostId
  return hostId !== undefined && !dead.has(hostId)
}

/** Nodes and clients that take part, their prefixes, an address in each range of each egress, two addresses out on the internet. */
export const endsOfNetwork = (mesh: LivingMesh, network: Network): readonly MeshEnd[] => [
  ...[...largeMapKeys(network.members)].sort().flatMap((nodeId) => nodeEnds(mesh.state, nodeId)),
  ...[...largeMapKeys(network.clientIds)].sort().flatMap((clientId) => {
    const client = largeMapGet(mesh.state.clients, clientId)
    return client === undefined || !client.enabled || !isActiveGateway(mesh.state, network, client.gatewayId)
      ? []
      : memberPrefixes(client).map((prefix): MeshEnd => {
          const address = prefixFirst(prefix)
          return {
            end: { kind: 'client', clientId, address },
            asked: { kind: 'client', clientId },
            nodeId: client.gatewayId,
            origin: { kind: 'client', clientId },
          }
        })
  }),
  ...egressesOfNetwork(mesh.state, network.networkId).flatMap((egress) => egressEnds(mesh, egress)),
  ...outThere.map(
    (address): MeshEnd => ({
      end: { kind: 'internet', address },
      asked: { kind: 'address', address },
      nodeId: null,
      origin: null,
    }),
  ),
]

/** Of an egress without any live router there are ends, but nothing comes in by them. */
const egressEnds = (mesh: LivingMesh, egress: Egress): readonly MeshEnd[] => {
  const { state } = mesh
  const nodeIds = activeRouters(state, egress).map(({ nodeId }) => nodeId)
  const nodeId = nodeIds.find((each) => isAlive(mesh, each)) ?? null
  const hostId = nodeId === null ? undefined : largeMapGet(state.nodes, nodeId)?.hostId
  if (nodeIds.length === 0) return []
  return egressRangesSeen(egress).map((range) => {
    const family = prefixFamily(range)
    const address = ipAddressFromBigInt(family, ipAddressToBigInt(prefixFirst(range)) + 5n)
    return {
      end: { kind: 'egress', egressId: egress.egressId, address },
      asked: { kind: 'address', address },
      nodeId,
      origin: hostId === undefined ? null : { kind: 'underlay', hostId },
    }
  })
}

const nodeEnds = (state: MeshState, nodeId: NodeId): readonly MeshEnd[] => {
  const node = largeMapGet(state.nodes, nodeId)
  if (node === undefined) return []
  return addressesOf(node).map((address) => ({
    end: { kind: 'node', nodeId, address },
    asked: { kind: 'node', nodeId },
    nodeId,
    origin: { kind: 'host', hostId: node.hostId },
  }))
}

const addressesOf = ({ address4, address6 }: Node): readonly IpAddress[] =>
  [address4, address6].filter((address): address is NonNullable<typeof address> => address !== null)

/** Whether policies and paths see the address as this end: a longer prefix, or a client's, may have it. */
export const isSeenAs = (state: MeshState, network: Network, { end, asked }: MeshEnd, other: MeshEnd): boolean =>
  endsOf(state, network, asked, other.asked).some(
    (each) => JSON.stringify(each) === JSON.stringify(end) || asked.kind === 'client',
  )

/** The host that carries a node, when its driver can do everything. */
const ableHost = (state: MeshState, nodeId: NodeId): Host | undefined => {
  const node = largeMapGet(state.nodes, nodeId)
  const host = node === undefined ? undefined : largeMapGet(state.hosts, node.hostId)
  return host !== undefined && hostCapabilities.every((each) => host.capabilities.includes(each)) ? host : undefined
}

/** A way between two nodes: each reached directly or through a live, able gateway, and so is a pair that is relayed. */
export const haveWayBetween = (mesh: LivingMesh, network: Network, one: NodeId, other: NodeId): boolean => {
  const { state } = mesh
  if (![one, other].every((nodeId) => isAlive(mesh, nodeId) && ableHost(state, nodeId) !== undefined)) return false
  if (one === other) return true
  const isReached = (nodeId: NodeId) => {
    const membership = membershipOf(state, nodeId)
    const via = membership === undefined ? [] : viaOf(state, membership)
    return via === null || passOn(mesh, network, via)
  }
  const pair = largeMapGet(state.autoRelays, pairIdOf(one, other))
  return isReached(one) && isReached(other) && (pair === undefined || passOn(mesh, network, pair.gatewayIds))
}

/** Whether the first of these gateways that lives can do everything. */
const passOn = (mesh: LivingMesh, network: Network, gatewayIds: readonly NodeId[]): boolean => {
  const live = gatewayIds.find((nodeId) => isActiveGateway(mesh.state, network, nodeId) && isAlive(mesh, nodeId))
  return live !== undefined && ableHost(mesh.state, live) !== undefined
}
