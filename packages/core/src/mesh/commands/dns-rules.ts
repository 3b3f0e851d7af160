/** What commands about names have in common: no two say different things about one name (G8). */
import type { HostName, ResolverId } from '../../values/index.js'
import { fullNameOf, memberWithFullName, recordNamed, resolversOfNetwork } from '../dns-queries.js'
import { largeMapGet, largeMapValues } from '../large-map.js'
import type { MeshError } from '../mesh-error.js'
import type { DnsRecord, MeshState, Network, Resolver } from '../mesh-state.js'
import type { ExistingMesh } from './decision.js'
import { findNamesake } from './policy-rules.js'

/** Why a network can't have a record of this name. */
export const recordNameProblem = (
  state: ExistingMesh,
  network: Network,
  { dnsRecordId, name }: Pick<DnsRecord, 'dnsRecordId' | 'name'>,
): MeshError | undefined => {
  const memberId = memberWithFullName(state, name, state.mesh.settings.domain)
  if (memberId !== undefined) return { code: 'dns-name-of-member', name, memberId }
  const hasName = (id: DnsRecord['dnsRecordId']) => largeMapGet(state.dnsRecords, id)?.name === name
  const namesake = findNamesake(network.dnsRecordIds, hasName, dnsRecordId)
  return namesake === undefined ? undefined : { code: 'dns-name-taken', name, dnsRecordId: namesake }
}

/** Why a node or client of a network can't have this name: a record has it in full. */
export const memberNameProblem = (state: MeshState, network: Network, name: HostName): MeshError | undefined => {
  const record = recordNamed(state, fullNameOf(state, network, name))
  return record === undefined
    ? undefined
    : { code: 'name-of-dns-record', name, networkName: network.name, dnsRecordId: record.dnsRecordId }
}

/** Why a mesh can't have this domain: members would have names of records. */
export const domainProblem = (state: MeshState, domain: string): MeshError | undefined => {
  for (const { dnsRecordId, name } of largeMapValues(state.dnsRecords)) {
    const memberId = memberWithFullName(state, name, domain)
    if (memberId !== undefined) return { code: 'domain-gives-taken-name', domain, name, memberId, dnsRecordId }
  }
  return undefined
}

/** What an administrator says of a resolver. */
export type ResolverContent = Omit<Resolver, 'resolverId' | 'networkId'>

/** Servers in their order, each once; domains sorted, each once. */
export const canonicalResolver = ({ name, servers, matchDomains }: ResolverContent): ResolverContent => ({
  name,
  servers: [...new Set(servers)],
  matchDomains: [...new Set(matchDomains)].sort(),
})

/** Both in their canonical form, so that equal text is equal content. */
export const sameResolver = (one: ResolverContent, other: ResolverContent): boolean =>
  JSON.stringify(canonicalResolver(one)) === JSON.stringify(canonicalResolver(other))

/** What stands against a resolver with this content: of two that are asked about one domain nobody could say which. */
export const resolverProblem = (
  state: MeshState,
  network: Network,
  resolverId: ResolverId,
  { name, matchDomains }: ResolverContent,
): MeshError | undefined => {
  const wanted = new Set(matchDomains)
  for (const other of resolversOfNetwork(state, network.networkId)) {
    if (other.resolverId === resolverId) continue
    if (other.name === name)
      return { code: 'resolver-name-taken', name, resolverId: other.resolverId, networkName: network.name }
    const domain = other.matchDomains.find((each) => wanted.has(each))
    if (domain !== undefined)
      return { code: 'resolver-domain-taken', domain, resolverId: other.resolverId, name: other.name }
  }
  return undefined
}
