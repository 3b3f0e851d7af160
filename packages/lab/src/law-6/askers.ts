/** Who asks and who is asked in the world of law 6: hosts, the machines of their LANs, clients, with their names and addresses. */
import {
  type Client,
  type ClientId,
  type HostId,
  hostId,
  type IpAddress,
  largeMapGet,
  largeMapValues,
  type MeshState,
  type PacketOrigin,
  prefixFirst,
} from '@meshfold/core'
import { ownRanges, siteRanges, virtualAddresses } from './sites.js'

/** Where packets begin, in the world: a host, the machine of its LAN, a client. */
export interface Asker {
  readonly name: string
  readonly origin: PacketOrigin
  readonly addresses: readonly IpAddress[]
}

/** The names of the world's hosts. */
export const hostName = (number: number): string => `host-${number}`
export const machineName = (number: number): string => `machine-${number}`
export const phoneName = (clientId: ClientId): string => clientId.replace('client', 'phone')

/** The number in a host's id. */
export const numberOf = (id: HostId): number => Number(id.split('-')[1])
/** Of hosts 1 to `count`. */
export const hostIds = (count: number): readonly HostId[] =>
  Array.from({ length: count }, (_, index) => hostId(hostName(index + 1)))

/** In all its networks. */
export const nodeAddresses = (state: MeshState, id: HostId): readonly IpAddress[] =>
  (largeMapGet(state.hosts, id)?.nodeIds ?? []).flatMap((each) => {
    const node = largeMapGet(state.nodes, each)
    return [node?.address4, node?.address6].filter((address) => address != null)
  })

/** Those that only agents use. */
export const controlAddresses = (state: MeshState, id: HostId): readonly IpAddress[] => {
  const host = largeMapGet(state.hosts, id)
  return host === undefined ? [] : [host.controlAddress4, host.controlAddress6]
}

const clientAddresses = ({ addresses, additionalAddresses }: Client): readonly IpAddress[] =>
  [...addresses, ...additionalAddresses].map(prefixFirst)

/** Hosts, the machines of their LANs, clients that are not disabled. */
export function askersOf(state: MeshState, hosts: number): readonly Asker[] {
  return [
    ...hostIds(hosts).map((id) => ({
      name: hostName(numberOf(id)),
      origin: { kind: 'host', hostId: id } as const,
      addresses: [...nodeAddresses(state, id), ...controlAddresses(state, id)],
    })),
    ...hostIds(hosts).map((id) => ({
      name: machineName(numberOf(id)),
      origin: { kind: 'underlay', hostId: id } as const,
      addresses: siteRanges(numberOf(id)).map(({ machine }) => machine),
    })),
    ...[...largeMapValues(state.clients)].map((client) => ({
      name: phoneName(client.clientId),
      origin: { kind: 'client', clientId: client.clientId } as const,
      addresses: clientAddresses(client),
    })),
  ]
}

/** Every address that anybody has or that stands for one. */
export function everyAddress(state: MeshState, hosts: number): readonly IpAddress[] {
  const ids = hostIds(hosts)
  const all = [
    ...ids.flatMap((id) => [...nodeAddresses(state, id), ...controlAddresses(state, id)]),
    ...ids.flatMap((id) => siteRanges(numberOf(id)).map(({ machine }) => machine)),
    // In a range that all have, every router's own address is the same, and every kernel takes it for its own.
    ...ids.flatMap((id) => ownRanges(numberOf(id)).map(({ router }) => router)),
    ...ids.flatMap((id) => virtualAddresses(numberOf(id))),
    ...[...largeMapValues(state.clients)].flatMap(clientAddresses),
  ]
  return [...new Set(all)]
}
