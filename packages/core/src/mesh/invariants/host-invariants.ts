/** What holds of the machines: their keys, control addresses and ports are theirs alone. */
import {
  type HostId,
  hostPrefix,
  type IdentityPublicKey,
  type Ipv6Address,
  isAddressUsable,
  prefixContainsAddress,
  udpEndpointOf,
  type WireguardPublicKey,
} from '../../values/index.js'
import { largeMapHas, largeMapValues } from '../large-map.js'
import { enrolledFromUntilSeen, listenAddressesOf } from '../listeners.js'
import type { Host, MeshState } from '../mesh-state.js'
import { breach, duplicates, type InvariantBreach, indexBreaches, sameContent } from './breach.js'
import { poolBreaches } from './network-invariants.js'

export const hostBreaches = (state: MeshState): readonly InvariantBreach[] => {
  const hosts = [...largeMapValues(state.hosts)]
  const { indexes } = state
  const idsBy = <K extends string>(keyOf: (host: Host) => K): ReadonlyMap<K, HostId> =>
    new Map(hosts.map((host) => [keyOf(host), host.hostId]))
  return [
    ...duplicates(
      'wireguard-key-unique',
      hosts.map((host) => [host.wireguardKey, host.hostId]),
    ),
    ...duplicates(
      'identity-key-unique',
      hosts.map((host) => [host.identityKey, host.hostId]),
    ),
    ...duplicates(
      'control-address-unique',
      hosts.flatMap((host) => [
        [host.controlAddress4, host.hostId] as const,
        [host.controlAddress6, host.hostId] as const,
      ]),
    ),
    ...indexBreaches(
      'hosts-by-wireguard-key',
      indexes.hostIdsByWireguardKey,
      idsBy<WireguardPublicKey>((h) => h.wireguardKey),
    ),
    ...indexBreaches(
      'hosts-by-identity-key',
      indexes.hostIdsByIdentityKey,
      idsBy<IdentityPublicKey>((h) => h.identityKey),
    ),
    ...indexBreaches(
      'hosts-by-control-address',
      indexes.hostIdsByControlAddress6,
      idsBy<Ipv6Address>((h) => h.controlAddress6),
    ),
    ...hosts.flatMap((host) => controlRangeBreaches(state, host)),
    ...hosts.flatMap((host) => retiredBreaches(state, host)),
    ...hosts.flatMap((host) => nodeIdsBreaches(state, host)),
    ...hosts.flatMap(enrolledFromBreaches),
    ...poolBreaches(
      'control-pool',
      state.mesh?.settings.controlRange4 ?? null,
      indexes.controlPool4,
      hosts.map(({ controlAddress4 }) => hostPrefix(controlAddress4)),
    ),
    ...listenerBreaches(state, hosts),
  ]
}

const controlRangeBreaches = (state: MeshState, host: Host): readonly InvariantBreach[] => {
  if (state.mesh === null) return [breach('mesh-first', `${host.hostId} is there before its mesh`)]
  const { controlRange4, controlRange6 } = state.mesh.settings
  const inside =
    isAddressUsable(controlRange4, host.controlAddress4) && prefixContainsAddress(controlRange6, host.controlAddress6)
  return inside ? [] : [breach('control-range', `${host.controlAddress4}, ${host.controlAddress6} of ${host.hostId}`)]
}

const retiredBreaches = (state: MeshState, host: Host): readonly InvariantBreach[] =>
  [host.wireguardKey, host.identityKey]
    .filter((key) => largeMapHas(state.indexes.retiredKeys, key))
    .map((key) => breach('retired-keys', `${host.hostId} has ${key}, which was retired`))

const nodeIdsBreaches = (state: MeshState, host: Host): readonly InvariantBreach[] => {
  const nodeIds = [...largeMapValues(state.nodes)]
    .filter((node) => node.hostId === host.hostId)
    .map(({ nodeId }) => nodeId)
  return sameContent([...host.nodeIds].sort(), nodeIds.sort())
    ? []
    : [breach('node-ids-of-host', `${host.hostId} has ${host.nodeIds.join()} instead of ${nodeIds.join()}`)]
}

const enrolledFromBreaches = ({ hostId, endpoints, enrolledFrom }: Host): readonly InvariantBreach[] =>
  enrolledFrom === enrolledFromUntilSeen(enrolledFrom, endpoints)
    ? []
    : [breach('enrolled-from', `${hostId} still has ${enrolledFrom}`)]

/** Two hosts on one port of one public address would get each other's packets. */
const listenerBreaches = (state: MeshState, hosts: readonly Host[]): readonly InvariantBreach[] => {
  const listeners = hosts.flatMap((host) =>
    listenAddressesOf(host).map((address) => [udpEndpointOf(address, host.listenPort), host.hostId] as const),
  )
  return [
    ...duplicates('listener-unique', listeners),
    ...indexBreaches(
      'listeners',
      state.indexes.hostIdsByListener,
      new Map(listeners.map(([listener, hostId]) => [listener, [hostId]])),
    ),
  ]
}
