/** Events of DNS records and resolvers: a line in each table for each of them. */
import type { EventTables } from './event-tables.js'

export type DnsEvent = never

export const dnsEvents: EventTables<DnsEvent> = { recipes: {}, codecs: {}, versions: {} }
