/** What holds of names and resolvers: no two say different things about one name (G8). */
import { compareIpAddresses, type DnsRecordId, type ResolverId } from '../../values/index.js'
import { memberWithFullName } from '../dns-queries.js'
import { largeMapHas, largeMapValues } from '../large-map.js'
import type { DnsRecord, MeshState, Network, Resolver } from '../mesh-state.js'
import { breach, duplicates, type InvariantBreach, indexBreaches, sameContent } from './breach.js'

export const dnsBreaches = (state: MeshState): readonly InvariantBreach[] => {
  const records = [...largeMapValues(state.dnsRecords)]
  const resolvers = [...largeMapValues(state.resolvers)]
  return [
    ...indexBreaches('dns-records', state.dnsRecords, new Map(records.map((record) => [record.dnsRecordId, record]))),
    ...indexBreaches('resolvers', state.resolvers, new Map(resolvers.map((each) => [each.resolverId, each]))),
    ...[...largeMapValues(state.networks)].flatMap((network) => networkBreaches(network, records, resolvers)),
    ...records.flatMap((record) => recordBreaches(state, record)),
    ...resolvers.flatMap((resolver) => resolverBreaches(state, resolver)),
  ]
}

const networkBreaches = (
  network: Network,
  allRecords: readonly DnsRecord[],
  allResolvers: readonly Resolver[],
): readonly InvariantBreach[] => {
  const about = (name: string) => `${name} of ${network.networkId}`
  const records = allRecords.filter(({ networkId }) => networkId === network.networkId)
  const resolvers = allResolvers.filter(({ networkId }) => networkId === network.networkId)
  return [
    ...duplicates(
      about('dns-name-unique'),
      records.map(({ name, dnsRecordId }) => [name, dnsRecordId]),
    ),
    ...duplicates(
      about('resolver-name-unique'),
      resolvers.map(({ name, resolverId }) => [name, resolverId]),
    ),
    ...duplicates(
      about('resolver-domain-unique'),
      resolvers.flatMap(({ matchDomains, resolverId }) => matchDomains.map((domain) => [domain, resolverId] as const)),
    ),
    ...indexBreaches(
      about('dns-record-ids'),
      network.dnsRecordIds,
      new Map<DnsRecordId, true>(records.map(({ dnsRecordId }) => [dnsRecordId, true])),
    ),
    ...indexBreaches(
      about('resolver-ids'),
      network.resolverIds,
      new Map<ResolverId, true>(resolvers.map(({ resolverId }) => [resolverId, true])),
    ),
  ]
}

const recordBreaches = (state: MeshState, { dnsRecordId, networkId, name, addresses }: DnsRecord) => {
  const sorted = [...new Set(addresses)].sort(compareIpAddresses)
  const memberId = memberWithFullName(state, name, state.mesh?.settings.domain ?? '')
  return [
    ...(largeMapHas(state.networks, networkId) ? [] : [breach('dns-record-has-network', dnsRecordId)]),
    ...(addresses.length > 0 && sameContent(addresses, sorted) ? [] : [breach('dns-addresses-normal', dnsRecordId)]),
    ...(memberId === undefined ? [] : [breach('dns-name-is-no-members', `${name} of ${dnsRecordId} and ${memberId}`)]),
  ]
}

const resolverBreaches = (state: MeshState, { resolverId, networkId, servers, matchDomains }: Resolver) => [
  ...(largeMapHas(state.networks, networkId) ? [] : [breach('resolver-has-network', resolverId)]),
  ...(servers.length > 0 && new Set(servers).size === servers.length ? [] : [breach('resolver-servers', resolverId)]),
  ...(matchDomains.length > 0 && sameContent(matchDomains, [...new Set(matchDomains)].sort())
    ? []
    : [breach('resolver-domains', resolverId)]),
]
