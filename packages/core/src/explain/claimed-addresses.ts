/** Who in a mesh may have an address: where to look in a host's config, which alone says what the host does. */
import { clientsFragmentId } from '../host-config/fragment-id.js'
import { type PathKey, pathKey } from '../host-config/host-config.js'
import { largeMapGet, largeMapKeys, largeMapValues } from '../mesh/large-map.js'
import type { MeshState, Network } from '../mesh/mesh-state.js'
import {
  type HostId,
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

export interface ClaimedAddresses {
  /** The path to the node that has the address in the network. */
  readonly pathToNode: (networkId: NetworkId, address: IpAddress) => PathKey | undefined
  /** Paths to gateways' clients that have prefixes around the address, the longest prefix first. */
  readonly pathsToClients: (networkId: NetworkId, address: IpAddress) => readonly PrefixMatch<readonly PathKey[]>[]
  /** The host whose control address it is. */
  readonly controlledHost: (address: IpAddress) => HostId | undefined
}

export const claimedAddresses = (state: MeshState, projected: ProjectedFragments): ClaimedAddresses => {
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
    pathToNode: (networkId, address) => {
      const network = largeMapGet(state.networks, networkId)
      const holder = network && largeMapGet(network.holders, address)
      return holder && pathKey('node', holder)
    },
    pathsToClients: (networkId, address) => clientsIn(networkId)?.around(address) ?? [],
    controlledHost: (address) => {
      if (isIpv6Address(address)) return largeMapGet(state.indexes.hostIdsByControlAddress6, address)
      const isControl = controlRange4 !== undefined && prefixContainsAddress(controlRange4, address)
      return isControl ? hostsByControlAddress4().get(address) : undefined
    },
  }
}

const clientPaths = (network: Network, projected: ProjectedFragments): PrefixTable<readonly PathKey[]> => {
  const keys = new Map<IpPrefix, PathKey[]>()
  for (const gatewayId of largeMapKeys(network.gatewayIds)) {
    const clients = projected(clientsFragmentId(gatewayId))?.fragment
    for (const { prefixes } of clients?.kind === 'clients' ? clients.entries : [])
      for (const prefix of prefixes) {
        const known = keys.get(prefix)
        if (known === undefined) keys.set(prefix, [pathKey('clients', gatewayId)])
        else known.push(pathKey('clients', gatewayId))
      }
  }
  return new PrefixTable(keys)
}
