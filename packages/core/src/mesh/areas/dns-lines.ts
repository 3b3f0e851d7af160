/** What happened to DNS records and resolvers, in English. */
import type { DnsEvent } from './dns-events.js'
import type { EventLines } from './event-lines.js'

export const dnsLines: EventLines<DnsEvent> = {}
