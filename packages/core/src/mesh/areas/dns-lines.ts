/** What happened to DNS records and resolvers, in English. */

import type { Names } from '../names-in.js'
import type { DnsEvent } from './dns-events.js'
import type { EventLines } from './event-lines.js'

export const dnsLines: EventLines<DnsEvent> = {
  DnsRecordAdded: (e, name) =>
    `The name ${e.name} (${e.dnsRecordId}) of network ${name.network(e.networkId)} was added: ${some(e.addresses)}`,
  DnsRecordRemoved: (e, name) =>
    `The name ${name.dnsRecord(e.dnsRecordId)} of network ${name.network(e.networkId)} was removed${causes[e.cause]}`,
  ResolverAdded: (e, name) => `Resolver "${e.name}" (${e.resolverId}) was added: ${contentText(e, name)}`,
  ResolverUpdated: (e, name) => `Resolver "${e.name}" (${e.resolverId}) is now: ${contentText(e, name)}`,
  ResolverRemoved: (e, name) =>
    `Resolver ${name.resolver(e.resolverId)} of network ${name.network(e.networkId)} was removed${causes[e.cause]}`,
}

const causes = { removed: '', 'network-removed': ': the network is being removed' }

type Content = Extract<DnsEvent, { type: 'ResolverAdded' | 'ResolverUpdated' }>

const contentText = (e: Content, name: Names): string =>
  `hosts of network ${name.network(e.networkId)} ask ${some(e.servers)} about ${some(e.matchDomains)}`

const some = (items: readonly string[]): string =>
  `${items.slice(0, 5).join(', ')}${items.length > 5 ? ` and ${items.length - 5} more` : ''}`
