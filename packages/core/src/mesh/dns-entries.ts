/** DNS records and resolvers in the state, and what their network knows of them, kept together: recipes come here. */
import { castDraft } from 'immer'
import type { DnsRecordId, ResolverId } from '../values/index.js'
import { largeMapDelete, largeMapGet, largeMapSet } from './large-map.js'
import type { DnsRecord, MeshDraft, Resolver } from './mesh-state.js'

/** Puts a record in, or in the place of the one with its id. Nothing without its network. */
export const putDnsRecord = (draft: MeshDraft, record: DnsRecord): void => {
  const network = largeMapGet(draft.networks, record.networkId)
  if (network === undefined) return
  dropDnsRecord(draft, record.dnsRecordId)
  largeMapSet(draft.dnsRecords, record.dnsRecordId, castDraft(record))
  largeMapSet(network.dnsRecordIds, record.dnsRecordId, true)
}

export const dropDnsRecord = (draft: MeshDraft, dnsRecordId: DnsRecordId): void => {
  const record = largeMapGet(draft.dnsRecords, dnsRecordId)
  if (record === undefined) return
  const network = largeMapGet(draft.networks, record.networkId)
  if (network !== undefined) largeMapDelete(network.dnsRecordIds, dnsRecordId)
  largeMapDelete(draft.dnsRecords, dnsRecordId)
}

/** Puts a resolver in, or in the place of the one with its id. Nothing without its network. */
export const putResolver = (draft: MeshDraft, resolver: Resolver): void => {
  const network = largeMapGet(draft.networks, resolver.networkId)
  if (network === undefined) return
  dropResolver(draft, resolver.resolverId)
  largeMapSet(draft.resolvers, resolver.resolverId, castDraft(resolver))
  largeMapSet(network.resolverIds, resolver.resolverId, true)
}

export const dropResolver = (draft: MeshDraft, resolverId: ResolverId): void => {
  const resolver = largeMapGet(draft.resolvers, resolverId)
  if (resolver === undefined) return
  const network = largeMapGet(draft.networks, resolver.networkId)
  if (network !== undefined) largeMapDelete(network.resolverIds, resolverId)
  largeMapDelete(draft.resolvers, resolverId)
}
