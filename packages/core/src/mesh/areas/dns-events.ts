/** Events of DNS records and resolvers: a line in each table for each of them. */
import { type DnsRecordAdded, dnsRecordAddedCodec, evolveDnsRecordAdded } from '../events/dns-record-added.js'
import { type DnsRecordRemoved, dnsRecordRemovedCodec, evolveDnsRecordRemoved } from '../events/dns-record-removed.js'
import { evolveResolverAdded, type ResolverAdded, resolverAddedCodec } from '../events/resolver-added.js'
import { evolveResolverRemoved, type ResolverRemoved, resolverRemovedCodec } from '../events/resolver-removed.js'
import { evolveResolverUpdated, type ResolverUpdated, resolverUpdatedCodec } from '../events/resolver-updated.js'
import type { EventTables } from './event-tables.js'

/** Events of DNS records and resolvers. */
export type DnsEvent = DnsRecordAdded | DnsRecordRemoved | ResolverAdded | ResolverRemoved | ResolverUpdated

export const dnsEvents: EventTables<DnsEvent> = {
  recipes: {
    DnsRecordAdded: evolveDnsRecordAdded,
    DnsRecordRemoved: evolveDnsRecordRemoved,
    ResolverAdded: evolveResolverAdded,
    ResolverRemoved: evolveResolverRemoved,
    ResolverUpdated: evolveResolverUpdated,
  },
  codecs: {
    DnsRecordAdded: dnsRecordAddedCodec,
    DnsRecordRemoved: dnsRecordRemovedCodec,
    ResolverAdded: resolverAddedCodec,
    ResolverRemoved: resolverRemovedCodec,
    ResolverUpdated: resolverUpdatedCodec,
  },
  versions: {
    DnsRecordAdded: 1,
    DnsRecordRemoved: 1,
    ResolverAdded: 1,
    ResolverRemoved: 1,
    ResolverUpdated: 1,
  },
}
