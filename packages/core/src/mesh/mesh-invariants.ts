/**
 * What holds of every state that the rules lead to (law 1). Everything that is kept besides the plain facts, such as indexes,
 * pools and hashes, is computed anew and compared. Costs as much as the mesh is big: for tests, and for an operator's doubts.
 */
import type { EnrollmentKeyId, NetworkId, NetworkName } from '../values/index.js'
import { keyGatewayFits, letsIn } from './enrollment-key-validity.js'
import { breach, duplicates, type InvariantBreach, indexBreaches } from './invariants/breach.js'
import { clientBreaches } from './invariants/client-invariants.js'
import { dnsBreaches } from './invariants/dns-invariants.js'
import { egressBreaches } from './invariants/egress-invariants.js'
import { gatewayBreaches } from './invariants/gateway-invariants.js'
import { hostBreaches } from './invariants/host-invariants.js'
import { memberBreaches } from './invariants/member-invariants.js'
import { networkBreaches } from './invariants/network-invariants.js'
import { policyBreaches } from './invariants/policy-invariants.js'
import { rangeBreaches } from './invariants/range-invariants.js'
import { userBreaches } from './invariants/user-invariants.js'
import { type LargeMap, largeMapGet, largeMapHas, largeMapValues } from './large-map.js'
import type { EnrollmentKey, MeshState, Node } from './mesh-state.js'

export type { InvariantBreach } from './invariants/breach.js'

/** Everything that should hold and doesn't; `[]` for a sound state. */
export const brokenInvariants = (state: MeshState): readonly InvariantBreach[] => {
  const networks = [...largeMapValues(state.networks)]
  const names = new Map<NetworkName, NetworkId>(networks.map(({ name, networkId }) => [name, networkId]))
  return [
    ...idBreaches(state),
    ...duplicates(
      'network-name-unique',
      networks.map(({ name, networkId }) => [name, networkId]),
    ),
    ...indexBreaches('networks-by-name', state.indexes.networkIdsByName, names),
    ...rangeBreaches(state),
    ...networks.flatMap((network) => networkBreaches(state, network)),
    ...hostBreaches(state),
    ...[...largeMapValues(state.nodes)].flatMap((node) => nodeBreaches(state, node)),
    ...enrollmentKeyBreaches(state),
    ...clientBreaches(state),
    ...dnsBreaches(state),
    ...egressBreaches(state),
    ...gatewayBreaches(state),
    ...policyBreaches(state),
    ...userBreaches(state),
    ...memberBreaches(state),
  ]
}

/** Each thing lies under its own id, and a map's size is the number of its entries. */
const idBreaches = (state: MeshState): readonly InvariantBreach[] => [
  ...underOwnId('networks', state.networks, ({ networkId }) => networkId),
  ...underOwnId('hosts', state.hosts, ({ hostId }) => hostId),
  ...underOwnId('nodes', state.nodes, ({ nodeId }) => nodeId),
  ...underOwnId('clients', state.clients, ({ clientId }) => clientId),
  ...underOwnId('enrollment-keys', state.enrollmentKeys, ({ keyId }) => keyId),
]

const underOwnId = <K extends string, V>(
  name: string,
  map: LargeMap<K, V>,
  idOf: (value: V) => K,
): readonly InvariantBreach[] => {
  const values = [...largeMapValues(map)]
  return indexBreaches(name, map, new Map(values.map((value) => [idOf(value), value])))
}

const nodeBreaches = (state: MeshState, node: Node): readonly InvariantBreach[] => {
  const { nodeId, networkId, hostId } = node
  return [
    ...(largeMapHas(state.networks, networkId) ? [] : [breach('node-has-network', `${nodeId} in ${networkId}`)]),
    ...(largeMapHas(state.hosts, hostId) ? [] : [breach('node-has-host', `${nodeId} on ${hostId}`)]),
    ...(node.expired && node.expiresAtEpochMs === null ? [breach('expired-has-time', nodeId)] : []),
    ...(node.awaySinceEpochMs !== null && !node.ephemeral ? [breach('only-ephemeral-away', nodeId)] : []),
  ]
}

const enrollmentKeyBreaches = (state: MeshState): readonly InvariantBreach[] => {
  const keys = [...largeMapValues(state.enrollmentKeys)]
  const live = keys.filter((key) => letsIn(key, state.lastEventAtEpochMs))
  const index = state.indexes.enrollmentKeyIdsByName
  const leadsNowhere = (key: EnrollmentKey) =>
    !key.networkIds.some((networkId) => largeMapHas(state.networks, networkId))
  return [
    ...duplicates(
      'enrollment-key-name-unique',
      live.map(({ name, keyId }) => [name, keyId]),
    ),
    ...live.filter(({ name, keyId }) => index.get(name) !== keyId).map(({ keyId }) => breach('keys-by-name', keyId)),
    ...[...index].filter((entry) => !isNameOf(state, entry)).map(([name]) => breach('keys-by-name', name)),
    ...keys
      .filter((key) => key.uses > (key.maxUses ?? Number.POSITIVE_INFINITY))
      .map(({ keyId }) => breach('key-uses', keyId)),
    ...live
      .filter((key) => !key.suspended && !keyGatewayFits(state, key))
      .map(({ keyId }) => breach('key-has-gateway', keyId)),
    ...keys.filter((key) => !key.revoked && leadsNowhere(key)).map(({ keyId }) => breach('key-leads-somewhere', keyId)),
  ]
}

const isNameOf = (state: MeshState, [name, keyId]: readonly [string, EnrollmentKeyId]): boolean => {
  const key = largeMapGet(state.enrollmentKeys, keyId)
  return key !== undefined && !key.revoked && key.name === name
}
