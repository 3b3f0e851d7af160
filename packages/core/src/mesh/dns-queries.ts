/** What one asks of names: whose they are, and what a network has besides those of its nodes and clients (G8). */
import type { HostName, MemberId, NetworkId, NetworkName } from '../values/index.js'
import { largeMapGet, largeMapKeys, largeMapValues } from './large-map.js'
import type { DnsRecord, MeshState, Network, Resolver } from './mesh-state.js'

/** A node's or client's name in full: `<name>.<network>.<domain>`. */
export const fullNameOf = (state: MeshState, { name: networkName }: Pick<Network, 'name'>, name: HostName): string =>
  `${name}.${networkName}.${state.mesh?.settings.domain ?? ''}`

/** The node or client of any network that has this full name, in a mesh of that domain. */
export const memberWithFullName = (state: MeshState, fullName: string, domain: string): MemberId | undefined => {
  if (!fullName.endsWith(`.${domain}`)) return undefined
  const [name, networkName, ...more] = fullName.slice(0, -domain.length - 1).split('.')
  if (name === undefined || networkName === undefined || more.length > 0) return undefined
  const networkId = largeMapGet(state.indexes.networkIdsByName, networkName as NetworkName)
  const network = networkId === undefined ? undefined : largeMapGet(state.networks, networkId)
  return network === undefined
    ? undefined
    : (largeMapGet(network.nodeIdsByName, name as HostName) ?? largeMapGet(network.clientIdsByName, name as HostName))
}

/** A record of any network with this name. Looks at each of them, which are few: people make them. */
export const recordNamed = (state: MeshState, name: string): DnsRecord | undefined => {
  if (state.dnsRecords.size === 0) return undefined
  for (const record of largeMapValues(state.dnsRecords)) if (record.name === name) return record
  return undefined
}

/** Sorted by name. */
export const dnsRecordsOfNetwork = (state: MeshState, networkId: NetworkId): readonly DnsRecord[] => {
  const ids = largeMapGet(state.networks, networkId)?.dnsRecordIds
  return ids === undefined
    ? []
    : [...largeMapKeys(ids)].flatMap((id) => largeMapGet(state.dnsRecords, id) ?? []).sort(byName)
}

/** Sorted by name. */
export const resolversOfNetwork = (state: MeshState, networkId: NetworkId): readonly Resolver[] => {
  const ids = largeMapGet(state.networks, networkId)?.resolverIds
  return ids === undefined
    ? []
    : [...largeMapKeys(ids)].flatMap((id) => largeMapGet(state.resolvers, id) ?? []).sort(byName)
}

const byName = (one: { readonly name: string }, other: { readonly name: string }): number =>
  one.name < other.name ? -1 : one.name > other.name ? 1 : 0
