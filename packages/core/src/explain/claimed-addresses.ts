/** Who in a mesh may have an address: where to look in a host's config, which alone says what the host does. */
import { clientsFragmentId } from '../host-config/fragment-id.js'
import { type PathKey, pathKey } from '../host-config/host-config.js'
import { largeMapGet, largeMapKeys, largeMapValues } from '../mesh/large-map.js'
import type { MeshState, Network } from '../mesh/mesh-state.js'
import {
  type HostId,
  hostPrefix,
  type IpAddress,
  type IpPrefix,
  isIpv6Address,
  type NetworkId,
  type PrefixMatch,
  PrefixTable,
  prefixContainsAddress,
} from '../values/index.js'
import { madeOnce, madeOnceEach } from './made-once.js'
import type { ProjectedFragments } from './table-on-demand.js'

/** The path to a node, and the prefix by which it has one of the node's addresses. */
export interface NodeClaim {
  readonly key: PathKey
  readonly prefix: IpPrefix
}

export interface ClaimedAddresses {
  /** Of the node that has the address in the network. */
  readonly nodeAt: (networkId: NetworkId, address: IpAddress) => NodeClaim | undefined
  /** Paths to gateways' clients that have prefixes around the address, the longest prefix first. */
  readonly pathsToClients: (networkId: NetworkId, address: IpAddress) => readonly PrefixMatch<readonly PathKey[]>[]
  /** The host whose control address it is. */
  readonly controlledHost: (address: IpAddress) => HostId | undefined
}

export const claimedAddresses = (state: MeshState, projected: ProjectedFragments): ClaimedAddresses => {
  const nodesIn = madeOnceEach((networkId: NetworkId) => nodeClaims(largeMapGet(state.networks, networkId)))
  const clientsIn = madeOnceEach((networkId: NetworkId) => {
    const network = largeMapGet(state.networks, networkId)
    return network === undefined || network.clientIds.size === 0 ? undefined : clientPaths(network, projected)
  })
  const hostsByControlAddress4 = madeOnce(
    () =>
      new Map<IpAddress, HostId>([...largeMapValues(state.hosts)].map((host) => [host.controlAddress4, host.hostId])),
  )
  const controlRange4 = state.mesh?.settings.controlRange4
  return {
    nodeAt: (networkId, address) => nodesIn(networkId)(address),
    pathsToClients: (networkId, address) => clientsIn(networkId)?.around(address) ?? [],
    controlledHost: (address) => {
      if (isIpv6Address(address)) return largeMapGet(state.indexes.hostIdsByControlAddress6, address)
      const isControl = controlRange4 !== undefined && prefixContainsAddress(controlRange4, address)
      return isControl ? hostsByControlAddress4().get(address) : undefined
    },
  }
}

/** Who holds an address is asked again and again, by every host on the way. */
const nodeClaims = (network: Network | undefined): ((address: IpAddress) => NodeClaim | undefined) => {
  const known = new Map<IpAddress, NodeClaim>()
  return (address) => {
    const claim = known.get(address)
    if (claim !== undefined) return claim
    const holder = network && largeMapGet(network.holders, address)
    if (holder === undefined) return undefined
    const found = { key: pathKey('node', holder), prefix: hostPrefix(address) }
    known.set(address, found)
    return found
  }
}

const clientPaths = (network: Network, projected: ProjectedFragments): PrefixTable<readonly PathKey[]> => {
  const keys = new Map<IpPrefix, PathKey[]>()
  for (const gatewayId of largeMapKeys(network.gatewayIds)) {
    const clients = projected.get(clientsFragmentId(gatewayId))?.fragment
    for (const { prefixes } of clients?.kind === 'clients' ? clients.entries : [])
      for (const prefix of prefixes) {
        const known = keys.get(prefix)
        if (known === undefined) keys.set(prefix, [pathKey('clients', gatewayId)])
        else known.push(pathKey('clients', gatewayId))
      }
  }
  return new PrefixTable(keys)
}
