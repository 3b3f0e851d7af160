/** Commands about DNS records and resolvers: a line in each table for each of them. */
import { type AddDnsRecord, addDnsRecordCodec, decideAddDnsRecord } from '../add-dns-record.js'
import { type AddResolver, addResolverCodec, decideAddResolver } from '../add-resolver.js'
import { decideRemoveDnsRecord, type RemoveDnsRecord, removeDnsRecordCodec } from '../remove-dns-record.js'
import { decideRemoveResolver, type RemoveResolver, removeResolverCodec } from '../remove-resolver.js'
import { decideUpdateResolver, type UpdateResolver, updateResolverCodec } from '../update-resolver.js'
import type { CommandTables } from './command-tables.js'

/** Commands about DNS records and resolvers. */
export type DnsCommand = AddDnsRecord | AddResolver | RemoveDnsRecord | RemoveResolver | UpdateResolver

export const dnsCommands: CommandTables<DnsCommand> = {
  codecs: {
    AddDnsRecord: addDnsRecordCodec,
    AddResolver: addResolverCodec,
    RemoveDnsRecord: removeDnsRecordCodec,
    RemoveResolver: removeResolverCodec,
    UpdateResolver: updateResolverCodec,
  },
  rules: {
    AddDnsRecord: decideAddDnsRecord,
    AddResolver: decideAddResolver,
    RemoveDnsRecord: decideRemoveDnsRecord,
    RemoveResolver: decideRemoveResolver,
    UpdateResolver: decideUpdateResolver,
  },
}
