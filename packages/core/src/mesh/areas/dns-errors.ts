/** Why commands about DNS records and resolvers are refused: data here, and each one's English below. */
import type { DnsRecordId, HostName, MemberId, NetworkName, ResolverId } from '../../values/index.js'
import type { RefusalTexts } from './refusal-texts.js'

/** Why commands about DNS records and resolvers are refused. */
export type DnsError =
  | { readonly code: 'dns-record-unknown'; readonly dnsRecordId: DnsRecordId }
  /** The id belongs to a record with other content. */
  | { readonly code: 'dns-record-id-taken'; readonly dnsRecordId: DnsRecordId; readonly name: string }
  /** Another record of the network has the name. */
  | { readonly code: 'dns-name-taken'; readonly name: string; readonly dnsRecordId: DnsRecordId }
  /** It is the full name of a node or client, of whichever network. */
  | { readonly code: 'dns-name-of-member'; readonly name: string; readonly memberId: MemberId }
  /** A node's or client's full name would be that of a record, of whichever network. */
  | {
      readonly code: 'name-of-dns-record'
      readonly name: HostName
      readonly networkName: NetworkName
      readonly dnsRecordId: DnsRecordId
    }
  /** With the domain a node or client would have the name of a record. */
  | {
      readonly code: 'domain-gives-taken-name'
      readonly domain: string
      readonly name: string
      readonly memberId: MemberId
      readonly dnsRecordId: DnsRecordId
    }
  | { readonly code: 'resolver-unknown'; readonly resolverId: ResolverId }
  /** The id belongs to a resolver with other content. */
  | { readonly code: 'resolver-id-taken'; readonly resolverId: ResolverId; readonly name: string }
  /** Another resolver of the network has the name. */
  | {
      readonly code: 'resolver-name-taken'
      readonly name: string
      readonly resolverId: ResolverId
      readonly networkName: NetworkName
    }
  /** Another resolver of the network is asked about that very domain. */
  | {
      readonly code: 'resolver-domain-taken'
      readonly domain: string
      readonly resolverId: ResolverId
      readonly name: string
    }

export const dnsRefusals: RefusalTexts<DnsError> = {
  'dns-record-unknown': ({ dnsRecordId }) =>
    `There is no DNS record ${dnsRecordId}. List the records to find the right id.`,
  'dns-record-id-taken': ({ dnsRecordId, name }) =>
    `The id ${dnsRecordId} is the record of ${name} already, with other content. Remove that record first, or take a fresh id.`,
  'dns-name-taken': ({ name }) =>
    `The network has a DNS record ${name} already. Remove that record first, or choose another name.`,
  'dns-name-of-member': ({ name, memberId }, names) =>
    `${name} is the name of node or client ${names.member(memberId)}, which has it by itself. Choose another name.`,
  'name-of-dns-record': ({ name, networkName, dnsRecordId }, names) =>
    `"${name}" of network "${networkName}" would have the name of DNS record ${names.dnsRecord(dnsRecordId)}. Choose another name, or remove that record first.`,
  'domain-gives-taken-name': ({ domain, name, memberId }, names) =>
    `With the domain ${domain}, node or client ${names.member(memberId)} would be ${name}, which is a DNS record. Remove that record first, or choose another domain.`,
  'resolver-unknown': ({ resolverId }) =>
    `There is no resolver ${resolverId}. List the resolvers to find the right id.`,
  'resolver-id-taken': ({ resolverId, name }) =>
    `The id ${resolverId} is resolver "${name}" already, with other content. Update that resolver, or take a fresh id.`,
  'resolver-name-taken': ({ name, networkName }) =>
    `Network "${networkName}" has a resolver "${name}" already. Choose another name.`,
  'resolver-domain-taken': ({ domain, name }) =>
    `Resolver "${name}" is asked about ${domain} already. Add the servers there, or leave the domain out.`,
}
