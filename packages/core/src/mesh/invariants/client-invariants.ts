/** What holds of clients: a gateway of their network, addresses there, prefixes of nobody else's, a key and a name of their own. */
import {
  type ClientId,
  type IpPrefix,
  type NodeId,
  prefixContains,
  prefixLength,
  type UserId,
} from '../../values/index.js'
import { maxScriptCharacters, sortedPrefixes } from '../client-parts.js'
import { largeMapGet, largeMapHas, largeMapKeys, largeMapValues } from '../large-map.js'
import type { Client, Gateway, MeshState, Network } from '../mesh-state.js'
import { breach, duplicates, type InvariantBreach, indexBreaches, sameContent } from './breach.js'
import { overlaps } from './network-invariants.js'

export const clientBreaches = (state: MeshState): readonly InvariantBreach[] => {
  const clients = [...largeMapValues(state.clients)]
  return [
    ...keyBreaches(state, clients),
    ...ownerBreaches(state, clients),
    ...deviceBreaches(state, clients),
    ...clients.flatMap((client) => clientBreachesOf(state, client)),
    ...[...largeMapValues(state.networks)].flatMap((network) => networkBreaches(state, network, clients)),
    ...[...largeMapValues(state.gateways)].flatMap((gateway) => gatewayBreaches(gateway, clients)),
  ]
}

const keyBreaches = ({ indexes }: MeshState, clients: readonly Client[]): readonly InvariantBreach[] => {
  const keys = clients.map(({ publicKey, clientId }) => [publicKey, clientId] as const)
  return [
    ...duplicates('client-key-unique', keys),
    ...indexBreaches('clients-by-key', indexes.clientIdsByPublicKey, new Map(keys)),
    ...keys
      .filter(
        ([key]) =>
          largeMapHas(indexes.hostIdsByWireguardKey, key) || largeMapHas<string, unknown>(indexes.retiredKeys, key),
      )
      .map(([, clientId]) => breach('client-key-is-no-hosts', clientId)),
  ]
}

const ownerBreaches = (state: MeshState, clients: readonly Client[]): readonly InvariantBreach[] => {
  const byOwner = new Map<UserId, ClientId[]>()
  for (const { clientId, ownerUserId } of clients)
    if (ownerUserId !== null) byOwner.set(ownerUserId, [...(byOwner.get(ownerUserId) ?? []), clientId].sort())
  return [
    ...[...byOwner.keys()]
      .filter((id) => !largeMapHas(state.users, id))
      .map((id) => breach('client-owner-is-there', id)),
    ...indexBreaches('clients-by-owner', state.indexes.clientIdsByOwner, byOwner),
  ]
}

/** One client per user, device and gateway (G3), one host per user and device; a device is somebody's. */
const deviceBreaches = (state: MeshState, clients: readonly Client[]): readonly InvariantBreach[] => {
  const hosts = [...largeMapValues(state.hosts)].filter(({ deviceId }) => deviceId !== null)
  const devices = clients.filter(({ deviceId }) => deviceId !== null)
  return [
    ...duplicates(
      'one-client-per-device-and-gateway',
      devices.map((c) => [`${c.ownerUserId} ${c.deviceId} ${c.gatewayId}`, c.clientId]),
    ),
    ...devices.filter(({ ownerUserId }) => ownerUserId === null).map((c) => breach('device-has-owner', c.clientId)),
    ...duplicates(
      'one-host-per-device',
      hosts.map((h) => [`${h.ownerUserId} ${h.deviceId}`, h.hostId]),
    ),
    ...hosts.filter(({ ownerUserId }) => ownerUserId === null).map((h) => breach('device-has-owner', h.hostId)),
  ]
}

const clientBreachesOf = (state: MeshState, client: Client): readonly InvariantBreach[] => {
  const { clientId, networkId, gatewayId, addresses } = client
  const network = largeMapGet(state.networks, networkId)
  if (network === undefined) return [breach('client-has-network', clientId)]
  const inRange = (prefix: IpPrefix) =>
    [network.range4, network.range6].some((range) => range !== null && prefixContains(range, prefix))
  return [
    ...(largeMapGet(state.gateways, gatewayId)?.networkId === networkId
      ? []
      : [breach('client-has-gateway', clientId)]),
    ...(addresses.length > 0 && addresses.every(inRange)
      ? []
      : [breach('client-addresses', `${addresses} of ${clientId}`)]),
    ...unsorted(client),
    ...[client.postUp, client.postDown]
      .filter(
        (lines) => lines.join('\n').length > maxScriptCharacters || lines.some((line) => /[\n\r#]|^\s*$/.test(line)),
      )
      .map(() => breach('client-script', clientId)),
  ]
}

const unsorted = ({ clientId, addresses, additionalAddresses, prefixesBehind }: Client): readonly InvariantBreach[] =>
  [addresses, additionalAddresses, prefixesBehind]
    .filter((prefixes) => !sameContent(prefixes, sortedPrefixes(prefixes)))
    .map((prefixes) => breach('client-prefixes-sorted', `${prefixes} of ${clientId}`))

const networkBreaches = (
  state: MeshState,
  network: Network,
  clients: readonly Client[],
): readonly InvariantBreach[] => {
  const own = clients.filter(({ networkId }) => networkId === network.networkId)
  const extra = own.flatMap(({ additionalAddresses, prefixesBehind }) => [...additionalAddresses, ...prefixesBehind])
  const about = (name: string) => `${name} of ${network.networkId}`
  const egresses = [...largeMapKeys(network.egressIds)]
    .flatMap((egressId) => largeMapGet(state.egresses, egressId) ?? [])
    .flatMap(({ virtualRanges, ranges }) => virtualRanges ?? ranges)
    .filter((range) => prefixLength(range) > 0)
  return [
    ...indexBreaches(about('client-ids'), network.clientIds, new Map(own.map(({ clientId }) => [clientId, true]))),
    ...indexBreaches(
      about('clients-by-name'),
      network.clientIdsByName,
      new Map(own.map(({ name, clientId }) => [name, clientId])),
    ),
    ...overlaps(about('client-prefixes-apart'), extra),
    // Each of them alone: networks and egresses may overlap each other, and others say so.
    ...[...rangesOfMesh(state), ...egresses].flatMap((range) =>
      extra.flatMap((prefix) => overlaps(about('client-prefix-is-nobody-elses'), [prefix, range])),
    ),
  ]
}

const rangesOfMesh = (state: MeshState): readonly IpPrefix[] => [
  ...[...largeMapValues(state.networks)]
    .flatMap(({ range4, range6 }) => [range4, range6])
    .filter((range) => range !== null),
  ...(state.mesh === null ? [] : [state.mesh.settings.controlRange4, state.mesh.settings.controlRange6]),
]

const gatewayBreaches = (gateway: Gateway, clients: readonly Client[]): readonly InvariantBreach[] => {
  const own = clients.filter(({ gatewayId }) => gatewayId === gateway.nodeId).map(({ clientId }) => clientId)
  const kept = [...largeMapKeys(gateway.clientIds)]
  return sameContent([...kept].sort(), own.sort()) ? [] : [breach('clients-of-gateway', gateway.nodeId as NodeId)]
}
